/** Writing folds: routines from functions on values. */
import type { DType } from '../core/dtype.js';
import { Builder } from '../kernel/builder.js';
import type { Fold, Literal, Routine, Value } from '../kernel/ir.js';
import { toLiteral } from '../kernel/ir.js';

/** A routine of `args` from what `write` appends. */
export function routine(args: readonly DType[], write: (b: Builder, values: Value[]) => readonly Value[]): Routine {
  const b = new Builder();
  const values = args.map((dtype, arg) => b.push({ op: 'arg', dtype, arg }));
  const results = Object.freeze([...write(b, values)]);
  return Object.freeze({ args: Object.freeze([...args]), body: b.body(), results });
}

export interface FoldParts {
  /** Names everything the fold depends on: folds of one name are the same. */
  readonly name: string;
  readonly state: readonly DType[];
  /** The state of no elements; any state merged with it stays what it was. */
  readonly init: readonly (number | bigint | boolean)[];
  readonly values: readonly DType[];
  readonly step: (b: Builder, state: Value[], values: Value[]) => readonly Value[];
  readonly merge: (b: Builder, left: Value[], right: Value[]) => readonly Value[];
  readonly finish: (b: Builder, state: Value[]) => Value;
}

export function fold({ name, state, init, values, step, merge, finish }: FoldParts): Fold {
  const n = state.length;
  const split = (write: FoldParts['step']) => (b: Builder, all: Value[]) => write(b, all.slice(0, n), all.slice(n));
  return Object.freeze({
    name,
    state: Object.freeze([...state]),
    init: Object.freeze(init.map((value, i): Literal => toLiteral(value, state[i] as DType))),
    step: routine([...state, ...values], split(step)),
    merge: routine([...state, ...state], split(merge)),
    finish: routine(state, (b, values) => [finish(b, values)]),
  });
}

/** A fold of one component whose step and merge are the same binary operation, and whose state is the result. */
export const monoid = (
  name: string,
  dtype: DType,
  init: number | bigint | boolean,
  combine: (b: Builder, x: Value, y: Value) => Value,
): Fold => {
  const both: FoldParts['step'] = (b, [x], [y]) => [combine(b, x as Value, y as Value)];
  return fold({
    name,
    state: [dtype],
    init: [init],
    values: [dtype],
    step: both,
    merge: both,
    finish: (_, [x]) => x as Value,
  });
};
