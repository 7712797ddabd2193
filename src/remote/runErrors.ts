/** What a computation on other machines fails with, in words that name the task and the way out. */
import {
  ChunkwiseError,
  ConnectionError,
  ExecutorClosedError,
  NoWorkersError,
  TaskError,
  WorkerLostError,
} from '../core/errors.js';
import type { Batch, Plan } from '../plan/types.js';
import { stalledReason } from './engine.js';
import { openFailure } from './protocol.js';
import type { Patience } from './settings.js';

const labelOf = (plan: Plan, { stage }: Batch): string => plan.stages[stage]?.label ?? 'compute';

/** Every worker that had the batch died. */
export function poisonous(plan: Plan, batch: Batch): WorkerLostError {
  const { stage, from, to } = batch;
  return new WorkerLostError(
    labelOf(plan, batch),
    `tasks ${from} to ${to - 1} of stage ${stage} lost their worker each time they were tried`,
    { hint: 'they end their process, often by taking more memory than there is: smaller chunks, or larger workers' },
  );
}

/** A worker says that the batch failed; `reason` is what the engine kept of it. */
export function failedWith(plan: Plan, batch: Batch, reason: string): Error {
  const told = openFailure(reason);
  const label = labelOf(plan, batch);
  if (told instanceof ChunkwiseError && !(told instanceof TaskError)) return told;
  const message = `task ${batch.stage}.${batch.from} failed on a worker: ${told?.message ?? reason.slice(0, 500)}`;
  return new TaskError(label, message, { cause: told instanceof TaskError ? told.cause : told });
}

/** A call of the function `name` has failed; `reason` is what the engine kept of it. */
export function callFailure(name: string, reason: string): Error {
  if (reason.includes(stalledReason)) {
    return new WorkerLostError(name, 'the task lost its worker each time it was tried', {
      hint: 'it ends its process, often by taking more memory than there is: larger workers, or fewer --slots',
    });
  }
  const told = openFailure(reason);
  if (told instanceof ChunkwiseError) return told;
  return new TaskError(name, `it failed on a worker: ${told?.message ?? reason.slice(0, 500)}`, { cause: told });
}

export const serverGone = (silentMs: number): ConnectionError =>
  new ConnectionError('remote', `the queue's server has been away for ${Math.round(silentMs / 1000)} s`, {
    hint: 'start it again, and compute with the same `resume` to go on',
  });

export const nobodyThere = (jobs: number, waitedMs: number, { pool, shownUrl }: Patience): NoWorkersError =>
  new NoWorkersError(
    'remote',
    `${jobs} jobs have waited ${Math.round(waitedMs / 1000)} s and no worker takes from pool '${pool}'`,
    { hint: `npx chunkwise worker ${shownUrl} --pool ${pool}` },
  );

/** Whether another try, here or elsewhere, may go better. What is wrong with the job itself stays wrong. */
export const mayMend = (error: unknown): boolean =>
  error instanceof TaskError ||
  error instanceof WorkerLostError ||
  error instanceof ExecutorClosedError ||
  !(error instanceof ChunkwiseError);
