/** What a row of an operation table says, and the few rules rows choose from. */
import type { DType } from '../core/dtype.js';
import { isFloat, isInteger, toFloating } from '../core/dtype.js';
import type { Builder } from '../kernel/builder.js';
import type { Fold, Value } from '../kernel/ir.js';

/** Which dtypes an operation has a meaning for. */
export const accepts = {
  any: { test: () => true, says: 'any dtype' },
  number: { test: (d: DType) => d !== 'bool', says: 'integers and floats' },
  float: { test: isFloat, says: 'floats' },
  integer: { test: isInteger, says: 'integers' },
  bits: { test: (d: DType) => !isFloat(d), says: 'integers and bool' },
} satisfies Record<string, { test: (d: DType) => boolean; says: string }>;

/** From the operands' common dtype to the one they are converted to. */
export const conversions = {
  same: (d: DType) => d,
  float: toFloating,
  bool: () => 'bool',
} satisfies Record<string, (d: DType) => DType>;

/** One value from `args` values, element by element. */
export interface ElementwiseRow {
  readonly args: number;
  readonly on: keyof typeof accepts;
  /** What the operands are converted to before `build` sees them. */
  readonly takes: keyof typeof conversions;
  readonly gives: 'same' | 'bool';
  /** How many leading operands are conditions: converted to bool, and without a say in the common dtype. */
  readonly conditions?: number;
  /** Appends the operation on `values`, which have dtype `dtype` (conditions: bool). */
  readonly build: (b: Builder, dtype: DType, ...values: Value[]) => Value;
}

/** What a fold may depend on. */
export interface FoldSpec {
  /** The dtype of the elements it is fed. */
  readonly takes: DType;
  /** The dtype of its result. */
  readonly gives: DType;
  /** The dtype the elements had in the array. */
  readonly of: DType;
  /** Elements that go into one result. */
  readonly count: number;
  /** What is taken off the count in the divisor of var and std. */
  readonly correction: number;
  /** The order of a norm. */
  readonly ord: number;
  /** Whether a weight is fed along with each element. */
  readonly weighted: boolean;
}

export interface ReductionRow {
  readonly on: keyof typeof accepts;
  /** The dtype of the result, from that of the array. */
  readonly gives: (of: DType) => DType;
  /** What elements are converted to before they are folded. */
  readonly takes: (of: DType, gives: DType) => DType;
  /** Which dtypes the caller may ask for as result, if any. */
  readonly chooses?: 'number' | 'float';
  /** Whether reducing no elements has a value. */
  readonly empty: boolean;
  /** Whether the fold also takes the index of each element, and so one axis or all. */
  readonly index?: true;
  /** Options of its own, beside those that all reductions take. */
  readonly options?: readonly ('ord' | 'weights')[];
  /** What is done to each element first. */
  readonly prepare?: (b: Builder, value: Value) => Value;
  readonly fold: (spec: FoldSpec) => Fold;
  /** The fold for `method: 'exact'`, where there is one. */
  readonly exact?: (spec: FoldSpec) => Fold;
}

/** A fold along one axis with a value at every index. */
export interface ScanRow extends Omit<ReductionRow, 'index' | 'options'> {
  /** What stands before the first element. */
  readonly initial: number;
  /** Whether an array is flattened where no axis is given. */
  readonly flattens?: true;
}

/** A row with the name it is called by. */
export type Named<Row> = Row & { readonly name: string };

/**
 * A table under its own names. Declare a table as `Table<typeof rows>`: written out, the type would lose what the rows'
 * comments say, and editors would show nothing.
 */
export type Table<T> = { readonly [K in keyof T]: Named<T[K]> };

/** Gives every row its key as `name`. */
export function table<T extends Record<string, object>>(rows: T): Table<T> {
  const named = Object.entries(rows).map(([name, row]) => [name, Object.freeze({ ...row, name })]);
  return Object.freeze(Object.fromEntries(named)) as Table<T>;
}
