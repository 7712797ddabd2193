/** What users give for an array, as an expression: numbers, lists, typed arrays, ndarrays, iterables. */
import { type ChunkSpec, normalizeChunks } from '../core/chunks.js';
import {
  asDType,
  type DType,
  dtypeNames,
  dtypes,
  integerRange,
  isInteger,
  isWide,
  makeArray,
  type Scalar,
  scalarDType,
  type TypedArray,
} from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import type { NdArrayLike } from '../core/ndarray.js';
import { formatShape, sizeOf, stridesOf } from '../core/shape.js';
import { astype, source } from '../expr/build.js';
import type { Expr } from '../expr/types.js';

export interface ArrayOptions<D extends DType = DType> {
  /** Converted to this dtype. */
  readonly dtype?: D | undefined;
  /** How the array is cut into blocks; 'auto' without it. */
  readonly chunks?: ChunkSpec | undefined;
}

export const isScalar = (x: unknown): x is Scalar =>
  typeof x === 'number' || typeof x === 'bigint' || typeof x === 'boolean';

const isTyped = (x: unknown): x is TypedArray | Uint8ClampedArray => ArrayBuffer.isView(x) && !(x instanceof DataView);
const isObject = (x: unknown): x is object => typeof x === 'object' && x !== null;
const isNdArray = (x: unknown): x is NdArrayLike & { elementType?: unknown } =>
  isObject(x) && 'data' in x && 'shape' in x && 'stride' in x;
const isIterable = (x: unknown): x is Iterable<unknown> => isObject(x) && Symbol.iterator in x;
/** Any object that carries an expression: a ChunkedArray. */
const holdsExpr = (x: unknown): x is { readonly expr: Expr } => isObject(x) && 'expr' in x;

/** An operand of an elementwise operation: numbers stay numbers, and so weak. */
export const operandOf = (operation: string, x: unknown): Expr | Scalar => (isScalar(x) ? x : exprOf(operation, x));

/** `x` as an expression; arrays already lazy are taken as they are. */
export function exprOf(operation: string, x: unknown, options: ArrayOptions = {}): Expr {
  const dtype = options.dtype === undefined ? undefined : asDType(operation, options.dtype);
  if (holdsExpr(x)) return dtype === undefined ? x.expr : astype(x.expr, dtype);
  if (isScalar(x)) return listed(operation, x, dtype, options.chunks);
  if (isTyped(x)) return stored(operation, plain(x), { shape: [x.length] }, dtype, options.chunks);
  if (isNdArray(x)) return strided(operation, x, dtype, options.chunks);
  if (isIterable(x) && typeof x !== 'string')
    return listed(operation, Array.isArray(x) ? x : [...x], dtype, options.chunks);
  throw new ArgumentError(operation, `cannot make an array of ${x === null ? 'null' : describe(x)}`, {
    hint: 'a number, nested lists, a typed array, an ndarray, or anything iterable',
  });
}

const describe = (x: unknown): string => (typeof x === 'string' ? `the text ${JSON.stringify(x)}` : `a ${typeof x}`);

const plain = (data: TypedArray | Uint8ClampedArray): TypedArray =>
  data instanceof Uint8ClampedArray ? new Uint8Array(data.buffer, data.byteOffset, data.length) : data;

/** The dtype that is stored as `data` is; a Uint8Array is uint8. */
export function dtypeOfData(operation: string, data: TypedArray): DType {
  const found = dtypeNames.find((d) => d !== 'bool' && data instanceof dtypes[d].array);
  if (found !== undefined) return found;
  throw new DTypeError(operation, `there is no dtype for ${(data as object).constructor.name}`);
}

interface Layout {
  readonly shape: readonly number[];
  readonly stride?: readonly number[];
  readonly offset?: number;
  readonly dtype?: DType;
}

/** A source over `data` as it lies there: it is not copied, so later changes to it show. */
function stored(operation: string, data: TypedArray, layout: Layout, to?: DType, chunks: ChunkSpec = 'auto'): Expr {
  const { shape, stride = stridesOf(shape), offset = 0, dtype = dtypeOfData(operation, data) } = layout;
  const spec = { kind: 'memory', data, strides: stride, offset } as const;
  const cuts = normalizeChunks(operation, chunks, shape, dtype);
  const e = source({ label: 'array', source: spec, dtype, chunks: cuts });
  return to === undefined ? e : astype(e, to);
}

