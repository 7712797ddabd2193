/**
 * Turns at the threads of a worker: one job a slot, and, while jobs are short, a few more that wait here, so that no thread
 * stands still while the next job travels. Long jobs are not taken ahead: another worker may be free sooner.
 */

/** Jobs shorter than this, in milliseconds, are worth having at hand. */
const shortMs = 1000;
/** Of so many slots one stands empty at a time, where a job takes some ten times as long as fetching it. */
const slotsForOneMore = 4;
/** The longest of so many jobs counts. */
const remembered = 16;
/** What is on its way when a suspect comes has so many milliseconds to arrive and be put back. */
const arrivalMs = 50;

/** Leaves the slot. */
export type Leave = () => void;

export class Turns {
  readonly #slots: number;
  /** Called with whether the slot is theirs; false: they must be put back. */
  readonly #waiting: ((turn: boolean) => void)[] = [];
  readonly #recent: number[] = [];
  #done = 0;
  #running = 0;
  /** A job that has lost a worker before is here. */
  #suspect = false;
  #empty: (() => void) | undefined;

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** How many jobs to have at a time. */
  get jobs(): number {
    if (this.#suspect) return 1;
    const short = this.#done > 0 && this.#recent.every((ms) => ms < shortMs);
    return this.#slots + (short ? Math.ceil(this.#slots / slotsForOneMore) : 0);
  }

  /**
   * Resolves when a slot is free, or, `ahead`, when the job may queue in the threads behind others. A job that has lost a
   * worker before, a `suspect`, runs while no other is here, so that none is blamed with it; undefined: put the job back, a
   * suspect is here. `tells`: whether how long it takes says how long the next ones will.
   */
  async take(suspect: boolean, ahead: boolean, tells = true): Promise<Leave | undefined> {
    if (this.#suspect) return undefined;
    if (suspect) await this.#beAlone();
    else if (this.#running < (ahead ? this.jobs : this.#slots)) this.#running++;
    else if (!(await new Promise<boolean>((resolve) => this.#waiting.push(resolve)))) return undefined;
    return this.#leaving(suspect, tells);
  }

  async #beAlone(): Promise<void> {
    this.#suspect = true;
    for (const tell of this.#waiting.splice(0)) tell(false);
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#empty = resolve));
    await new Promise((resolve) => setTimeout(resolve, arrivalMs));
    this.#running++;
  }

  /** What leaves the slot, the first time it is called. */
  #leaving(suspect: boolean, tells: boolean): Leave {
    const start = performance.now();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      if (suspect) this.#suspect = false;
      if (tells) this.#recent[this.#done++ % remembered] = performance.now() - start;
      const next = this.#waiting.shift();
      if (next !== undefined) return next(true);
      this.#running--;
      if (this.#running === 0) this.#empty?.();
    };
  }
}
