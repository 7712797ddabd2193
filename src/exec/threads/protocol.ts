/** What a pool and its threads say to each other. Control calls go through comlink, batches by plain messages. */
import type { Batch, Plan } from '../../plan/types.js';
import type { Failure } from '../failure.js';
import type { ReadyKernel } from '../runners.js';

/** A plan, sent once to each thread that works on it. */
export interface OpenRun {
  readonly run: number;
  readonly plan: Plan;
  /** One a stage. */
  readonly kernels: readonly ReadyKernel[];
  /** Not 0: stop whatever is being done for this run. Undefined where memory is not shared. */
  readonly stop: Int32Array | undefined;
}

/** The control calls. */
export interface ThreadControl {
  open(run: OpenRun): void;
  end(run: number): void;
}

/** A whole output in row-major order; told once to each thread where memory is shared. */
export interface DenseOutput {
  readonly stage: number;
  readonly output: number;
  readonly buffer: ArrayBufferLike;
}

/** One batch to run. */
export interface Work {
  readonly job: number;
  readonly run: number;
  readonly batch: Batch;
  /** Room for the packed outputs. Without it the thread makes room for all outputs and sends that back. */
  readonly room: ArrayBufferLike | undefined;
  readonly shared: boolean;
  readonly dense: readonly DenseOutput[];
  /** The packed blocks it reads. */
  readonly inputs: readonly { readonly batch: Batch; readonly buffer: ArrayBufferLike }[];
}

/** How it went; wall clock times in milliseconds. */
export interface Outcome {
  readonly job: number;
  readonly start: number;
  readonly end: number;
  readonly failure?: Failure;
  /** What was written, where memory is not shared. */
  readonly written?: ArrayBuffer;
}

export type ToThread = readonly Work[];
export type FromThread = readonly Outcome[];
