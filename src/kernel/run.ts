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
  /** Where each plane's first element lies in the memory that kernels share, in bytes; undefined: not there. */
  readonly addresses?: readonly number[] | undefined;
}

/** Where one output's block is written. */
export interface Target {
  /** One a plane. */
  readonly data: readonly TypedArray[];
  readonly offset: number;
  /** In elements, one an axis of the iteration space; ignored along reduced axes. */
  readonly strides: readonly number[];
  /** From a block to the next one of its row, in elements; not asked for where a run has one block. */
  readonly blockStride?: number;
}

/**
 * One block of the iteration space, or a row of them: `count` blocks that follow each other along axis `along`, all of
 * one extent, in one run. Many small blocks so cost hardly more than a large one.
 */
export interface BlockRun {
  /** Global index of the block's first element. */
  readonly origin: readonly number[];
  readonly extent: readonly number[];
  /** How many blocks; 1 where it is left out. */
  readonly count?: number;
  readonly along?: number;
  /** One an input of the kernel; covers everything the loads touch. */
  readonly inputs: readonly Region[];
  /** One an output of the kernel. */
  readonly outputs: readonly Target[];
  /** Asked between tiles, every millisecond or so of work: true stops the run early. */
  readonly stopped?: () => boolean;
}

/** Runs the blocks of a row one by one. */
export function eachBlock(run: BlockRun, one: Runner): boolean {
  const { count = 1, along = 0, origin, extent, outputs } = run;
  if (count === 1) return one(run);
  for (let i = 0; i < count; i++) {
    const moved = origin.map((at, axis) => (axis === along ? at + i * (extent[axis] as number) : at));
    const targets = outputs.map((to) => ({ ...to, offset: to.offset + i * (to.blockStride ?? 0) }));
    if (!one({ ...run, count: 1, origin: moved, outputs: targets })) return false;
  }
  return true;
}

/** A kernel made ready. Returns false if it was stopped. */
export type Runner = (run: BlockRun) => boolean;
