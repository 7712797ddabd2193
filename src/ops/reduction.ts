/** Reductions: every one is a fold, whose result no grouping of the elements changes. */
import { accumulatorOf, type DType, isFloat, toFloating } from '../core/dtype.js';
import { exactMeanFold, exactSumFold } from './exactSums.js';
import { extremeFold, indexFold, presentExtremeFold } from './extrema.js';
import { monoid } from './fold.js';
import { normFold } from './norms.js';
import { productFold } from './product.js';
import { isNaNValue } from './shared.js';
import { averageFold, meanFold, sumFold, varFold } from './sums.js';
import { type ReductionRow, type Table, table } from './types.js';

const same = (of: DType): DType => of;
const int64 = (): DType => 'int64';
const float64 = (): DType => 'float64';
const bool = (): DType => 'bool';

/** Floats are accumulated in float64 pairs, everything else in what it gives. */
export const accumulated = {
  on: 'any',
  gives: accumulatorOf,
  takes: (_: DType, gives: DType): DType => (isFloat(gives) ? 'float64' : gives),
  chooses: 'number',
  empty: true,
} as const;
const averaged = { on: 'any', gives: toFloating, takes: float64, chooses: 'float', empty: true } as const;
const extreme = { on: 'any', gives: same, takes: same, empty: false } as const;
const position = { on: 'any', gives: int64, takes: same, empty: false, index: true } as const;
const logical = { on: 'any', gives: bool, takes: bool, empty: true } as const;

const andFold = (): ReturnType<ReductionRow['fold']> => monoid('all', 'bool', true, (b, x, y) => b.prim('and', x, y));
const orFold = (): ReturnType<ReductionRow['fold']> => monoid('any', 'bool', false, (b, x, y) => b.prim('or', x, y));

const countFold: ReductionRow['fold'] = (spec) => sumFold({ ...spec, takes: 'int64', gives: 'int64' });

/** NaN replaced by what changes nothing. */
export const without =
  (neutral: number): NonNullable<ReductionRow['prepare']> =>
  (b, value) =>
    isFloat(b.dtypeOf(value)) ? b.select(isNaNValue(b, value), b.const(neutral, b.dtypeOf(value)), value) : value;

const rows = {
  /** Whether all elements are true; true of none. Everything but zero is true. bool out. */
  all: { ...logical, fold: andFold },
  /** Whether any element is true; false of none. Everything but zero is true. bool out. */
  any: { ...logical, fold: orFold },
  /** The first index of the largest element along one axis, or in the flattened array. NaN counts as largest. int64 out. */
  argmax: { ...position, fold: indexFold('maximum', false) },
  /** The first index of the smallest element along one axis, or in the flattened array. NaN counts as smallest. int64 out. */
  argmin: { ...position, fold: indexFold('minimum', false) },
  /** The average with `weights` of the same shape or of the named axes; the mean without. Floats, correctly rounded. */
  average: { ...averaged, options: ['weights'], fold: averageFold },
  /** How many elements are not zero. int64 out. */
  countNonzero: { ...logical, gives: int64, prepare: (b, value) => b.cast(value, 'int64'), fold: countFold },
  /** The largest element; NaN if there is one. Same dtype; an error over no elements. */
  max: { ...extreme, fold: extremeFold('maximum') },
  /** The arithmetic mean, correctly rounded. Floats out; NaN of no elements. */
  mean: { ...averaged, fold: meanFold(false), exact: exactMeanFold(false) },
  /** The smallest element; NaN if there is one. Same dtype; an error over no elements. */
  min: { ...extreme, fold: extremeFold('minimum') },
  /** The first index of the largest element that is not NaN; -1 where all are. int64 out. */
  nanargmax: { ...position, fold: indexFold('maximum', true) },
  /** The first index of the smallest element that is not NaN; -1 where all are. int64 out. */
  nanargmin: { ...position, fold: indexFold('minimum', true) },
  /** The largest element that is not NaN; NaN where all are. Same dtype. */
  nanmax: { ...extreme, fold: presentExtremeFold('maximum') },
  /** The mean of the elements that are not NaN. Floats out; NaN of none. */
  nanmean: { ...averaged, fold: meanFold(true), exact: exactMeanFold(true) },
  /** The smallest element that is not NaN; NaN where all are. Same dtype. */
  nanmin: { ...extreme, fold: presentExtremeFold('minimum') },
  /** The product of the elements that are not NaN; 1 of none. */
  nanprod: { ...accumulated, prepare: without(1), fold: productFold },
  /** The standard deviation of the elements that are not NaN. Floats out. */
  nanstd: { ...averaged, fold: varFold(true, true) },
  /** The sum of the elements that are not NaN; 0 of none. */
  nansum: { ...accumulated, prepare: without(0), fold: sumFold, exact: exactSumFold },
  /** The variance of the elements that are not NaN. Floats out. */
  nanvar: { ...averaged, fold: varFold(false, true) },
  /** The norm: Euclidean of all elements, or of order `ord` along one axis or of the matrices in two. Floats out. */
  norm: { ...averaged, options: ['ord'], fold: normFold },
  /** The product; 1 of no elements. Integers in int64 or uint64, wrapping; floats without intermediate overflow. */
  prod: { ...accumulated, fold: productFold },
  /** The standard deviation, the root of the variance; see `correction`. Floats out. */
  std: { ...averaged, fold: varFold(true, false) },
  /** The sum; 0 of no elements. Integers in int64 or uint64, wrapping; floats correctly rounded. */
  sum: { ...accumulated, fold: sumFold, exact: exactSumFold },
  /** The variance: mean squared distance from the mean, over n - `correction`. Floats out, never negative. */
  var: { ...averaged, fold: varFold(false, false) },
} satisfies Record<string, ReductionRow>;

export const reductions: Table<typeof rows> = table(rows);

export type ReductionName = keyof typeof reductions;
