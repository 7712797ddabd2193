/** Threads in browsers, and in whatever else has Web Workers. */
import type { Port, Thread } from './types.js';

export type { Port, Thread } from './types.js';

/** Threads that can compute at the same time. */
export const cores = (): number => globalThis.navigator?.hardwareConcurrency ?? 1;

export function startThread(name: string): Thread {
  const worker = new Worker(new URL('../threads/entry.js', import.meta.url), { type: 'module', name });
  let die: ((reason: unknown) => void) | undefined;
  const end = (reason: unknown): void => {
    worker.terminate();
    die?.(reason);
    die = undefined;
  };
  worker.addEventListener('error', (event) => end(event.error ?? new Error(event.message || 'the worker failed')));
  worker.addEventListener('messageerror', () => end(new Error('a message of the worker could not be read')));
  return {
    port: worker,
    gone: new Promise(() => {}),
    onDeath(listener) {
      die = listener;
    },
    terminate: () => end(new Error('the worker was terminated')),
    keepAlive: () => {},
  };
}

/** In a worker: the way to who started it. */
export const parent = (): Port => globalThis as unknown as Port;
