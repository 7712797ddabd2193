/** Norms of vectors and of matrices, as NumPy tells them apart: by how many axes there are. */
import { isFloat } from '../core/dtype.js';
import { ArgumentError, AxisError } from '../core/errors.js';
import { asAxis } from '../core/shape.js';
import { astype, elementwise, type ReductionOptions, reduction } from '../expr/build.js';
import type { Expr } from '../expr/types.js';
import { reductions } from '../ops/reduction.js';
import { unary } from '../ops/unary.js';

/** The order of a norm: a number for vectors; 'fro' or one of 1, -1, infinity and -infinity for matrices. */
export type NormOrder = number | 'fro';

export type NormOptions = Omit<ReductionOptions, 'ord'> & { readonly ord?: NormOrder | null | undefined };

/** The norm of all elements along the axes, taken as one vector. */
export const vectorNorm = (x: Expr, { ord, ...options }: NormOptions): Expr => {
  if (ord === 'fro') throw new ArgumentError('norm', "'fro' is a norm of matrices: name two axes");
  return reduction(reductions.norm, x, { ...options, ord: ord ?? 2 });
};

/** The norm of the matrices that two axes hold: their rows along the first, their columns along the second. */
export function matrixNorm(x: Expr, axes: readonly [number, number], { ord = 'fro', ...options }: NormOptions): Expr {
  const [rows, columns] = axes.map((axis) => asAxis('norm', axis, x.shape.length)) as [number, number];
  if (ord === 'fro' || ord === null) return vectorNorm(x, { ...options, axis: axes });
  const size = Math.abs(ord);
  if (size !== 1 && size !== Number.POSITIVE_INFINITY) {
    throw new ArgumentError('norm', `matrices have no norm of order ${ord} here: it takes their singular values`, {
      hint: "'fro', 1, -1, Infinity or -Infinity; along one axis, or with linalg.vectorNorm, any number",
    });
  }
  const { axis: _, keepdims = false, ...rest } = options;
  const summed = size === 1 ? rows : columns;
  const sizes = elementwise(unary.abs, [isFloat(x.dtype) ? x : astype(x, 'float64')]);
  const sums = reduction(reductions.sum, sizes, { ...rest, axis: summed, keepdims: true });
  const extreme = ord > 0 ? reductions.max : reductions.min;
  return reduction(extreme, sums, { axis: [rows, columns], keepdims });
}

/** `norm` as NumPy has it: without an order all axes are one vector; with one, one axis holds vectors and two matrices. */
export function norm(x: Expr, options: NormOptions): Expr {
  const { axis, ord } = options;
  const axes = typeof axis === 'number' ? [axis] : (axis ?? x.shape.map((_, i) => i));
  if (ord === undefined || ord === null || axes.length === 1) return vectorNorm(x, options);
  if (axes.length === 2) return matrixNorm(x, axes as [number, number], options);
  throw new AxisError('norm', `order ${ord} is for vectors along one axis or matrices along two, not ${axes.length}`, {
    hint: 'linalg.vectorNorm takes all axes as one vector',
  });
}
