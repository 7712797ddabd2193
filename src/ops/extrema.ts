/** Folds of the smallest and the largest, and of where they stand. */
import { type DType, integerRange, isFloat, isInteger } from '../core/dtype.js';
import type { Builder } from '../kernel/builder.js';
import type { Fold, Value } from '../kernel/ir.js';
import { type FoldParts, fold, monoid } from './fold.js';
import { isNaNValue } from './shared.js';
import type { FoldSpec } from './types.js';

type Sense = 'minimum' | 'maximum';

/** The value that loses against every other. */
function worst(sense: Sense, dtype: DType): number | bigint | boolean {
  if (dtype === 'bool') return sense === 'minimum';
  if (isInteger(dtype)) return integerRange(dtype)[sense === 'minimum' ? 'max' : 'min'];
  return sense === 'minimum' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** NaN wins; -0 is less than 0. */
export const extremeFold =
  (sense: Sense) =>
  ({ takes }: FoldSpec): Fold => {
    const op = takes !== 'bool' ? sense : sense === 'maximum' ? 'or' : 'and';
    return monoid(`${sense} ${takes}`, takes, worst(sense, takes), (b, x, y) => b.prim(op, x, y));
  };

/** NaN loses, and is what no elements give. */
export const presentExtremeFold =
  (sense: Sense) =>
  (spec: FoldSpec): Fold => {
    const { takes } = spec;
    if (!isFloat(takes)) return extremeFold(sense)(spec);
    return monoid(`nan${sense} ${takes}`, takes, Number.NaN, (b, x, y) =>
      b.select(isNaNValue(b, x), y, b.select(isNaNValue(b, y), x, b.prim(sense, x, y))),
    );
  };

/** Whether x stands before y, for bool false before true. */
function beats(b: Builder, sense: Sense, x: Value, y: Value): Value {
  if (b.dtypeOf(x) !== 'bool') return b.prim(sense === 'maximum' ? 'greater' : 'less', x, y);
  const [winner, loser] = sense === 'maximum' ? [x, y] : [y, x];
  return b.prim('and', winner, b.prim('not', loser));
}

/**
 * The smallest index of the extreme value: the state is (value, index), index -1 before there is any. NaN wins, the first
 * one; with `skipna` it never enters, and no element at all leaves -1.
 */
export const indexFold =
  (sense: Sense, skipna: boolean) =>
  ({ takes }: FoldSpec): Fold => {
    const none = (b: Builder, index: Value) => b.prim('less', index, b.const(0, 'int64'));
    /** The better of (v, i) and (x, k), where (x, k) counts only if `counts`. */
    const better = (b: Builder, [v, i]: Value[], [x, k]: Value[], counts: Value | undefined): Value[] => {
      const [held, index, value, at] = [v, i, x, k] as [Value, Value, Value, Value];
      const [heldNaN, valueNaN] = [isNaNValue(b, held), isNaNValue(b, value)];
      const wins = b.prim('or', beats(b, sense, value, held), b.prim('and', valueNaN, b.prim('not', heldNaN)));
      const ties = b.prim('or', b.prim('equal', value, held), b.prim('and', valueNaN, heldNaN));
      const earlier = b.prim('and', ties, b.prim('less', at, index));
      const free = b.prim('or', none(b, index), b.prim('or', earlier, wins));
      const take = counts === undefined ? free : b.prim('and', counts, free);
      return [b.select(take, value, held), b.select(take, at, index)];
    };
    const step: FoldParts['step'] = (b, state, values) =>
      better(b, state, values, skipna ? b.prim('not', isNaNValue(b, values[0] as Value)) : undefined);
    return fold({
      name: `${skipna ? 'nan' : ''}${sense} index ${takes}`,
      state: [takes, 'int64'],
      init: [worst(sense, takes), -1],
      values: [takes, 'int64'],
      step,
      merge: (b, left, right) => better(b, left, right, b.prim('not', none(b, right[1] as Value))),
      finish: (_, [, index]) => index as Value,
    });
  };
