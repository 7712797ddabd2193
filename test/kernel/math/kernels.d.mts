import type { DType, TypedArray } from '#src/core/dtype.js';
import type { Kernel } from '#src/kernel/ir.js';

export type Backend = 'interpreter' | 'scalar' | 'simd';
export interface Rows {
  inputs: Float64Array[];
  rounded: Float64Array;
  error: (answer: number, i: number) => number;
}
export function kernelOf(name: string, dtype: DType, arity: number): Kernel;
export function apply(name: string, dtype: DType, inputs: readonly TypedArray[], backend?: Backend): TypedArray;
export function readRows(rows: readonly string[]): Rows;
