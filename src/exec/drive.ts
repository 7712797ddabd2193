/** Runs a plan: keeps an executor's slots filled with what the scheduler gives, until all results are there. */

import { formatBytes } from '../core/bytes.js';
import { AbortError, ExecutorClosedError, MemoryLimitError, WorkerLostError } from '../core/errors.js';
import { batchGraph } from '../plan/graph.js';
import type { Batch, Plan, Stage } from '../plan/types.js';
import type { BlockStore } from '../store/types.js';
import { Scheduler } from './scheduler.js';
import { type BatchReport, busyMsOf, LostBlocksError, type Run } from './types.js';
import { nextTurn } from './yield.js';

/** What a view of a running plan is told. Times in milliseconds of the wall clock. */
export type RunEvent =
  | { readonly type: 'start'; readonly batch: Batch; readonly bytes: number }
  | { readonly type: 'done'; readonly batch: Batch; readonly report: BatchReport; readonly bytes: number }
  | { readonly type: 'retry'; readonly batch: Batch; readonly error: unknown };

export interface DriveOptions {
  readonly slots: number;
  /** How many batches may be under way until the first one is done, which is sooner if they are few. Default: `slots`. */
  readonly firstSlots?: number;
  readonly signal?: AbortSignal | undefined;
  readonly memoryLimit?: number | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /**
   * Called with each batch of a result stage. Results then go when `release` is called, and no batch is started while
   * `held` of them wait for that. Without it they stay in the store.
   */
  readonly onResult?: ((batch: Batch, release: () => void) => void) | undefined;
  readonly held?: number;
}

export interface DriveReport {
  readonly batches: number;
  readonly retries: number;
  /** Milliseconds that workers were at work, summed over workers. */
  readonly busyMs: number;
}

/** Resolves when every batch of `roots` is done; rejects with the first error, after all that ran has stopped. */
export function drive(
  plan: Plan,
  roots: readonly Stage[],
  run: Run,
  store: BlockStore,
  options: DriveOptions,
): Promise<DriveReport> {
  return new Promise((resolve, reject) => {
    new Drive(plan, roots, run, store, options, resolve, reject).start();
  });
}

class Drive {
  readonly #plan: Plan;
  readonly #scheduler: Scheduler;
  readonly #run: Run;
  readonly #store: BlockStore;
  readonly #options: DriveOptions;
  readonly #roots: Set<number>;
  readonly #resolve: (report: DriveReport) => void;
  readonly #reject: (error: unknown) => void;
  /** Stops what still runs once one batch has failed. */
  readonly #stop = new AbortController();
  readonly #onAbort = () =>
    this.#fail(new AbortError('compute', 'the computation was aborted', { cause: this.#options.signal?.reason }));
  #failure: { error: unknown } | undefined;
  #held = 0;
  #anyDone = false;
  #batches = 0;
  #retries = 0;
  #busyMs = 0;

