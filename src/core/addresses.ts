/** Giving out stretches of a range of addresses, first fit, and taking them back. */

interface Stretch {
  readonly at: number;
  readonly length: number;
}

export class Addresses {
  readonly #alignment: number;
  /** Stretches given back, in order of address, none touching another or what was never taken. */
  #gaps: Stretch[] = [];
  readonly #taken = new Map<number, number>();
  /** The first address never taken, and the first that is not there. */
  #next: number;
  #end: number;

  constructor(from: number, to: number, alignment = 64) {
    this.#alignment = alignment;
    this.#next = Math.ceil(from / alignment) * alignment;
    this.#end = to;
  }

  get end(): number {
    return this.#end;
  }

  /** How far the end is to move so that `length` more can be taken for certain. */
  missing(length: number): number {
    return Math.max(0, this.#next + this.#aligned(length) - this.#end);
  }

  /** The end moves on. */
  extend(by: number): void {
    this.#end += by;
  }

  /** The address of a stretch; undefined where none is so long. */
  take(length: number): number | undefined {
    const aligned = this.#aligned(length);
    const i = this.#gaps.findIndex((gap) => gap.length >= aligned);
    if (i < 0 && this.#next + aligned > this.#end) return undefined;
    const at = i < 0 ? this.#next : this.#fill(i, aligned);
    if (i < 0) this.#next += aligned;
    this.#taken.set(at, aligned);
    return at;
  }

  /** Takes back what was taken at `at`; what was not taken is left alone. */
  release(at: number): void {
    const length = this.#taken.get(at);
    if (length === undefined) return;
    this.#taken.delete(at);
    const sorted = [...this.#gaps, { at, length }].sort((a, b) => a.at - b.at);
    this.#gaps = sorted.reduce<Stretch[]>((joined, gap) => {
      const last = joined.at(-1);
      if (last === undefined || last.at + last.length < gap.at) joined.push(gap);
      else joined[joined.length - 1] = { at: last.at, length: last.length + gap.length };
      return joined;
    }, []);
    const last = this.#gaps.at(-1);
    if (last === undefined || last.at + last.length < this.#next) return;
    this.#gaps.pop();
    this.#next = last.at;
  }

  #aligned(length: number): number {
    return Math.max(1, Math.ceil(length / this.#alignment)) * this.#alignment;
  }

  #fill(i: number, length: number): number {
    const { at, length: room } = this.#gaps[i] as Stretch;
    this.#gaps.splice(i, 1, ...(room > length ? [{ at: at + length, length: room - length }] : []));
    return at;
  }
}
