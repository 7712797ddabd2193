/**
 * Batches that the pool's own thread runs. Merging a few states takes microseconds here, and two messages in a thread; and who
 * waits for a first block has it before a thread that sleeps, or is yet to be started, would begin with it.
 */
import { wallClock } from '../../core/clock.js';
import { InternalError } from '../../core/errors.js';
import { batchTime } from '../../plan/size.js';
import type { ArrayRef, Batch, Plan, Stage } from '../../plan/types.js';
import { asTaskError } from '../failure.js';
import { runAtOnce, workerHere } from '../here.js';
import type { PlanWorker, WorkStore } from '../worker.js';

/** How many times as long a batch may be for which somebody waits. */
const sooner = 10;

export class Near {
  readonly #plan: Plan;
  readonly #store: WorkStore;
  readonly #most: number;
  #worker: PlanWorker | undefined;

  /** `most`: rough nanoseconds that a batch may take, for which threads that wait for their next one wait. */
  constructor(plan: Plan, store: WorkStore, most: number) {
    this.#plan = plan;
    this.#store = store;
    this.#most = most;
  }

  /** Whether all batches of a stage are run here, so that no thread needs its kernel. */
  takesAll(stage: Stage): boolean {
    return this.#takes(stage, { stage: stage.id, from: 0, to: stage.grain }, false);
  }

  #takes(stage: Stage, batch: Batch, soon: boolean): boolean {
    if (!soon && stage.reads.length === 0) return false;
    return stage.reads.every(isMade) && batchTime(stage, batch) <= (soon ? sooner : 1) * this.#most;
  }

  /**
   * Runs `batch` if it is short and reads nothing but blocks; gives when. With `soon` it may be longer, and read nothing: it is
   * done before a thread has its message. Undefined: it is for a thread.
   */
  run(batch: Batch, soon = false): { readonly start: number; readonly end: number } | undefined {
    const stage = this.#plan.stages[batch.stage] as Stage;
    if (!this.#takes(stage, batch, soon)) return undefined;
    const start = wallClock();
    try {
      this.#worker ??= workerHere(this.#plan, this.#store);
      if (!runAtOnce(this.#worker, batch)) throw new InternalError(stage.label, 'a block is awaited');
    } catch (thrown) {
      throw asTaskError(stage.label, thrown);
    }
    return { start, end: wallClock() };
  }
}

/** Whether an array is made of blocks of other stages alone. */
function isMade(ref: ArrayRef): boolean {
  if (ref.kind === 'concat') return ref.parts.every(isMade);
  return ref.kind === 'reshape' ? isMade(ref.of) : ref.kind === 'stage';
}
