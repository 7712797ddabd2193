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

const extremeFoldOf = (sense: Sense, { takes }: FoldSpec, skipna: boolean): Fold => {
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
    extremeFoldOf(sense, spec, false);

/** NaN loses, and is what no elements give. */
export const presentExtremeFold =
  (sense: Sense) =>
  (spec: FoldSpec): Fold =>
    extremeFoldOf(sense, spec, true);

/** Whether x stands before y, for bool false before true. */
function beats(b: Builder, sense: Sense, x: Value, y: Value): Value {
  if (b.dtypeOf(x) !== 'bool') return b.prim(sense === 'maximum' ? 'greater' : 'less', x, y);
  const [winner, loser] = sense === 'maximum' ? [x, y] : [y, x];
  return b.prim('and', winner, b.prim('not', loser));
}

/** The index of no element: every other one is earlier. */
const nowhere = 2n ** 63n - 1n;

/** The earlier one of two indices. */
const earlier = (b: Builder, at: Value, held: Value): Value => b.select(b.prim('less', at, held), at, held);

/**
 * The smallest index of the extreme value: the state is (value, index), followed by the index of the first NaN, which wins, where
 * floats are not taken with `skipna`. No element at all gives -1, so with `skipna` nothing but NaN.
 */
export const indexFold =
  (sense: Sense, skipna: boolean) =>
  ({ takes }: FoldSpec): Fold => {
    const heedsNaN = isFloat(takes) && !skipna;
    const better = (b: Builder, held: Value, index: Value, x: Value, at: Value): Value[] => {
      const wins = beats(b, sense, x, held);
      const ties = b.prim('and', b.prim('equal', x, held), b.prim('less', at, index));
      return [b.select(wins, x, held), b.select(b.prim('or', wins, ties), at, index)];
    };
    const step: FoldParts['step'] = (b, state, values) => {
      const [held, index, firstNaN] = state as [Value, Value, Value];
      const [x, at] = values as [Value, Value];
      const number = better(b, held, index, x, at);
      if (!heedsNaN) return number;
      const atNaN = b.select(isNaNValue(b, x), at, b.const(nowhere, 'int64'));
      return [...number, earlier(b, atNaN, firstNaN)];
    };
    const merge: FoldParts['merge'] = (b, left, right) => {
      const [held, index, firstNaN] = left as [Value, Value, Value];
      const [x, at, otherNaN] = right as [Value, Value, Value];
      const number = better(b, held, index, x, at);
      return heedsNaN ? [...number, earlier(b, otherNaN, firstNaN)] : number;
    };
    return fold({
      name: `${skipna ? 'nan' : ''}${sense} index ${takes}`,
      state: [takes, 'int64', ...(heedsNaN ? (['int64'] as const) : [])],
      init: [worst(sense, takes), nowhere, ...(heedsNaN ? [nowhere] : [])],
      values: [takes, 'int64'],
      step,
      merge,
      finish(b, [, index, firstNaN]) {
        const none = b.const(nowhere, 'int64');
        const instead = (v: Value, otherwise: Value): Value => b.select(b.prim('equal', v, none), otherwise, v);
        const found = instead(index as Value, b.const(-1, 'int64'));
        return firstNaN === undefined ? found : instead(firstNaN, found);
      },
    });
  };
