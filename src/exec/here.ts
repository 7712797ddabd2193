/** Batches in the calling thread. */
import type { Batch, Plan } from '../plan/types.js';
import { gradually } from './gradual.js';
import { PlanWorker, type WorkStore } from './worker.js';

const never = { paused: () => false, stopped: () => false };

/** Runs batches of `plan` here, over the blocks of `store`. */
export const workerHere = (plan: Plan, store: WorkStore): PlanWorker =>
  new PlanWorker(plan, store, ({ kernel }) => gradually(kernel));

/** Runs a batch in one go; false if it has to wait for what it reads. */
export const runAtOnce = (worker: PlanWorker, batch: Batch): boolean => worker.begin(batch).advance(never) === 'done';
