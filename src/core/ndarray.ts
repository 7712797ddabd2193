/** What `compute` returns for one axis or more: a strided view of a typed array, of the same form as scijs' ndarray. */
import type { DType } from './dtype.js';
import { ArgumentError, EmptyReductionError, IndexError } from './errors.js';
import { formatArray, type Nested, nestedOf } from './print.js';
import { formatShape, type Shape, sizeOf, stridesOf } from './shape.js';

/** The typed array that holds each dtype. */
export interface Storage {
  bool: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  float32: Float32Array;
  float64: Float64Array;
}
/** What one element of each dtype is read as from its storage. */
export type Stored<D extends DType> = Storage[D][number];
/** What a 0-d array computes to: 64-bit integers are bigint where a number would lose a digit. */
export type ScalarOf<D extends DType> = D extends 'bool'
  ? boolean
  : D extends 'int64' | 'uint64'
    ? number | bigint
    : number;
/** scijs' names of the storages. */
export type StorageName<D extends DType> = D extends 'bool'
  ? 'uint8'
  : D extends 'int64'
    ? 'bigint64'
    : D extends 'uint64'
      ? 'biguint64'
      : Exclude<D, 'bool' | 'int64' | 'uint64'>;

const storageNames: Partial<Record<DType, string>> = { bool: 'uint8', int64: 'bigint64', uint64: 'biguint64' };

/** Anything laid out like an ndarray: ours, scijs', or a plain object. */
export interface NdArrayLike {
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/** One rule, never a digit lost: bool gives a boolean, a 64-bit integer a number while that is exact and a bigint beyond. */
export function scalarOf<D extends DType>(dtype: D, stored: number | bigint | boolean): ScalarOf<D> {
  let value: number | bigint | boolean = stored;
  if (dtype === 'bool') value = Boolean(stored);
  else if (typeof stored === 'bigint') value = Number.isSafeInteger(Number(stored)) ? Number(stored) : stored;
  return value as ScalarOf<D>;
}

/** Calls `visit` with the position of every element in `data`, in row-major order. */
export function eachPosition(
  shape: Shape,
  stride: readonly number[],
  offset: number,
  visit: (at: number) => void,
): void {
  if (shape.includes(0)) return;
  const walk = (axis: number, start: number): void => {
    const inner = axis + 1 >= shape.length ? visit : (at: number) => walk(axis + 1, at);
    const [length, step] = [shape[axis] ?? 1, stride[axis] ?? 0];
    for (let i = 0, at = start; i < length; i++, at += step) inner(at);
  };
  walk(0, offset);
}

/**
 * A computed array. `get`, `set`, `index` and the views `lo`, `hi`, `step`, `transpose`, `pick` are those of scijs'
 * `ndarray`, so its whole ecosystem takes these objects; a bool is stored, and read by `get`, as 0 or 1.
 */
export class NDArray<D extends DType = DType> {
  readonly data: Storage[D];
  readonly shape: number[];
  readonly stride: number[];
  readonly offset: number;
  /** The element type as chunkwise names it; `dtype` is scijs' name of the storage. */
  readonly elementType: D;

  constructor(
    elementType: D,
    data: Storage[D],
    shape: Shape,
    stride: readonly number[] = stridesOf(shape),
    offset = 0,
  ) {
    this.elementType = elementType;
    this.data = data;
    this.shape = [...shape];
    this.stride = [...stride];
    this.offset = offset;
  }

  get dtype(): StorageName<D> {
    return (storageNames[this.elementType] ?? this.elementType) as StorageName<D>;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get dimension(): number {
    return this.shape.length;
  }

  /** The axes from the fastest in memory to the slowest. */
  get order(): number[] {
    const steps = this.stride.map(Math.abs);
    return steps.map((_, axis) => axis).sort((a, b) => (steps[a] as number) - (steps[b] as number) || b - a);
  }

  get T(): NDArray<D> {
    return this.transpose(...this.shape.map((_, axis) => this.dimension - 1 - axis));
  }

  /** The position in `data` of the element at the given index. */
  index(...at: number[]): number {
    let position = this.offset;
    for (let axis = 0; axis < this.stride.length; axis++) position += (at[axis] ?? 0) * (this.stride[axis] as number);
    return position;
  }

  /** The element at the given index, which is not checked against the shape. */
  get(...at: number[]): Stored<D> {
    return this.data[this.index(...at)] as Stored<D>;
  }

  /** Stores the last argument at the index that precedes it. */
  set(...args: (number | Stored<D>)[]): Stored<D> {
    const value = args.at(-1) as Stored<D>;
    (this.data as Record<number, unknown>)[this.index(...(args.slice(0, -1) as number[]))] = value;
    return value;
  }

  /** The view that begins at the given index. */
  lo(...from: number[]): NDArray<D> {
    const start = this.shape.map((length, axis) => within('lo', from[axis] ?? 0, 0, length));
    return this.#view(
      this.shape.map((length, axis) => length - (start[axis] as number)),
      this.stride,
      this.index(...start),
    );
  }

