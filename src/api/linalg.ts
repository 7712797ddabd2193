/** Linear algebra, under the names of the Array API standard's extension. */
import {
  type NormOptions,
  type NormOrder,
  matrixNorm as normOfMatrices,
  vectorNorm as normOfVectors,
} from '../array/norm.js';
import { exprOf } from '../array/operands.js';
import type { Axis, DTypeOf, Floating, Operand } from '../array/types.js';
import { ChunkedArray } from '../array.js';
import { ShapeError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';

export interface VectorNormOptions {
  /** The axes whose elements are one vector, all without them. */
  readonly axis?: Axis | null | undefined;
  readonly keepdims?: boolean | undefined;
  /** Any number, or infinity; 2 without it. */
  readonly ord?: number | undefined;
}

export interface MatrixNormOptions {
  readonly keepdims?: boolean | undefined;
  /** 'fro', 1, -1, Infinity or -Infinity; 'fro' without it. */
  readonly ord?: NormOrder | undefined;
}

type Norm<X extends Operand> = ChunkedArray<Floating<DTypeOf<X>>>;

/** The norm of the elements along the axes, taken as one vector. Floats out. */
export function vectorNorm<X extends Operand>(x: X, options: VectorNormOptions = {}): Norm<X> {
  return new ChunkedArray(normOfVectors(exprOf('vectorNorm', x), options as NormOptions));
}

/** The norm of the matrices in the last two axes. Floats out. */
export function matrixNorm<X extends Operand>(x: X, options: MatrixNormOptions = {}): Norm<X> {
  const e = exprOf('matrixNorm', x);
  if (e.shape.length < 2)
    throw new ShapeError('matrixNorm', `a matrix has two axes or more, shape ${formatShape(e.shape)} has not`);
  return new ChunkedArray(normOfMatrices(e, [-2, -1], options));
}

export { matmul, matrixTranspose, outer, tensordot, vecdot } from './functions.js';
