/** What an executor promises. The scheduler decides what runs next; an executor only says how, and how many at once. */
import { ChunkwiseError } from '../core/errors.js';
import type { Batch, Plan } from '../plan/types.js';
import type { BlockStore } from '../store/types.js';

/** What one worker did of a batch. Times in milliseconds of performance.now() + performance.timeOrigin. */
export interface Share {
  readonly worker: number;
  readonly start: number;
  readonly end: number;
}

/** How one batch went, and what others than `worker` did of it, where several worked on it together. */
export interface BatchReport extends Share {
  readonly others?: readonly Share[];
}

/** Milliseconds of work that a batch took, summed over workers. */
export const busyMsOf = ({ start, end, others = [] }: BatchReport): number =>
  others.reduce((ms, share) => ms + share.end - share.start, end - start);

/** What `submit` rejects with when blocks it needs are gone: they are made again, then the batch is submitted again. */
export class LostBlocksError extends ChunkwiseError {
  override name = 'LostBlocksError';
  readonly batches: readonly Batch[];
  constructor(operation: string, batches: readonly Batch[]) {
    super(operation, `${batches.length} blocks that it reads are lost`);
    this.batches = batches;
  }
}

/** One plan being executed. */
export interface Run {
  /**
   * Runs a batch whose inputs are in the store, and puts its outputs there. Rejects with what the kernel or a read threw,
   * or WorkerLostError when the worker that ran it died: the batch may then be submitted again. A run has one signal:
   * aborting it rejects all batches of the run with an AbortError. `soon`: somebody waits for this one, so it may be run where
   * it is done first rather than where it costs least.
   */
  submit(batch: Batch, signal?: AbortSignal, soon?: boolean): Promise<BatchReport>;
  /** Blocks of `batch` are no longer read: executors that keep blocks outside the store drop them. */
  release?(batch: Batch): void;
  /** Frees what the plan holds in the workers. Batches still running are stopped. */
  end(): Promise<void>;
}

export interface Executor extends AsyncDisposable {
  /** 'sync', 'threads', 'remote': for people. */
  readonly kind: string;
  /** Whether batches run in the calling thread, one after the other, and none is ever lost. */
  readonly inline?: boolean;
  /** How many batches it can run at the same time. */
  readonly workers: number;
  /** How many batches may usefully be in flight: some wait for a worker, so that none waits for them. */
  readonly slots: number;
  /** Whether workers share a batch whose tasks need nothing of each other, so that one can be handed out for all of them. */
  readonly together?: boolean;
  /** Milliseconds that a batch should take at least, where handing one out is dear. */
  readonly batchMs?: number;
  /** Most bytes a plan may hold at a time here, when there is a limit. */
  readonly memoryLimit?: number;
  open(plan: Plan, store: BlockStore): Promise<Run>;
  close(): Promise<void>;
}
