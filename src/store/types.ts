/** Where blocks live between the task that makes them and those that read them. */
import type { TypedArray } from '../core/dtype.js';
import type { Batch } from '../plan/types.js';

/** Memory for one output of a stage. */
export interface OutputMemory {
  /** One a plane. 'packed': the blocks of one batch one after the other; 'dense': the whole output in row-major order. */
  readonly layout: 'packed' | 'dense';
  readonly data: readonly TypedArray[];
}

/** One an output of the stage. */
export type BatchMemory = readonly OutputMemory[];

export interface BlockStore {
  /** Room for what a batch will write. Asked before it runs; asked again (a retry), it gives the same room. */
  allocate(batch: Batch): BatchMemory;
  get(batch: Batch): BatchMemory | undefined;
  delete(batch: Batch): void;
  /** A whole output in row-major order, for stages whose blocks are kept so and not by batch. */
  dense(stage: number, output: number): OutputMemory | undefined;
  /** Bytes held now, and the most there were. */
  readonly bytes: number;
  readonly peakBytes: number;
}
