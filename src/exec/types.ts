/** What an executor promises. The scheduler decides what runs next; an executor only says how, and how many at once. */
import type { Batch, Plan } from '../plan/types.js';
import type { BlockStore } from '../store/types.js';

/** How one batch went. Times in milliseconds of performance.now() + performance.timeOrigin. */
export interface BatchReport {
  readonly worker: number;
  readonly start: number;
  readonly end: number;
}

/** One plan being executed. */
export interface Run {
  /**
   * Runs a batch whose inputs are in the store, and puts its outputs there. Rejects with what the kernel or a read threw,
   * or WorkerLostError when the worker that ran it died: the batch may then be submitted again.
   */
  submit(batch: Batch, signal?: AbortSignal): Promise<BatchReport>;
  /** Frees what the plan holds in the workers. Batches still running are stopped. */
  end(): Promise<void>;
}

export interface Executor extends AsyncDisposable {
  /** 'sync', 'threads', 'remote': for people. */
  readonly kind: string;
  /** How many batches may usefully be in flight. */
  readonly slots: number;
  /** Most bytes a plan may hold at a time here, when there is a limit. */
  readonly memoryLimit?: number;
  open(plan: Plan, store: BlockStore): Promise<Run>;
  close(): Promise<void>;
}
