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

/** The integers that hold the bits of a float. */
const bitsOf = (dtype: DType): DType => (dtype === 'float64' ? 'int64' : 'int32');

/**
 * The extreme of floats, with -0 less than 0. `minimum` and `maximum` heed NaN and the signs of zeros in each step, in eight
 * instructions or so that wait for each other. Here a step takes the better number in one, which passes over NaN and over
 * zeros of another sign; beside it stand, for the end, the sign that a zero has (the highest bit of `signs`: set if every
 * element had it set for a maximum, if any had for a minimum) and whether there were elements that decide about NaN
 * (`noted`): those that are NaN, or, with `skipna`, those that are not.
 */
export function floatExtreme(
  sense: Sense,
  dtype: DType,
  skipna: boolean,
): Omit<FoldParts, 'name' | 'finish'> & { result(b: Builder, state: readonly Value[]): Value } {
  const bits = bitsOf(dtype);
  const [better, gather] = sense === 'maximum' ? (['greater', 'and'] as const) : (['less', 'or'] as const);
  const noSign = sense === 'maximum' ? -1 : 0;
  const combine = (b: Builder, [held, signs, noted]: readonly Value[], [x, sign, note]: readonly Value[]): Value[] => [
    b.select(b.prim(better, x as Value, held as Value), x as Value, held as Value),
    b.prim(gather, signs as Value, sign as Value),
    b.prim('or', noted as Value, note as Value),
  ];
  return {
    state: [dtype, bits, bits],
    init: [worst(sense, dtype), noSign, 0],
    values: [dtype],
    step(b, state, [x]) {
      const value = x as Value;
      const [sign, absent] = [b.bitcast(value, bits), isNaNValue(b, value)];
      if (!skipna) return combine(b, state, [value, sign, b.cast(absent, bits)]);
      const present = b.cast(b.prim('equal', value, value), bits);
      return combine(b, state, [value, b.select(absent, b.const(noSign, bits), sign), present]);
    },
    merge: combine,
    result(b, [held, signs, noted]) {
      const [zero, none] = [b.const(0, dtype), b.const(0, bits)];
      const signed = b.select(b.prim('less', signs as Value, none), b.const(-0, dtype), zero);
      const number = b.select(b.prim('equal', held as Value, zero), signed, held as Value);
      const isNumber = b.prim(skipna ? 'notEqual' : 'equal', noted as Value, none);
      return b.select(isNumber, number, b.const(Number.NaN, dtype));
    },
  };
}

const extremeOf = (sense: Sense, { takes }: FoldSpec, skipna: boolean): Fold => {
  const name = `${skipna && isFloat(takes) ? 'nan' : ''}${sense} ${takes}`;
  if (isFloat(takes)) {
    const { result, ...parts } = floatExtreme(sense, takes, skipna);
    return fold({ ...parts, name, finish: result });
  }
  const op = takes !== 'bool' ? sense : sense === 'maximum' ? 'or' : 'and';
  return monoid(name, takes, worst(sense, takes), (b, x, y) => b.prim(op, x, y));
};

/** NaN wins; -0 is less than 0. */
export const extremeFold =
  (sense: Sense) =>
  (spec: FoldSpec): Fold =>
    extremeOf(sense, spec, false);

/** NaN loses, and is what no elements give. */
export const presentExtremeFold =
  (sense: Sense) =>
  (spec: FoldSpec): Fold =>
    extremeOf(sense, spec, true);

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
