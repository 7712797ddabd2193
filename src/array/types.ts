/** What the types of methods and functions say: dtypes and ranks are inferred as far as they are known statically. */

import type { ChunkedArray } from '../array.js';
import type { DType, Scalar, TypedArray } from '../core/dtype.js';
import type { NDArray, NdArrayLike, ScalarOf } from '../core/ndarray.js';

/** 'scalar': no axes, so that it computes to a plain value. 'array': an axis or more, as far as can be told statically. */
export type Rank = 'scalar' | 'array';

/** Lists of lists of scalars, all of one length a level. */
export type NestedList = readonly (Scalar | NestedList)[];
/** What `asarray` makes an array of, and what every function takes for one. */
export type Operand = ChunkedArray | Scalar | NdArrayLike | TypedArray | NestedList;

/** What `compute` gives. */
export type ResultOf<D extends DType, R extends Rank> = R extends 'scalar' ? ScalarOf<D> : NDArray<D>;

/** The dtypes at or above each in the order whose joins are the promotions, float32 left aside. */
interface Above {
  bool: DType;
  int8: 'int8' | Above['int16'];
  int16: 'int16' | Above['int32'];
  int32: 'int32' | Above['int64'];
  int64: 'int64' | 'float64';
  uint8: 'uint8' | 'int16' | Above['uint16'];
  uint16: 'uint16' | 'int32' | Above['uint32'];
  uint32: 'uint32' | 'int64' | Above['uint64'];
  uint64: 'uint64' | 'float64';
  float32: 'float32' | 'float64';
  float64: 'float64';
}
type Least<U extends DType> = { [D in U]: [U] extends [Above[D]] ? D : never }[U];
/** float32 holds the integers of 16 bits exactly, and stays beside them. */
type BesideFloat32 = 'float32' | 'bool' | 'int8' | 'int16' | 'uint8' | 'uint16';
/** The dtype that two arrays are taken in, as `promote` finds it. */
export type Promote<A extends DType, B extends DType> = [DType] extends [A] | [B]
  ? DType
  : A extends DType
    ? B extends DType
      ? 'float32' extends A | B
        ? A | B extends BesideFloat32
          ? 'float32'
          : 'float64'
        : Least<Above[A] & Above[B]>
      : never
    : never;

/** Floats stay, the rest becomes float64. */
export type Floating<D extends DType> = D extends 'float32' | 'float64' ? D : 'float64';
/** What sums are taken in. */
export type Accumulator<D extends DType> = D extends 'float32' | 'float64'
  ? D
  : D extends 'uint8' | 'uint16' | 'uint32' | 'uint64'
    ? 'uint64'
    : 'int64';

type ScalarDType<S> = S extends boolean ? 'bool' : S extends bigint ? 'int64' : 'float64';
type IntegerBeside<D extends DType> = D extends 'bool' ? 'int64' : D;
/** The dtype a weak scalar makes of an array of dtype D; both possibilities where a number's value is not known. */
type Weak<S, D extends DType> = S extends boolean
  ? D
  : D extends 'float32' | 'float64'
    ? D
    : S extends bigint
      ? IntegerBeside<D>
      : S extends number
        ? number extends S
          ? IntegerBeside<D> | 'float64'
          : `${S}` extends `${bigint}`
            ? IntegerBeside<D>
            : 'float64'
        : D;

interface OfTypedArray {
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  float32: Float32Array;
  float64: Float64Array;
}
type DTypeOfTypedArray<X> = X extends Uint8Array
  ? 'uint8'
  : { [K in keyof OfTypedArray]: X extends OfTypedArray[K] ? K : never }[keyof OfTypedArray];

/** The dtype of an operand. */
export type DTypeOf<X> =
  X extends ChunkedArray<infer D, Rank>
    ? D
    : X extends Scalar
      ? ScalarDType<X>
      : X extends NDArray<infer D>
        ? D
        : X extends TypedArray
          ? DTypeOfTypedArray<X>
          : DType;

export type RankOf<X> = X extends Scalar ? 'scalar' : X extends ChunkedArray<DType, infer R> ? R : 'array';
/** An array wherever one of the two is. */
export type Wider<A extends Rank, B extends Rank> = A extends 'scalar' ? B : 'array';

/** What two operands are taken in, scalars being weak. */
export type Common<X, Y> = X extends Scalar
  ? Y extends Scalar
    ? Promote<ScalarDType<X>, ScalarDType<Y>>
    : Weak<X, DTypeOf<Y>>
  : Y extends Scalar
    ? Weak<Y, DTypeOf<X>>
    : Promote<DTypeOf<X>, DTypeOf<Y>>;
/** The same where the first is an array of dtype D. */
export type CommonWith<D extends DType, Y> = Y extends Scalar ? Weak<Y, D> : Promote<D, DTypeOf<Y>>;

interface RowType {
  readonly takes: 'same' | 'float' | 'bool';
  readonly gives: 'same' | 'bool';
}
/** The dtype a row gives for operands whose common dtype is D. */
export type Given<Row, D extends DType> = Row extends RowType
  ? 'bool' extends Row['gives']
    ? 'bool'
    : 'float' extends Row['takes']
      ? Floating<D>
      : D
  : DType;

/** One axis, or several. */
export type Axis = number | readonly number[];

