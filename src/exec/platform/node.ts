/** Threads in Node. */
import type { MessagePort, Worker } from 'node:worker_threads';
import { InternalError } from '../../core/errors.js';
import type { Port, Thread } from './types.js';

export type { Port, Thread } from './types.js';

/** Had when it is needed: an import of it is 4 ms of every start. */
const workerThreads = (): typeof import('node:worker_threads') => process.getBuiltinModule('node:worker_threads');

/** Threads that can compute at the same time. */
export const cores = (): number => process.getBuiltinModule('node:os').availableParallelism();

/** A worker or port of Node as what comlink expects: listeners that are given events, not data. */
function asPort(from: Worker | MessagePort): Port {
  const handlers = new Map<unknown, (data: unknown) => void>();
  return {
    postMessage: (message, transfer) => from.postMessage(message, transfer as never),
    addEventListener(_type, listener) {
      const handler = (data: unknown) => {
        const event = { data } as MessageEvent;
        if (typeof listener === 'function') listener(event);
        else listener.handleEvent(event);
      };
      handlers.set(listener, handler);
      from.on('message', handler);
    },
    removeEventListener(_type, listener) {
      const handler = handlers.get(listener);
      if (handler === undefined) return;
      handlers.delete(listener);
      from.off('message', handler);
    },
  };
}

/**
 * Threads take over what this process was started with, but where that names its script: a thread has a module of its own.
 * Flags of the engine, valid when taken over, may not be given to a thread by name.
 */
const startedWithScript = process.execArgv.some((flag) => /^(-e|--eval|-p|--print|-pe|--input-type.*)$/.test(flag));
const threadFlags = startedWithScript ? { execArgv: [] } : {};

export function startThread(name: string): Thread {
  const { Worker } = workerThreads();
  const worker = new Worker(new URL('../threads/entry.js', import.meta.url), { name, ...threadFlags });
  return {
    port: asPort(worker),
    gone: new Promise((resolve) => worker.once('exit', () => resolve())),
    onDeath(listener) {
      let told = false;
      const die = (reason: unknown) => {
        if (told) return;
        told = true;
        listener(reason);
        void worker.terminate();
      };
      worker.on('error', die);
      worker.on('messageerror', die);
      worker.on('exit', (code) => die(new Error(`the thread ended with exit code ${code}`)));
    },
    terminate: () => void worker.terminate(),
    keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
  };
}

/** In a thread: the way to who started it. */
export function parent(): Port {
  const { parentPort } = workerThreads();
  if (parentPort === null) throw new InternalError('threads', 'this module is started as a worker, not imported');
  return asPort(parentPort);
}
