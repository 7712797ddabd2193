/**
 * The numbers of random streams that a kernel's code reads from its memory: what belongs to each stream, laid once, and the
 * Weyl sequences of the pages (random/weyl.ts) that a tile lies in.
 */
import type { Axis } from './nest-plan.js';
import { type Key, type Sequence, seedOf, type WeylMethod } from './random/weyl.js';
import { generators } from './random.js';
import type { SequenceAt, StreamNumberAt } from './wasm/layout.js';

/** What a kernel reads. */
export interface StreamNeeds {
  readonly keys: readonly Key[];
  readonly seeds: readonly StreamNumberAt[];
  readonly sequences: readonly SequenceAt[];
}

const methodOf = ({ generator }: StreamNumberAt): WeylMethod => generators[generator].weyl as WeylMethod;

/** A Weyl sequence that tiles read: that of one page at a time. */
class PageSequence {
  /** The index node that counts it. */
  readonly index: number;
  /** Elements of a page. */
  readonly length: number;
  readonly #method: WeylMethod;
  readonly #seed: Sequence;
  readonly #which: number;
  readonly #words: BigUint64Array;
  #page = Number.NaN;

  constructor(at: SequenceAt, seed: Sequence, words: BigUint64Array) {
    this.index = at.index;
    this.#method = methodOf(at);
    this.length = this.#method.pageBits < 64 ? 2 ** this.#method.pageBits : Number.POSITIVE_INFINITY;
    this.#seed = seed;
    this.#which = at.which;
    this.#words = words;
  }

  /** Lays the numbers of the page from element `least` to `most`; false if these are several pages. */
  enter(least: number, most: number): boolean {
    const page = Math.floor(least / this.length);
    if (Math.floor(most / this.length) !== page) return false;
    if (page !== this.#page) this.#lay(page);
    return true;
  }

  /** Elements below 0 are counted from 2^64 down. */
  #lay(page: number): void {
    this.#page = page;
    const { sequence, pageBits } = this.#method;
    const { start, step } = sequence(this.#seed, BigInt.asUintN(64 - pageBits, BigInt(page)), this.#which);
    this.#words[0] = start;
    this.#words[1] = step;
  }
}

export class StreamNumbers {
  readonly #sequences: readonly PageSequence[];
  /** Elements of the shortest page. */
  readonly pageLength: number;

  /** Over the memory of the kernel that lies at `base`. */
  constructor({ keys, seeds, sequences }: StreamNeeds, buffer: ArrayBufferLike, base: number) {
    const seed = ({ key, word }: StreamNumberAt): Sequence => seedOf(keys[key] as Key, word);
    for (const number of seeds) {
      const { start, step } = seed(number);
      new BigUint64Array(buffer, base + number.at, 1)[0] = number.which === 0 ? start : step;
    }
    this.#sequences = sequences.map(
      (at) => new PageSequence(at, seed(at), new BigUint64Array(buffer, base + at.at, 2)),
    );
    this.pageLength = Math.min(Number.POSITIVE_INFINITY, ...this.#sequences.map(({ length }) => length));
  }

  /**
   * Makes ready what a tile reads; false where its elements lie in several pages of any sequence, which looks them up then
   * while the others are read. `at` says where index nodes stand, from stream `first` on.
   */
  enter(at: Float64Array, first: number, row: Axis, col: Axis, rows: number, cols: number): boolean {
    let together = true;
    for (const sequence of this.#sequences) {
      const stream = first + sequence.index;
      const start = at[stream] as number;
      const [down, right] = [(rows - 1) * (row.steps[stream] as number), (cols - 1) * (col.steps[stream] as number)];
      const least = start + Math.min(0, down) + Math.min(0, right);
      if (!sequence.enter(least, start + Math.max(0, down) + Math.max(0, right))) together = false;
    }
    return together;
  }
}
