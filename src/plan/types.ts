/** A plan: what will run, as plain data. Stages are few; their tasks are enumerated by index arithmetic. */
import type { Chunks } from '../core/chunks.js';
import type { DType } from '../core/dtype.js';
import type { SourceSpec } from '../expr/types.js';
import type { Kernel } from '../kernel/ir.js';

/** An array as a kernel reads it. `shape` and `planes` belong to the array, not to what it is made from. */
export type ArrayRef = {
  readonly shape: readonly number[];
  readonly planes: readonly DType[];
} & (
  | { readonly kind: 'stage'; readonly stage: number; readonly output: number; readonly chunks: Chunks }
  /** An entry of Plan.sources; regions of it are read where they are needed, it has no tasks. */
  | { readonly kind: 'source'; readonly source: number }
  | { readonly kind: 'concat'; readonly axis: number; readonly parts: readonly ArrayRef[] }
  /** The elements of `of` in row-major order, in this shape. */
  | { readonly kind: 'reshape'; readonly of: ArrayRef }
);

/** One fused kernel, run on every block of a grid. */
export interface Stage {
  readonly id: number;
  /** 'add-uniform-sqrt', for people. */
  readonly label: string;
  readonly kernel: Kernel;
  /** The blocks of the iteration space: task b of the stage is block b of these chunks, counted in row-major order. */
  readonly chunks: Chunks;
  /** One an input of the kernel; an array read in two ways (x + x.T) is two inputs. */
  readonly reads: readonly ArrayRef[];
  /** One an output of the kernel: its shape, the chunks it comes in (block b is written by task b) and its planes. */
  readonly outputs: readonly StageOutput[];
  /** Names of the expressions that were fused into it, first to last. */
  readonly layers: readonly string[];
  /** Largest bytes one task holds: inputs gathered, outputs, scratch. */
  readonly taskBytes: number;
  /** How many consecutive tasks are handed out together. */
  readonly grain: number;
}

export interface StageOutput {
  readonly shape: readonly number[];
  readonly chunks: Chunks;
  readonly planes: readonly DType[];
}

export type PlanSource = SourceSpec & {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Where its data lie in the memory that kernels share, in bytes, if they do. */
  readonly address?: number | undefined;
};

export interface Plan {
  readonly stages: readonly Stage[];
  readonly sources: readonly PlanSource[];
  /** What was asked for, in the order it was asked. */
  readonly results: readonly ArrayRef[];
  /** Tasks of all stages. */
  readonly tasks: number;
}

/** Consecutive tasks of one stage, handed out, run and kept together: tasks [from, to). */
export interface Batch {
  readonly stage: number;
  readonly from: number;
  readonly to: number;
}