/** What every reduction takes besides its axes. */
export interface ReductionOptions<D extends DType = DType> {
  readonly axis?: Axis | null | undefined;
  /** Keep the reduced axes, with length 1. */
  readonly keepdims?: boolean;
  /** How many blocks are merged at a time. */
  readonly splitEvery?: number | { readonly [axis: number]: number };
  /** What is summed in, or, for means, the dtype of the result. */
  readonly dtype?: D;
  /** Taken off the count in the divisor of var and std; `ddof` is the same. */
  readonly correction?: number;
  readonly ddof?: number;
  /** 'exact': the sum or mean rounded once, whatever the elements: any cancellation, any partial sums. Slower. */
  readonly method?: 'exact';
}
export interface NormOptions extends ReductionOptions {
  /**
   * The order: any number, or Infinity, along one axis; 'fro', 1, -1, Infinity or -Infinity of the matrices along two.
   * Without it the root of the sum of squares along all axes.
   */
  readonly ord?: number | 'fro' | null;
}

export interface AverageOptions extends ReductionOptions {
  /** What elements count: of the shape of the array, or of the lengths of the named axes. */
  readonly weights?: Operand | null;
}

/** What every scan takes besides its axis. */
export interface ScanOptions<D extends DType = DType> {
  /** The axis along which to accumulate; arrays with one need not name it. */
  readonly axis?: number | null | undefined;
  /** The dtype of the result, and what is accumulated in. */
  readonly dtype?: D;
  /** Whether the value of no elements comes first, which makes the axis one longer. */
  readonly includeInitial?: boolean;
  /** 'exact': every sum rounded once, whatever the elements. Much slower. */
  readonly method?: 'exact';
}
type AxisOrScanOptions = number | ScanOptions | null | undefined;

export type ScanMethod<D extends DType> = <
  const A extends AxisOrScanOptions = undefined,
  const O extends ScanOptions = ScanOptions,
>(
  axis?: A,
  options?: O,
) => ChunkedArray<Chosen<Accumulator<D>, A, O>, 'array'>;

export type ScanFunction = <
  X extends Operand,
  const A extends AxisOrScanOptions = undefined,
  const O extends ScanOptions = ScanOptions,
>(
  x: X,
  axis?: A,
  options?: O,
) => ChunkedArray<Chosen<Accumulator<DTypeOf<X>>, A, O>, 'array'>;

interface OptionsByName {
  readonly norm: NormOptions;
  readonly average: AverageOptions;
}
type OptionsOf<K> = K extends keyof OptionsByName ? OptionsByName[K] : ReductionOptions;

/** The dtypes that reductions give. */
interface Reduced<D extends DType> {
  sum: Accumulator<D>;
  prod: Accumulator<D>;
  nansum: Accumulator<D>;
  nanprod: Accumulator<D>;
  mean: Floating<D>;
  nanmean: Floating<D>;
  var: Floating<D>;
  nanvar: Floating<D>;
  std: Floating<D>;
  norm: Floating<D>;
  average: Floating<D>;
  nanstd: Floating<D>;
  max: D;
  min: D;
  nanmax: D;
  nanmin: D;
  ptp: D;
  all: 'bool';
  any: 'bool';
  argmax: 'int64';
  argmin: 'int64';
  nanargmax: 'int64';
  nanargmin: 'int64';
  countNonzero: 'int64';
}
export type ReducedDType<K, D extends DType> = K extends keyof Reduced<D> ? Reduced<D>[K] : DType;

/** What stands in front: axes, or the options. */
export type AxisOrOptions<O extends ReductionOptions = ReductionOptions> = Axis | O | null | undefined;

/** Whether something says that axes stay: some are named, or all are kept. */
type Stays<A> = A extends Axis | { readonly axis: Axis } | { readonly keepdims: true } ? true : false;
type Left<R extends Rank, A, O> = R extends 'scalar' ? 'scalar' : true extends Stays<A> | Stays<O> ? 'array' : 'scalar';
type Chosen<Out extends DType, A, O> = A extends { readonly dtype: infer T extends DType }
  ? T
  : O extends { readonly dtype: infer T extends DType }
    ? T
    : Out;

/** The dtype of an array of dtype D beside its weights. */
type Weighted<D extends DType, A, O> = A extends { readonly weights: infer W extends Operand }
  ? Promote<D, DTypeOf<W>>
  : O extends { readonly weights: infer W extends Operand }
    ? Promote<D, DTypeOf<W>>
    : D;

/** One signature rather than overloads, for which editors would not show the row's documentation. */
export type ReductionMethod<K, D extends DType, R extends Rank> = <
  const A extends AxisOrOptions<OptionsOf<K>> = undefined,
  const O extends OptionsOf<K> = OptionsOf<K>,
>(
  axis?: A,
  options?: O,
) => ChunkedArray<Chosen<ReducedDType<K, Weighted<D, A, O>>, A, O>, Left<R, A, O>>;

export type ReductionFunction<K> = <
  X extends Operand,
  const A extends AxisOrOptions<OptionsOf<K>> = undefined,
  const O extends OptionsOf<K> = OptionsOf<K>,
>(
  x: X,
  axis?: A,
  options?: O,
) => ChunkedArray<Chosen<ReducedDType<K, Weighted<DTypeOf<X>, A, O>>, A, O>, Left<RankOf<X>, A, O>>;
