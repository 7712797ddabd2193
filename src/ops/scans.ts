/** Scans: folds along one axis with a value at every index. */
import { exactSumFold } from './exactSums.js';
import { productFold } from './product.js';
import { accumulated, without } from './reduction.js';
import { sumFold } from './sums.js';
import { type ScanRow, type Table, table } from './types.js';

const sums = { ...accumulated, initial: 0, fold: sumFold, exact: exactSumFold } as const;
const products = { ...accumulated, initial: 1, fold: productFold } as const;

const rows = {
  /** Products up to each element along an axis, without intermediate overflow; integers wrap. dtypes as of prod. */
  cumulativeProd: { ...products },
  /** Sums up to each element along an axis, each correctly rounded; integers wrap. dtypes as of sum. */
  cumulativeSum: { ...sums },
  /** cumulativeProd as NumPy has it: flattened without an axis. */
  cumprod: { ...products, flattens: true },
  /** cumulativeSum as NumPy has it: flattened without an axis. */
  cumsum: { ...sums, flattens: true },
  /** cumprod with NaN taken for 1. */
  nancumprod: { ...products, flattens: true, prepare: without(1) },
  /** cumsum with NaN taken for 0. */
  nancumsum: { ...sums, flattens: true, prepare: without(0) },
} satisfies Record<string, ScanRow>;

export const scans: Table<typeof rows> = table(rows);
