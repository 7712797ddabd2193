/** Comparing what was computed. */

import { isScalar } from '../array/operands.js';
import type { Scalar, TypedArray } from '../core/dtype.js';
import { ArgumentError } from '../core/errors.js';
import { eachPosition, type NdArrayLike } from '../core/ndarray.js';
import { broadcastShapes, sameShape } from '../core/shape.js';

/** A computed value: a scalar, an NDArray or any ndarray, a typed array, or a flat list. */
export type Computed = Scalar | NdArrayLike | TypedArray | readonly Scalar[];

interface View {
  readonly data: ArrayLike<Scalar>;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

function viewOf(operation: string, x: Computed): View {
  if (isScalar(x)) return { data: [x], shape: [], stride: [], offset: 0 };
  if (Array.isArray(x) || ArrayBuffer.isView(x)) {
    const data = x as ArrayLike<Scalar>;
    return { data, shape: [data.length], stride: [1], offset: 0 };
  }
  if (typeof x === 'object' && x !== null && 'stride' in x) return x as NdArrayLike;
  throw new ArgumentError(operation, 'computed values are compared: numbers, ndarrays, typed arrays', {
    hint: 'await x.compute() first',
  });
}

/** The elements in row-major order. */
function elements({ data, shape, stride, offset }: View): Scalar[] {
  const values: Scalar[] = [];
  eachPosition(shape, stride, offset, (at) => values.push(data[at] as Scalar));
  return values;
}

const plain = (x: Scalar): number | bigint => (typeof x === 'boolean' ? Number(x) : x);
/** Equal exactly, also where one is a bigint: comparing the two rounds neither. */
const sameNumber = (a: number | bigint, b: number | bigint): boolean => a <= b && a >= b;
const bothNaN = (a: Scalar, b: Scalar): boolean => Number.isNaN(a) && Number.isNaN(b);

/** Whether two computed values have one shape and equal elements. NaN equals NaN only where `equalNaN` says so. */
export function arrayEqual(a: Computed, b: Computed, options: { readonly equalNaN?: boolean } = {}): boolean {
  const [x, y] = [viewOf('arrayEqual', a), viewOf('arrayEqual', b)];
  if (!sameShape(x.shape, y.shape)) return false;
  const others = elements(y);
  return elements(x).every((v, i) => {
    const [p, q] = [plain(v), plain(others[i] as Scalar)];
    return sameNumber(p, q) || (options.equalNaN === true && bothNaN(p, q));
  });
}

export interface Closeness {
  /** Most difference relative to the second value; 1e-5 without it. */
  readonly rtol?: number;
  /** Most difference besides; 1e-8 without it. */
  readonly atol?: number;
  readonly equalNaN?: boolean;
}

/** Whether two computed values, broadcast against each other, differ nowhere by more than atol + rtol * |b|. */
export function allClose(
  a: Computed,
  b: Computed,
  { rtol = 1e-5, atol = 1e-8, equalNaN = false }: Closeness = {},
): boolean {
  if (!(rtol >= 0 && atol >= 0))
    throw new ArgumentError('allClose', `tolerances are not negative, got ${rtol} and ${atol}`);
  const [x, y] = [viewOf('allClose', a), viewOf('allClose', b)];
  const shape = broadcastShapes('allClose', x.shape, y.shape);
  const others = elements(repeated(y, shape));
  return elements(repeated(x, shape)).every((v, i) => {
    const [p, q] = [Number(plain(v)), Number(plain(others[i] as Scalar))];
    if (p === q || (equalNaN && bothNaN(p, q))) return true;
    return Number.isFinite(q) && Math.abs(p - q) <= atol + rtol * Math.abs(q);
  });
}

/** The view repeated along new axes and those of length 1. */
function repeated(x: View, shape: readonly number[]): View {
  const added = shape.length - x.shape.length;
  const stride = shape.map((n, axis) =>
    axis < added || x.shape[axis - added] !== n ? 0 : (x.stride[axis - added] as number),
  );
  return { ...x, data: x.data, offset: x.offset, shape, stride };
}
