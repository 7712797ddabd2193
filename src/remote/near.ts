/** Batches that the client runs itself: merging a few states takes microseconds here, and some milliseconds as a job. */
import { wallClock } from '../core/clock.js';
import { asTaskError } from '../exec/failure.js';
import { runAtOnce, workerHere } from '../exec/here.js';
import type { PlanWorker } from '../exec/worker.js';
import { inputsOf } from '../plan/graph.js';
import { batchTime } from '../plan/size.js';
import type { Batch, Plan, Stage } from '../plan/types.js';
import { MemoryStore } from '../store/memory.js';
import { pack, unpack } from './pack.js';

/** Rough nanoseconds that a batch may take: the client's other work waits for it. */
const mostTime = 100_000;

export interface NearBlock {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export class Near {
  readonly #plan: Plan;
  readonly #bytesOf: (batch: Batch) => Uint8Array | undefined;
  readonly #store: MemoryStore;
  readonly #worker: PlanWorker;

  /** `bytesOf` gives the blocks that are here. */
  constructor(plan: Plan, bytesOf: (batch: Batch) => Uint8Array | undefined) {
    this.#plan = plan;
    this.#bytesOf = bytesOf;
    this.#store = new MemoryStore(plan, { wholeBelow: 0, shared: false });
    this.#worker = workerHere(plan, this.#store);
  }

  /** Runs `batch` if it is short and all it reads is here. */
  run(batch: Batch): NearBlock | undefined {
    const stage = this.#plan.stages[batch.stage] as Stage;
    if (batchTime(stage, batch) > mostTime) return undefined;
    const inputs = inputsOf(this.#plan, batch);
    const given = inputs.map(this.#bytesOf);
    if (inputs.length === 0 || given.includes(undefined)) return undefined;
    const start = wallClock();
    try {
      const whole = inputs.every((input, i) => unpack(given[i] as Uint8Array, this.#store.allocate(input)));
      if (!whole || !runAtOnce(this.#worker, batch)) return undefined;
      return { bytes: pack(this.#store.allocate(batch)).slice(), start, end: wallClock() };
    } catch (thrown) {
      throw asTaskError(stage.label, thrown);
    } finally {
      for (const held of [...inputs, batch]) this.#store.delete(held);
    }
  }
}
