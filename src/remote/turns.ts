/**
 * Turns at the threads of a worker: one job a slot, and, while jobs are short, a few more that wait here, so that no thread
 * stands still while the next job travels. Long jobs are not taken ahead, and nothing waits behind a call, which may take any
 * time: another worker may be free sooner.
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

/**
 * `tasks` may queue in the threads behind those of other jobs. `timed` ones wait for a slot of their own, and so does the
 * `call` of a user's function; how long that takes says nothing of those to come.
 */
export type Turn = 'tasks' | 'timed' | 'call';

/** A job that waits. */
interface Waiting {
  readonly turn: Turn;
  /** Called with whether the slot is theirs; false: the job must be put back. */
  tell(theirs: boolean): void;
}

export class Turns {
  readonly #slots: number;
  readonly #waiting: Waiting[] = [];
  readonly #recent: number[] = [];
  #done = 0;
  #running = 0;
  /** So many of the running are calls. */
  #calls = 0;
  /** A job that has lost a worker before is here. */
  #suspect = false;
  #empty: (() => void) | undefined;

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** How many jobs to have at a time. */
  get jobs(): number {
    if (this.#suspect) return 1;
    const short = this.#calls === 0 && this.#done > 0 && this.#recent.every((ms) => ms < shortMs);
    return this.#slots + (short ? Math.ceil(this.#slots / slotsForOneMore) : 0);
  }

  /**
   * Resolves when the job may begin; undefined: put it back, since a suspect is here, or a call that it would wait behind. A
   * job that has lost a worker before, a `suspect`, runs while no other is here, so that none is blamed with it.
   */
  async take(turn: Turn, suspect = false): Promise<Leave | undefined> {
    if (this.#suspect) return undefined;
    if (suspect) await this.#beAlone(turn);
    else if (this.#waiting.length === 0 && this.#hasRoom(turn)) this.#enter(turn);
    else if (this.#calls > 0) return undefined;
    else if (!(await new Promise<boolean>((tell) => this.#waiting.push({ turn, tell })))) return undefined;
    return this.#leaving(turn, suspect);
  }

  async #beAlone(turn: Turn): Promise<void> {
    this.#suspect = true;
    this.#putBack();
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#empty = resolve));
    await new Promise((resolve) => setTimeout(resolve, arrivalMs));
    this.#enter(turn);
  }

  /** What leaves the slot, the first time it is called. */
  #leaving(turn: Turn, suspect: boolean): Leave {
    const start = performance.now();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      if (suspect) this.#suspect = false;
      if (turn === 'call') this.#calls--;
      else this.#recent[this.#done++ % remembered] = performance.now() - start;
      this.#running--;
      this.#admit();
      if (this.#running === 0) this.#empty?.();
    };
  }

  #hasRoom(turn: Turn): boolean {
    return this.#running < (turn === 'tasks' ? this.jobs : this.#slots);
  }

  #enter(turn: Turn): void {
    this.#running++;
    if (turn === 'call') this.#calls++;
  }

  /** Lets in who has waited longest, as long as there is room for them. */
  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoom(next.turn); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#enter(next.turn);
      next.tell(true);
    }
    if (this.#calls > 0) this.#putBack();
  }

  #putBack(): void {
    for (const { tell } of this.#waiting.splice(0)) tell(false);
  }
}
