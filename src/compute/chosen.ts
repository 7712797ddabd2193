/** Who computes a plan when the caller does not say. */
import { preferredExecutor } from '../exec/preferred.js';
import { sync } from '../exec/sync.js';
import { defaultPool } from '../exec/threads/index.js';
import { worthStarting } from '../exec/threads/pool.js';
import type { Executor } from '../exec/types.js';
import { planTime } from '../plan/size.js';
import type { Plan } from '../plan/types.js';

/**
 * Plans that take less than this (a rough estimate) run in the calling thread: waking threads costs as much, and
 * starting them, which is done meanwhile for whatever comes next, far more.
 */
const inlineNanoseconds = { threadsReady: 1e6, threadsToStart: worthStarting };

const inline = sync();

export const chosenExecutor = (plan: Plan): Executor => preferredExecutor() ?? defaultExecutor(plan);

function defaultExecutor(plan: Plan): Executor {
  const nanoseconds = planTime(plan);
  if (nanoseconds < inlineNanoseconds.threadsReady) return inline;
  const pool = defaultPool();
  if (pool.ready || nanoseconds >= inlineNanoseconds.threadsToStart) return pool;
  pool.start();
  return inline;
}