  /** The view that ends before the given index. */
  hi(...to: number[]): NDArray<D> {
    return this.#view(
      this.shape.map((length, axis) => within('hi', to[axis] ?? length, 0, length)),
      this.stride,
      this.offset,
    );
  }

  /** The view of every n-th element an axis; negative steps walk backwards from the end. */
  step(...steps: number[]): NDArray<D> {
    const each = this.shape.map((_, axis) => steps[axis] ?? 1);
    if (each.some((s) => !Number.isInteger(s) || s === 0)) {
      throw new ArgumentError('step', `steps must be integers other than 0, got ${formatShape(each)}`);
    }
    const last = this.shape.map((length, axis) => ((each[axis] as number) < 0 ? Math.max(0, length - 1) : 0));
    const shape = this.shape.map((length, axis) => Math.ceil(length / Math.abs(each[axis] as number)));
    return this.#view(
      shape,
      this.stride.map((s, axis) => s * (each[axis] as number)),
      this.index(...last),
    );
  }

  /** The view with its axes in the given order. */
  transpose(...axes: number[]): NDArray<D> {
    const order = this.shape.map((_, axis) => axes[axis] ?? axis);
    if (new Set(order).size !== order.length || order.some((axis) => !(axis in this.shape))) {
      throw new ArgumentError('transpose', `[${axes}] is no permutation of the ${this.dimension} axes`);
    }
    return this.#view(
      order.map((a) => this.shape[a] as number),
      order.map((a) => this.stride[a] as number),
      this.offset,
    );
  }

  /** The view with an axis fixed wherever a non-negative index is given. */
  pick(...at: (number | null)[]): NDArray<D> {
    const fixed = this.shape.map((length, axis) => {
      const i = at[axis];
      return i === null || i === undefined || i < 0 ? -1 : within('pick', i, 0, length - 1);
    });
    const kept = fixed.flatMap((i, axis) => (i < 0 ? [axis] : []));
    const offset = this.index(...fixed.map((i) => Math.max(i, 0)));
    return this.#view(
      kept.map((a) => this.shape[a] as number),
      kept.map((a) => this.stride[a] as number),
      offset,
    );
  }

  /** Nested arrays of plain values; bool as booleans, 64-bit integers as bigint. */
  toArray(): Nested {
    return nestedOf(this);
  }

  /** The largest element; NaN if there is one. */
  max(): ScalarOf<D> {
    return this.#at(this.#best('max', (a, b) => a > b));
  }

  /** The smallest element; NaN if there is one. */
  min(): ScalarOf<D> {
    return this.#at(this.#best('min', (a, b) => a < b));
  }

  /** Where, counted in row-major order, the first of the largest elements is; NaN counts as largest. */
  argmax(): number {
    return this.#best('argmax', (a, b) => a > b).count;
  }

  /** Where, counted in row-major order, the first of the smallest elements is; NaN counts as smallest. */
  argmin(): number {
    return this.#best('argmin', (a, b) => a < b).count;
  }

  /** The sum of all elements, compensated, so that its error does not grow with their number; exact for integers. */
  sum(): number | bigint {
    const { data } = this;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
      let total = 0n;
      this.#each((at) => {
        total += data[at] as bigint;
      });
      return scalarOf('int64', total);
    }
    let [total, lost] = [0, 0];
    this.#each((at) => {
      const x = data[at] as number;
      const next = total + x;
      lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
      total = next;
    });
    return Number.isFinite(total) ? total + lost : total;
  }

  toString(): string {
    return formatArray(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const text = formatArray(this);
    return `NDArray ${formatShape(this.shape)} ${this.elementType}${text.includes('\n') ? '\n' : ' '}${text}`;
  }

  #view(shape: Shape, stride: readonly number[], offset: number): NDArray<D> {
    return new NDArray(this.elementType, this.data, shape, stride, offset);
  }

  #each(visit: (at: number) => void): void {
    eachPosition(this.shape, this.stride, this.offset, visit);
  }

  #at(found: { at: number }): ScalarOf<D> {
    return scalarOf(this.elementType, this.data[found.at] as number | bigint);
  }

  #best(operation: string, better: (a: number | bigint, b: number | bigint) => boolean): { at: number; count: number } {
    if (this.size === 0) {
      throw new EmptyReductionError(operation, `there is no element in shape ${formatShape(this.shape)}`);
    }
    const { data } = this;
    let [best, bestCount, count] = [-1, 0, -1];
    this.#each((at) => {
      count++;
      const [value, held] = [data[at] as number | bigint, data[best] as number | bigint];
      if (best === -1 || (!Number.isNaN(held) && (better(value, held) || Number.isNaN(value)))) {
        [best, bestCount] = [at, count];
      }
    });
    return { at: best, count: bestCount };
  }
}

function within(operation: string, i: number, least: number, most: number): number {
  if (Number.isInteger(i) && i >= least && i <= most) return i;
  throw new IndexError(operation, `index ${i} is not an integer from ${least} to ${most}`);
}
