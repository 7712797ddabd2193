/** Arrays from values and from nothing. */

import { generated, indexAlong, linearIndex } from '../array/indexed.js';
import { type ArrayOptions, element, exprOf } from '../array/operands.js';
import type { DTypeOf, Operand, Rank, RankOf } from '../array/types.js';
import { ChunkedArray } from '../array.js';
import { type ChunkSpec, normalizeChunks } from '../core/chunks.js';
import { asDType, type DType, isFloat, isInteger, type Scalar, scalarDType } from '../core/dtype.js';
import { ArgumentError, DTypeError } from '../core/errors.js';
import { asShape } from '../core/shape.js';
import type { Builder } from '../kernel/builder.js';
import type { Value } from '../kernel/ir.js';

export type ShapeLike = number | readonly number[];
/** An empty shape is known to have no axes. */
type RankIn<S> = S extends readonly [] ? 'scalar' : 'array';
type ScalarKind<S> = S extends boolean ? 'bool' : S extends bigint ? 'int64' : 'float64';

/** An array of `x`: a number, nested lists, a typed array, an ndarray or anything iterable. Memory is not copied. */
export const asarray = <X extends Operand | Iterable<Scalar>, D extends DType = DTypeOf<X>>(
  x: X,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankOf<X>> => lazily('asarray', x, options);

/** An array of data that lies in memory, as `asarray`. */
export const fromArray = <X extends Operand | Iterable<Scalar>, D extends DType = DTypeOf<X>>(
  x: X,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankOf<X>> => lazily('fromArray', x, options);

function lazily<D extends DType, R extends Rank>(
  operation: string,
  x: unknown,
  options: ArrayOptions<D>,
): ChunkedArray<D, R> {
  const array = new ChunkedArray<D, R>(exprOf(operation, x, options));
  if (x instanceof ChunkedArray && options.chunks !== undefined)
    return array.rechunk(options.chunks) as ChunkedArray<D, R>;
  return array;
}

/** An array of `shape` in blocks as the options say, its elements as `write` gives them. */
function made<D extends DType, R extends Rank>(
  operation: string,
  shape: ShapeLike,
  dtype: D,
  chunks: ChunkSpec | undefined,
  write: (b: Builder, ndim: number) => Value,
): ChunkedArray<D, R> {
  const lengths = asShape(operation, shape);
  const cuts = normalizeChunks(operation, chunks ?? 'auto', lengths, dtype);
  return new ChunkedArray(generated(operation, cuts, (b) => write(b, lengths.length)));
}

function filled<D extends DType, R extends Rank>(
  operation: string,
  shape: ShapeLike,
  value: Scalar,
  options: ArrayOptions<D>,
  usual: DType,
): ChunkedArray<D, R> {
  const dtype = asDType(operation, options.dtype ?? usual) as D;
  const stored = element(operation, value, dtype);
  return made(operation, shape, dtype, options.chunks, (b) => b.const(stored, dtype));
}

/** All elements 0. */
export const zeros = <const S extends ShapeLike, D extends DType = 'float64'>(
  shape: S,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankIn<S>> => filled('zeros', shape, 0, options, 'float64');

/** All elements 1. */
export const ones = <const S extends ShapeLike, D extends DType = 'float64'>(
  shape: S,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankIn<S>> => filled('ones', shape, 1, options, 'float64');

/** An array to be filled; there is no memory to leave as it was, so all elements are 0. */
export const empty = <const S extends ShapeLike, D extends DType = 'float64'>(
  shape: S,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankIn<S>> => filled('empty', shape, 0, options, 'float64');

/** All elements `value`: float64 of a number, int64 of a bigint, bool of a boolean, or as the options say. */
export const full = <const S extends ShapeLike, V extends Scalar, D extends DType = ScalarKind<V>>(
  shape: S,
  value: V,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankIn<S>> => filled('full', shape, value, options, scalarDType(value));

function filledLike<D extends DType, R extends Rank>(
  operation: string,
  x: Operand,
  value: Scalar,
  options: ArrayOptions<D>,
): ChunkedArray<D, R> {
  const like = exprOf(operation, x);
  const chunks =
    options.chunks ?? like.chunks.map((_, axis) => new ChunkedArray(like).chunks[axis] as readonly number[]);
  return filled(operation, like.shape, value, { ...options, chunks }, like.dtype);
}

/** Zeros in the shape, dtype and chunks of `x`. */
export const zerosLike = <X extends Operand, D extends DType = DTypeOf<X>>(
  x: X,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankOf<X>> => filledLike('zerosLike', x, 0, options);

/** Ones in the shape, dtype and chunks of `x`. */
export const onesLike = <X extends Operand, D extends DType = DTypeOf<X>>(
  x: X,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankOf<X>> => filledLike('onesLike', x, 1, options);

/** Zeros in the shape, dtype and chunks of `x`, to be filled. */
export const emptyLike = <X extends Operand, D extends DType = DTypeOf<X>>(
  x: X,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankOf<X>> => filledLike('emptyLike', x, 0, options);

/** `value` everywhere, in the shape, dtype and chunks of `x`. */
export const fullLike = <X extends Operand, D extends DType = DTypeOf<X>>(
  x: X,
  value: Scalar,
  options: ArrayOptions<D> = {},
): ChunkedArray<D, RankOf<X>> => filledLike('fullLike', x, value, options);

/**
 * start, start + step, ... before stop; `arange(stop)` starts at 0. float64 of numbers, int64 of bigints, or as the
 * options say. The length is ceil((stop - start) / step), and element i is start + i * step, rounded as NumPy rounds.
 */
export function arange<N extends number | bigint, D extends DType = ScalarKind<N>>(
  stop: N,
  options?: ArrayOptions<D>,
): ChunkedArray<D, 'array'>;
export function arange<N extends number | bigint, D extends DType = ScalarKind<N>>(
  start: N,
  stop: N,
  step?: N,
  options?: ArrayOptions<D>,
): ChunkedArray<D, 'array'>;
export function arange(...args: readonly unknown[]): ChunkedArray<DType, 'array'> {
  const numbers = args.filter((a) => typeof a === 'number' || typeof a === 'bigint') as (number | bigint)[];
  const options = (args.find((a) => typeof a === 'object' && a !== null) ?? {}) as ArrayOptions;
  const [start, stop, step] = numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  if (start === undefined || stop === undefined || numbers.some((n) => !Number.isFinite(Number(n)))) {
    throw new ArgumentError(
      'arange',
      `start, stop and step must be finite numbers, got ${args.map(String).join(', ')}`,
    );
  }
  if (Number(step) === 0) throw new ArgumentError('arange', 'a range cannot step by 0');
  const usual = numbers.every((n) => typeof n === 'bigint') ? 'int64' : 'float64';
  const dtype = asDType('arange', options.dtype ?? usual);
  if (isFloat(dtype)) return floatRange(Number(start), Number(stop), Number(step), dtype, options);
  return integerRange(start, stop, step, dtype, options);
}

function floatRange(
  start: number,
  stop: number,
  step: number,
  dtype: DType,
  { chunks }: ArrayOptions,
): ChunkedArray<DType, 'array'> {
  const length = Math.max(0, Math.ceil((stop - start) / step));
  const delta = start + step - start;
  return made('arange', length, dtype, chunks, (b) => b.cast(affine(b, start, delta, indexAlong(b, 1, 0)), dtype));
}

/** start + i * step in float64. */
function affine(b: Builder, start: number, step: number, index: Value): Value {
  const steps = b.prim('multiply', b.cast(index, 'float64'), b.const(step, 'float64'));
  return start === 0 ? steps : b.prim('add', steps, b.const(start, 'float64'));
}

function integerRange(
  start: number | bigint,
  stop: number | bigint,
  step: number | bigint,
  dtype: DType,
  { chunks }: ArrayOptions,
): ChunkedArray<DType, 'array'> {
  if (!isInteger(dtype))
    throw new DTypeError('arange', `there is no range of ${dtype}`, { hint: "arange(...).astype('bool')" });
  const [from, to, by] = [start, stop, step].map((n) => BigInt(element('arange', n, 'int64'))) as [
    bigint,
    bigint,
    bigint,
  ];
  const span = by > 0n ? to - from : from - to;
  const size = by > 0n ? by : -by;
  const length = span <= 0n ? 0 : Number((span + size - 1n) / size);
  if (length > 0) for (const end of [from, from + BigInt(length - 1) * by]) element('arange', end, dtype);
  return made('arange', length, dtype, chunks, (b) => {
    const steps = b.prim('multiply', indexAlong(b, 1, 0), b.const(by, 'int64'));
    return b.cast(b.prim('add', steps, b.const(from, 'int64')), dtype);
  });
}

/** `num` numbers from start to stop, equally far apart; the last is exactly stop unless `endpoint` is false. */
export function linspace<D extends DType = 'float64'>(
  start: number,
  stop: number,
  num = 50,
  options: ArrayOptions<D> & { readonly endpoint?: boolean } = {},
): ChunkedArray<D, 'array'> {
  if (!Number.isFinite(start) || !Number.isFinite(stop)) {
    throw new ArgumentError('linspace', `start and stop must be finite numbers, got ${start} and ${stop}`);
  }
  const dtype = asDType('linspace', options.dtype ?? 'float64') as D;
  if (!isFloat(dtype))
    throw new DTypeError('linspace', `${dtype} does not hold fractions`, {
      hint: `linspace(...).round().astype('${dtype}')`,
    });
  const endpoint = options.endpoint ?? true;
  const [count] = asShape('linspace', num) as [number];
  const gaps = endpoint ? count - 1 : count;
  const step = gaps > 0 ? (stop - start) / gaps : 0;
  return made('linspace', count, dtype, options.chunks, (b) => {
    const index = indexAlong(b, 1, 0);
    const value = affine(b, start, step, index);
    if (!endpoint || count < 2) return b.cast(value, dtype);
    const last = b.prim('equal', index, b.const(count - 1, 'int64'));
    return b.cast(b.select(last, b.const(stop, 'float64'), value), dtype);
  });
}

/** 1 on diagonal `k`, 0 elsewhere: `rows` by `columns`, square without the second. */
export function eye<D extends DType = 'float64'>(
  rows: number,
  columns: number | null = rows,
  options: ArrayOptions<D> & { readonly k?: number } = {},
): ChunkedArray<D, 'array'> {
  const dtype = asDType('eye', options.dtype ?? 'float64') as D;
  const k = options.k ?? 0;
  if (!Number.isSafeInteger(k)) throw new ArgumentError('eye', `a diagonal is named by an integer, got ${k}`);
  return made('eye', [rows, columns ?? rows], dtype, options.chunks, (b) => {
    const onDiagonal = b.prim('equal', linearIndex(b, [-1, 1]), b.const(k, 'int64'));
    return b.select(
      onDiagonal,
      b.const(dtype === 'bool' ? true : 1, dtype),
      b.const(dtype === 'bool' ? false : 0, dtype),
    );
  });
}
