/** Several arrays made one, or brought to one shape. */

import { exprOf } from '../array/operands.js';
import type { DTypeOf, Operand, Promote } from '../array/types.js';
import { views } from '../array/views.js';
import { ChunkedArray } from '../array.js';
import { type DType, promote } from '../core/dtype.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { broadcastShapes as commonShape, formatShape, sameShape } from '../core/shape.js';
import { astype, broadcastTo, concat as join } from '../expr/build.js';
import type { Expr } from '../expr/types.js';

/** The dtype that all of a list are taken in. */
type PromoteAll<L extends readonly unknown[]> = L extends readonly [infer X, ...infer Rest]
  ? Rest extends readonly []
    ? DTypeOf<X>
    : Promote<DTypeOf<X>, PromoteAll<Rest>>
  : L extends readonly (infer X)[]
    ? DTypeOf<X>
    : DType;

type AxisOption = number | { readonly axis?: number | null } | null;

/** The axis, positional or as an option; null means flattened. */
const axisOf = (given: AxisOption | undefined): number | null =>
  typeof given === 'object' && given !== null
    ? given.axis === undefined
      ? 0
      : given.axis
    : given === undefined
      ? 0
      : given;

function together(operation: string, arrays: Iterable<Operand>): Expr[] {
  const list = [...arrays].map((x) => exprOf(operation, x));
  if (list.length === 0) throw new ArgumentError(operation, 'there is nothing to join: give at least one array');
  const dtype = list.map((x) => x.dtype).reduce(promote);
  return list.map((x) => astype(x, dtype));
}

/** Arrays one after the other along an axis that they have, the first without one; flattened with `null`. */
export function concat<const L extends readonly Operand[]>(
  arrays: L,
  axis?: AxisOption,
): ChunkedArray<PromoteAll<L>, 'array'> {
  const place = axisOf(axis);
  const list = together('concat', arrays);
  if (place === null)
    return new ChunkedArray(
      join(
        list.map((x) => views.ravel(x)),
        0,
      ),
    );
  if (list.some((x) => x.shape.length === 0)) {
    throw new ShapeError('concat', 'an array without axes cannot be joined along one', {
      hint: 'stack([...]) makes a new axis',
    });
  }
  return new ChunkedArray(join(list, place));
}

/** concat under NumPy's name. */
export const concatenate = concat;

/** Arrays of one shape along a new axis, the first without one. */
export function stack<const L extends readonly Operand[]>(
  arrays: L,
  axis?: AxisOption,
): ChunkedArray<PromoteAll<L>, 'array'> {
  const list = together('stack', arrays);
  const place = axisOf(axis) ?? 0;
  const odd = list.find((x) => !sameShape(x.shape, (list[0] as Expr).shape));
  if (odd !== undefined) {
    throw new ShapeError(
      'stack',
      `shapes ${formatShape((list[0] as Expr).shape)} and ${formatShape(odd.shape)} differ`,
      {
        hint: 'concat joins along an axis that exists; broadcastArrays brings arrays to one shape',
      },
    );
  }
  return new ChunkedArray(
    join(
      list.map((x) => views.expandDims(x, place)),
      place,
      'stack',
    ),
  );
}

/** The shape that all shapes broadcast to. */
export const broadcastShapes = (...shapes: readonly (readonly number[])[]): number[] =>
  commonShape('broadcastShapes', ...shapes);

type Each<L extends readonly Operand[]> = { [I in keyof L]: ChunkedArray<DTypeOf<L[I]>, 'array'> };

/** The arrays repeated to the shape that all of them broadcast to, without copying. */
export function broadcastArrays<const L extends readonly Operand[]>(...arrays: L): Each<L> {
  const list = arrays.map((x) => exprOf('broadcastArrays', x));
  const shape = commonShape('broadcastArrays', ...list.map((x) => x.shape));
  return list.map((x) => new ChunkedArray(broadcastTo(x, shape))) as unknown as Each<L>;
}

/**
 * Coordinates of a grid from one array an axis, without copying. 'xy', the usual, gives the first two axes exchanged
 * ((y, x) for x and y), 'ij' as they are given.
 */
export function meshgrid<const L extends readonly Operand[]>(
  arrays: L,
  options: { readonly indexing?: 'xy' | 'ij' } = {},
): Each<L> {
  const indexing = options.indexing ?? 'xy';
  if (indexing !== 'xy' && indexing !== 'ij')
    throw new ArgumentError('meshgrid', `indexing is 'xy' or 'ij', not '${indexing}'`);
  const list = arrays.map((x) => exprOf('meshgrid', x));
  const long = list.find((x) => x.shape.length > 1);
  if (long !== undefined)
    throw new ShapeError('meshgrid', `coordinates have one axis, not shape ${formatShape(long.shape)}`);
  const place = (i: number): number => (indexing === 'xy' && i < 2 && list.length > 1 ? 1 - i : i);
  const upright = list.map((x, i) =>
    views.reshape(
      x,
      list.map((_, axis) => (axis === place(i) ? -1 : 1)),
    ),
  );
  const shape = commonShape('meshgrid', ...upright.map((x) => x.shape));
  return upright.map((x) => new ChunkedArray(broadcastTo(x, shape))) as unknown as Each<L>;
}
