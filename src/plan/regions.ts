/** Index arithmetic between tasks and blocks: what a task reads, which batches make that, and who reads a batch. */
import type { Batch, Plan, Stage } from './types.js';

/** A box of indices. */
export interface Box {
  readonly origin: readonly number[];
  readonly extent: readonly number[];
}

/** Part of a read region that lies within one block of a stage's output, or within one source. */
export interface Piece {
  /** The task that makes the block; for a source, its place in Plan.sources. */
  readonly from:
    | { readonly kind: 'stage'; readonly stage: number; readonly output: number; readonly task: number }
    | { readonly kind: 'source'; readonly source: number };
  /** In indices of the array it lies in. */
  readonly box: Box;
  /** Where the piece's first element goes in the gathered region, a row-major array of the region's extent. */
  readonly offset: number;
  /** In elements of the gathered region, one an axis of `box`. */
  readonly strides: readonly number[];
}

export declare function taskBox(stage: Stage, task: number): Box;
/** The box that input `input` of a task covers, in the read array's indices. */
export declare function readBox(stage: Stage, input: number, box: Box): Box;
export declare function piecesOf(plan: Plan, stage: Stage, input: number, box: Box): Piece[];
/** The batch that task `task` of a stage belongs to: batches are [0, grain), [grain, 2 grain) ... */
export declare function batchOf(stage: Stage, task: number): Batch;
/** The batches whose blocks `batch` reads, each once. */
export declare function inputsOf(plan: Plan, batch: Batch): Batch[];
/** Where block `task` begins in the packed memory of its batch's output, in elements. */
export declare function packedOffset(stage: Stage, output: number, batch: Batch, task: number): number;
