/** Handing in tasks: `submit`, `map` and `gather`, over whatever runs them. */
import { WorkerLostError } from '../../core/errors.js';
import { Future } from './future.js';
import { checkArgs, checkTask } from './task.js';
import type { Task, TaskCall, TaskRunner } from './types.js';

/** An argument, or the future that will be it. */
export type Given<Args extends readonly unknown[]> = { [I in keyof Args]: Args[I] | Future<Args[I]> };
/** One iterable an argument. */
export type Columns<Args extends readonly unknown[]> = { [I in keyof Args]: Iterable<Args[I] | Future<Args[I]>> };

/** What executors that run tasks offer. */
export interface TaskClient {
  /** Hands in one call. Arguments are plain data, or futures whose results are waited for. */
  submit<Args extends readonly unknown[], R>(task: Task<Args, R>, ...args: Given<Args>): Future<Awaited<R>>;
  /** Hands in a call for each item; of several iterables each gives one argument, and the shortest ends it. */
  map<Args extends readonly unknown[], R>(task: Task<Args, R>, ...columns: Columns<Args>): Future<Awaited<R>>[];
  /** All results, in the order of the futures. Rejects with the first error. */
  gather<R>(futures: Iterable<Future<R>>): Promise<R[]>;
}

/** Numbers the futures of this process. */
let handedIn = 0;

export class Tasks implements TaskClient {
  readonly #runner: TaskRunner;

  constructor(runner: TaskRunner) {
    this.#runner = runner;
  }

  submit<Args extends readonly unknown[], R>(task: Task<Args, R>, ...args: Given<Args>): Future<Awaited<R>> {
    checkTask('submit', task);
    return this.#handIn(task, args) as Future<Awaited<R>>;
  }

  map<Args extends readonly unknown[], R>(task: Task<Args, R>, ...columns: Columns<Args>): Future<Awaited<R>>[] {
    checkTask('map', task);
    const futures: Future[] = [];
    for (const args of rowsOf(columns as readonly Iterable<unknown>[])) futures.push(this.#handIn(task, args));
    return futures as Future<Awaited<R>>[];
  }

  gather<R>(futures: Iterable<Future<R>>): Promise<R[]> {
    return Promise.all([...futures].map((future) => future.result()));
  }

  #handIn({ module, name }: Task, given: readonly unknown[]): Future {
    checkArgs(name, given);
    const waits = given.some((arg) => arg instanceof Future);
    return new Future(`${name}-${handedIn++}`, async (signal, onStart) => {
      const args = waits ? await Promise.all(given.map((arg) => (arg instanceof Future ? arg.result() : arg))) : given;
      return this.#run({ module, name, args }, signal, onStart);
    });
  }

  async #run(call: TaskCall, signal: AbortSignal, onStart: () => void): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#runner.runTask(call, { signal, onStart });
      } catch (error) {
        if (!(error instanceof WorkerLostError) || tries >= this.#runner.tries || signal.aborted) throw error;
      }
    }
  }
}

/** The first items of all iterables, then the second ones, until one of them ends. */
function* rowsOf(columns: readonly Iterable<unknown>[]): Generator<unknown[], void, undefined> {
  const iterators = columns.map((column) => column[Symbol.iterator]());
  while (iterators.length > 0) {
    const row = iterators.map((iterator) => iterator.next());
    if (row.some(({ done }) => done)) return;
    yield row.map(({ value }) => value);
  }
}