function strided(operation: string, x: NdArrayLike & { elementType?: unknown }, to?: DType, chunks?: ChunkSpec): Expr {
  const { shape, stride, offset = 0 } = x;
  const ends = shape.map((n, axis) => (n - 1) * (stride[axis] ?? Number.NaN));
  const low = ends.reduce((at, end) => at + Math.min(0, end), offset);
  const high = ends.reduce((at, end) => at + Math.max(0, end), offset);
  if (!shape.includes(0) && !(low >= 0 && high < x.data.length)) {
    throw new ShapeError(
      operation,
      `an ndarray of shape ${formatShape(shape)} and strides [${stride}] leaves its ${x.data.length} elements`,
    );
  }
  const layout = { shape: [...shape], stride: [...stride], offset };
  if (!isTyped(x.data)) {
    const data = fill(operation, Array.from<Scalar>(x.data), [x.data.length], undefined);
    return stored(operation, data.data, { ...layout, dtype: data.dtype }, to, chunks);
  }
  const dtype = x.elementType === undefined ? {} : { dtype: asDType(operation, x.elementType) };
  return stored(operation, plain(x.data), { ...layout, ...dtype }, to, chunks);
}

function listed(operation: string, list: unknown, to?: DType, chunks?: ChunkSpec): Expr {
  const shape = shapeOfList(operation, list);
  const flat: Scalar[] = [];
  flatten(operation, list, shape, 0, flat);
  const { data, dtype } = fill(operation, flat, shape, to);
  return stored(operation, data, { shape, dtype }, undefined, chunks);
}

const isList = (x: unknown): x is ArrayLike<unknown> => Array.isArray(x) || isTyped(x);

/** The lengths met on the way to the first scalar. */
function shapeOfList(operation: string, list: unknown): number[] {
  const shape: number[] = [];
  for (let level = list; isList(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  if (shape.length > 64) throw new ShapeError(operation, 'lists are nested more than 64 deep');
  return shape;
}

function flatten(operation: string, list: unknown, shape: readonly number[], axis: number, into: Scalar[]): void {
  if (axis === shape.length) {
    if (isScalar(list)) into.push(list);
    else if (isList(list)) throw ragged(operation, shape, `a list at a depth of ${axis} where others hold scalars`);
    else
      throw new ArgumentError(operation, `lists hold numbers, bigints or booleans, not ${describe(list)}`, {
        hint: holdsExpr(list) ? 'stack([...]) joins arrays' : 'convert the elements to numbers first',
      });
    return;
  }
  if (!isList(list)) throw ragged(operation, shape, `a scalar at a depth of ${axis} where others hold lists`);
  if (list.length !== shape[axis])
    throw ragged(operation, shape, `lengths ${shape[axis]} and ${list.length} along axis ${axis}`);
  for (let i = 0; i < list.length; i++) flatten(operation, list[i], shape, axis + 1, into);
}

const ragged = (operation: string, shape: readonly number[], found: string): ShapeError =>
  new ShapeError(operation, `the lists do not form an array of shape ${formatShape(shape)}: ${found}`);

/** The dtype of a list of literals: bool, int64 or float64; numbers and bigints do not mix. */
function literalsDType(operation: string, flat: readonly Scalar[]): DType {
  const kinds = new Set(flat.map((s) => typeof s));
  if (kinds.has('number') && kinds.has('bigint')) {
    throw new DTypeError(operation, 'numbers and bigints stand in one list', {
      hint: "all numbers for float64, all bigints for int64, or { dtype: 'int64' }",
    });
  }
  return flat.length === 0
    ? 'float64'
    : kinds.has('number')
      ? 'float64'
      : scalarDType(kinds.has('bigint') ? 0n : false);
}

function fill(
  operation: string,
  flat: readonly Scalar[],
  shape: readonly number[],
  to: DType | undefined,
): { data: TypedArray; dtype: DType } {
  const dtype = to ?? literalsDType(operation, flat);
  const data = makeArray(dtype, sizeOf(shape));
  const out = data as { [i: number]: number | bigint };
  flat.forEach((s, i) => {
    out[i] = element(operation, s, dtype);
  });
  return { data, dtype };
}

/** A literal as an element of `dtype`; refused where it does not fit. */
export function element(operation: string, s: Scalar, dtype: DType): number | bigint {
  if (dtype === 'bool') return s ? 1 : 0;
  if (isInteger(dtype)) {
    const { min, max } = integerRange(dtype);
    const value = typeof s === 'bigint' ? s : Number.isInteger(Number(s)) ? BigInt(s) : undefined;
    if (value === undefined || value < min || value > max) {
      throw new DTypeError(operation, `${s} is not an integer that ${dtype} holds (${min} to ${max})`, {
        hint: "dtype: 'float64', or round the values first",
      });
    }
    return isWide(dtype) ? value : Number(value);
  }
  return Number(s);
}
