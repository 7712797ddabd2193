/** How a kernel is asked to run over one block: what executors and kernels say to each other. */
import type { TypedArray } from '../core/dtype.js';

/** Part of an input array, as it lies in memory. */
export interface Region {
  /** The global index in the input array of the element at `offset`. */
  readonly origin: readonly number[];
  /** One a plane. */
  readonly data: readonly TypedArray[];
  readonly offset: number;
  /** In elements, one an axis of the input array; may be negative or 0. */
  readonly strides: readonly number[];
}

/** Where one output's block is written. */
export interface Target {
  /** One a plane. */
  readonly data: readonly TypedArray[];
  readonly offset: number;
  /** In elements, one an axis of the iteration space; ignored along reduced axes. */
  readonly strides: readonly number[];
}

/** One block of the iteration space. */
export interface BlockRun {
  /** Global index of the block's first element. */
  readonly origin: readonly number[];
  readonly extent: readonly number[];
  /** One an input of the kernel; covers everything the block's loads touch. */
  readonly inputs: readonly Region[];
  /** One an output of the kernel. */
  readonly outputs: readonly Target[];
  /** Asked between tiles, every millisecond or so of work: true stops the run early. */
  readonly stopped?: () => boolean;
}

/** A kernel made ready. Returns false if it was stopped. */
export type Runner = (run: BlockRun) => boolean;
