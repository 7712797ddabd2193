/**
 * What a pool and its threads say to each other. Control calls go through comlink; runs and their batches are plain messages,
 * which nothing answers but outcomes.
 */
import type { Batch, Plan } from '../../plan/types.js';
import type { Failure } from '../failure.js';
import type { ReadyKernel, Workshop } from '../runners.js';

/** A plan, sent once to each thread that works on it, with the first of its batches. */
export interface OpenRun {
  readonly run: number;
  /** Without the code of kernels, unless threads interpret it. */
  readonly plan: Plan;
  /** One a stage, but for those that no thread runs. */
  readonly kernels: readonly ReadyKernel[];
  /** What the pool and its threads agree on without messages; undefined where memory is not shared. */
  readonly flags: Int32Array | undefined;
}

/**
 * Shared flags of a run. The first is not 0 when the run is to stop. The others tell who has begun a job: cell
 * `1 + ticket % tickets` holds the ticket once somebody has claimed it. Far fewer than `tickets` jobs are in threads.
 */
export const tickets = 4096;
export const makeFlags = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * (1 + tickets)));

export const stopAll = (flags: Int32Array | undefined): void => {
  if (flags !== undefined) Atomics.store(flags, 0, 1);
};
export const isStopped = (flags: Int32Array): boolean => Atomics.load(flags, 0) !== 0;

/** True for the first who asks: a job is for the thread that was sent it, unless the pool took it back before. */
export const claim = (flags: Int32Array | undefined, ticket: number): boolean =>
  flags === undefined || Atomics.exchange(flags, 1 + (ticket % tickets), ticket) !== ticket;

/** The control calls. */
export interface ThreadControl {
  /** Answers as soon as the thread can. */
  ready(): void;
  /** Where kernels may work in shared memory; before the first run of which one does. */
  workIn(workshop: Workshop): void;
}

/** A whole output in row-major order; told once to each thread where memory is shared. */
export interface DenseOutput {
  readonly stage: number;
  readonly output: number;
  readonly buffer: ArrayBufferLike;
}

/**
 * The tasks of a batch that several threads work on. Each takes the next few until none is left, so that none waits for another
 * at the end.
 */
export interface TaskCounter {
  /** How many tasks have been taken, in shared memory. */
  readonly taken: Int32Array;
  /** How many are taken at a time. */
  readonly step: number;
}

export const makeCounter = (step: number): TaskCounter => ({ taken: new Int32Array(new SharedArrayBuffer(4)), step });

/** The next tasks of `batch` for whoever asks; undefined when all are taken. */
export function takeTasks({ stage, from, to }: Batch, { taken, step }: TaskCounter): Batch | undefined {
  const first = from + Atomics.add(taken, 0, step);
  return first < to ? { stage, from: first, to: Math.min(first + step, to) } : undefined;
}

/** Nobody takes any more. */
export function takeNoMore({ from, to }: Batch, { taken }: TaskCounter): void {
  Atomics.store(taken, 0, to - from);
}

/** One batch to run, or to share in. */
export interface Work {
  /** A number of this sending of the batch, never used twice in a run. */
  readonly ticket: number;
  readonly run: number;
  readonly batch: Batch;
  /** Where other threads work on it too. */
  readonly counter: TaskCounter | undefined;
  /** Room for the packed outputs. Without it the thread makes room for all outputs and sends that back. */
  readonly room: ArrayBufferLike | undefined;
  readonly shared: boolean;
  readonly dense: readonly DenseOutput[];
  /** The packed blocks it reads. */
  readonly inputs: readonly { readonly batch: Batch; readonly buffer: ArrayBufferLike }[];
}

/** How it went; wall clock times in milliseconds. */
export interface Outcome {
  readonly run: number;
  readonly ticket: number;
  readonly start: number;
  readonly end: number;
  /** How many tasks this thread ran. */
  readonly tasks: number;
  readonly failure?: Failure;
  /** What was written, where memory is not shared. */
  readonly written?: ArrayBuffer;
}

/** New runs, what there is to do for any, and a run that has ended. */
export interface ToThread {
  readonly opened: readonly OpenRun[];
  readonly work: readonly Work[];
  readonly ended?: number;
}
export const isToThread = (message: unknown): message is ToThread =>
  typeof message === 'object' && message !== null && 'opened' in message && 'work' in message;

export type FromThread = readonly Outcome[];