  constructor(
    plan: Plan,
    roots: readonly Stage[],
    run: Run,
    store: BlockStore,
    options: DriveOptions,
    resolve: (report: DriveReport) => void,
    reject: (error: unknown) => void,
  ) {
    const limit = options.memoryLimit;
    this.#plan = plan;
    this.#scheduler = new Scheduler(batchGraph(plan, roots), limit === undefined ? {} : { memoryLimit: limit });
    this.#run = run;
    this.#store = store;
    this.#options = options;
    this.#roots = new Set(roots.map((stage) => stage.id));
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { signal } = this.#options;
    if (signal?.aborted) this.#onAbort();
    else {
      signal?.addEventListener('abort', this.#onAbort, { once: true });
      this.#pump();
    }
  }

  /** Starts what can be started; settles when there is nothing left. */
  #pump(): void {
    while (this.#failure === undefined && this.#mayStart()) {
      const batch = this.#scheduler.next();
      if (batch === undefined) break;
      const soon = this.#isAwaited(batch);
      this.#submit(batch, soon);
      if (soon) {
        // Whoever waits has it before more are started, if it was run at once.
        queueMicrotask(() => this.#anyDone || this.#pump());
        return;
      }
    }
    if (this.#scheduler.running > 0) return;
    if (this.#failure !== undefined) this.#settle(() => this.#reject(this.#failure?.error));
    else if (this.#scheduler.finished && this.#held === 0) {
      this.#settle(() => this.#resolve({ batches: this.#batches, retries: this.#retries, busyMs: this.#busyMs }));
    } else if (this.#held === 0) this.#fail(this.#outOfMemory());
  }

  #mayStart(): boolean {
    const { slots, firstSlots = slots, held = Number.POSITIVE_INFINITY } = this.#options;
    return this.#scheduler.running < (this.#anyDone ? slots : firstSlots) && this.#held < held;
  }

  /** Whether somebody waits for the blocks of `batch`, the first of all. */
  #isAwaited({ stage }: Batch): boolean {
    return this.#batches === 0 && this.#options.onResult !== undefined && this.#roots.has(stage);
  }

  #submit(batch: Batch, soon: boolean): void {
    this.#batches++;
    this.#options.onEvent?.({ type: 'start', batch, bytes: this.#scheduler.bytes });
    this.#run.submit(batch, this.#stop.signal, soon).then(
      (report) => this.#onDone(batch, report),
      (error: unknown) => this.#onError(batch, error),
    );
  }

  #onDone(batch: Batch, report: BatchReport): void {
    const isFirst = !this.#anyDone;
    this.#anyDone = true;
    this.#busyMs += busyMsOf(report);
    this.#free(this.#scheduler.done(batch));
    this.#options.onEvent?.({ type: 'done', batch, report, bytes: this.#scheduler.bytes });
    const { onResult } = this.#options;
    if (onResult !== undefined && this.#roots.has(batch.stage) && this.#failure === undefined) {
      this.#held++;
      onResult(batch, () => {
        this.#held--;
        this.#free(this.#scheduler.release(batch));
        this.#pump();
      });
    }
    // Starting batches takes milliseconds in a young process: who waits for the first blocks has them before that.
    if (isFirst && onResult !== undefined) void nextTurn().then(() => this.#pump());
    else this.#pump();
  }

  #onError(batch: Batch, error: unknown): void {
    if (error instanceof LostBlocksError && this.#failure === undefined) {
      this.#retries++;
      this.#options.onEvent?.({ type: 'retry', batch, error });
      this.#scheduler.lost(batch, error.batches);
      this.#pump();
      return;
    }
    const again = this.#scheduler.retry(batch);
    if (this.#failure === undefined && error instanceof WorkerLostError && again) {
      this.#retries++;
      this.#options.onEvent?.({ type: 'retry', batch, error });
      this.#pump();
    } else this.#fail(error);
  }

  #free(batches: readonly Batch[]): void {
    for (const batch of batches) {
      this.#store.delete(batch);
      this.#run.release?.(batch);
    }
  }

  #fail(error: unknown): void {
    if (this.#failure === undefined) {
      this.#failure = { error };
      this.#held = 0;
      this.#stop.abort(error);
    }
    this.#pump();
  }

  #settle(how: () => void): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    how();
  }

  #outOfMemory(): Error {
    const { memoryLimit } = this.#options;
    if (memoryLimit === undefined) return new ExecutorClosedError('compute', 'the executor takes no more work');
    const label = this.#plan.stages.map((stage) => stage.label).join(', ');
    return new MemoryLimitError(
      'compute',
      `the blocks that must be held at a time do not fit ${formatBytes(memoryLimit)}: ${formatBytes(this.#scheduler.bytes)} are held by ${label}`,
      { hint: 'smaller chunks (x.rechunk), or a larger memoryLimit' },
    );
  }
}
