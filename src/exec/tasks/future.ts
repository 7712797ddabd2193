/** The result of a task that may not be there yet. */
import { AbortError } from '../../core/errors.js';

export type FutureStatus = 'pending' | 'running' | 'finished' | 'error' | 'cancelled';

type Work<R> = (signal: AbortSignal, onStart: () => void) => Promise<R>;

/** Counts what has settled in this process. */
let settledSoFar = 0;

/** One call of a task on its way. It has been handed in already: nothing waits for somebody to ask. */
export class Future<R = unknown> {
  /** The task's name and a number: no two are the same in a process. */
  readonly key: string;
  readonly #stop = new AbortController();
  readonly #outcome: Promise<R>;
  readonly #listeners = new Set<() => void>();
  #resolve!: (value: R) => void;
  #reject!: (error: unknown) => void;
  #status: FutureStatus = 'pending';
  #order: number | undefined;

  /** @internal */
  constructor(key: string, work: Work<R>) {
    this.key = key;
    this.#outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever asks for the result hears of the error; who does not ask is not to lose the process by it.
    this.#outcome.catch(() => {});
    const onStart = (): void => {
      if (this.#order === undefined) this.#status = 'running';
    };
    work(this.#stop.signal, onStart).then(
      (value) => this.#settle('finished', () => this.#resolve(value)),
      (error: unknown) => this.#settle('error', () => this.#reject(error)),
    );
  }

  get status(): FutureStatus {
    return this.#status;
  }

  /** Finished, failed or cancelled. */
  get done(): boolean {
    return this.#order !== undefined;
  }

  /** How many futures of this process were done before it; undefined while it is not done. @internal */
  get order(): number | undefined {
    return this.#order;
  }

  /** What the task returned. Rejects with a TaskError when it threw, an AbortError when it was cancelled. */
  result(): Promise<R> {
    return this.#outcome;
  }

  /** Takes it back: a task that waits is not run, one that runs is stopped. False if it was done before. */
  cancel(): boolean {
    const error = new AbortError(this.key, 'the task was cancelled');
    const cancelled = this.#settle('cancelled', () => this.#reject(error));
    if (cancelled) this.#stop.abort(error);
    return cancelled;
  }

  /** Calls `listener` when it is done; not if it is already. @internal */
  onDone(listener: () => void): void {
    if (!this.done) this.#listeners.add(listener);
  }

  #settle(status: FutureStatus, how: () => void): boolean {
    if (this.#order !== undefined) return false;
    this.#status = status;
    this.#order = settledSoFar++;
    how();
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
    return true;
  }
}

/**
 * The futures as they are done: the first to be done first, whatever the order they were handed in. Those that failed come
 * too: their `result()` rejects.
 */
export async function* asCompleted<R>(futures: Iterable<Future<R>>): AsyncGenerator<Future<R>, void, undefined> {
  const all = [...new Set(futures)];
  const ready = all.filter((f) => f.done).sort((a, b) => (a.order as number) - (b.order as number));
  let wake = (): void => {};
  for (const future of all) {
    future.onDone(() => {
      ready.push(future);
      wake();
    });
  }
  for (let given = 0; given < all.length; given++) {
    if (ready.length === given) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    yield ready[given] as Future<R>;
  }
}
