/** `threads()` and the pool that is there without asking. */
import { type ThreadOptions, ThreadPool } from './pool.js';

export { type ThreadOptions, ThreadPool } from './pool.js';

/** A pool of threads: Node's worker threads, or Web Workers. None is started before there is work for it. */
export const threads = async (options: ThreadOptions = {}): Promise<ThreadPool> => new ThreadPool(options);

let shared: ThreadPool | undefined;

/** The pool that computations share when they name none: a thread a core, started when first needed. */
export function defaultPool(): ThreadPool {
  if (shared === undefined || shared.closed) shared = new ThreadPool();
  return shared;
}
