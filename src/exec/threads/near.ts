/** Batches that the pool's own thread runs: merging a few states takes microseconds here, and two messages in a thread. */
import { wallClock } from '../../core/clock.js';
import { InternalError } from '../../core/errors.js';
import { batchTime } from '../../plan/size.js';
import type { ArrayRef, Batch, Plan, Stage } from '../../plan/types.js';
import { asTaskError } from '../failure.js';
import { runAtOnce, workerHere } from '../here.js';
import type { PlanWorker, WorkStore } from '../worker.js';

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
    return this.#takes(stage, { stage: stage.id, from: 0, to: stage.grain });
  }

  #takes(stage: Stage, batch: Batch): boolean {
    return stage.reads.length > 0 && stage.reads.every(isMade) && batchTime(stage, batch) <= this.#most;
  }

  /** Runs `batch` if it is short and reads nothing but blocks; gives when. Undefined: it is for a thread. */
  run(batch: Batch): { readonly start: number; readonly end: number } | undefined {
    const stage = this.#plan.stages[batch.stage] as Stage;
    if (!this.#takes(stage, batch)) return undefined;
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
