/**
 * Folds whose result is the exact sum, rounded once: for any finite elements, in any order and grouping.
 *
 * Three float64 values take up what ordinary data need: each element is added to the first, the rounding error to the
 * second, its rounding error to the third (Knuth's two-sum loses nothing). What the third cannot hold, and elements so
 * large that sums could overflow, go to a superaccumulator: a fixed-point number that spans the whole range of float64
 * in words of 56 bits. It is only touched when there is something to put there, and every time its carries move up by a
 * word, so that words never overflow. The idea is Neal's, "Fast exact summation using small and large superaccumulators"
 * (2015), and Kulisch's before him.
 */
import type { DType } from '../core/dtype.js';
import type { Builder } from '../kernel/builder.js';
import type { Fold, Value } from '../kernel/ir.js';
import { arithmetic, rarely } from '../kernel/math/arithmetic.js';
import { twoSum } from '../kernel/math/double.js';
import { roundedQuotient, type WordArithmetic, wordArithmetic } from './exactRounding.js';
import { type FoldParts, fold } from './fold.js';
import { isNaNValue } from './shared.js';
import { sumFold } from './sums.js';
import type { FoldSpec } from './types.js';

/** Words of the superaccumulator: bits from 2^-1074 up to 2^1024, and 2^63 elements of that size. */
const words = 39;
/** Sums of elements below it never overflow. */
const large = 2 ** 960;

/** The state taken apart: the three sums, the sum of what is not finite, the words, and a count where there is one. */
interface Parts {
  readonly sums: readonly Value[];
  readonly special: Value;
  readonly words: readonly Value[];
}

const partsOf = (state: readonly Value[]): Parts => ({
  sums: state.slice(0, 3),
  special: state[3] as Value,
  words: state.slice(4, 4 + words),
});

const listed = ({ sums, special, words: all }: Parts): Value[] => [...sums, special, ...all];

/** The bits of x that belong to word `j`, with its sign. 0 where x is 0. */
function piece(m: WordArithmetic, x: Value, j: number): Value {
  const bits = m.bits(x);
  const raw = m.and(m.shr(bits, m.c(52n)), m.c(0x7ffn));
  const fraction = m.and(bits, m.c((1n << 52n) - 1n));
  const subnormal = m.eq(raw, m.c(0n));
  const mantissa = m.select(subnormal, fraction, m.or(fraction, m.c(1n << 52n)));
  const place = m.sub(m.sub(raw, m.select(subnormal, m.c(0n), m.c(1n))), m.c(BigInt(56 * j)));
  const up = m.shl(mantissa, place);
  const down = m.shr(mantissa, m.sub(m.c(0n), place));
  const within = m.low(m.or(up, down));
  return m.select(m.lt(bits, m.c(0n)), m.sub(m.c(0n), within), within);
}

/** A word after its carry has gone and the one from below has come; the uppermost keeps all. */
const carried = (m: WordArithmetic, word: Value, below: Value | undefined, top: boolean): Value => {
  const kept = top ? word : m.low(word);
  return below === undefined ? kept : m.add(kept, m.carry(below));
};

/** The words plus what is hardly ever other than 0. */
function deposit(b: Builder, all: readonly Value[], rests: readonly Value[]): Value[] {
  const m = arithmetic(b);
  const there = rests.map((x) => m.ne(x, m.c(0))).reduce((any, one) => m.or(any, one));
  return all.map((word, j) => {
    const below = all[j - 1];
    const given = below === undefined ? [word, ...rests] : [word, ...rests, below];
    return rarely(b, there, word, given, (inner, w, ...values) => {
      const n = wordArithmetic(inner);
      const kept = carried(n, w as Value, values[rests.length], j === words - 1);
      return values.slice(0, rests.length).reduce((sum, x) => n.add(sum, piece(n, x, j)), kept);
    });
  });
}

/** The sums plus x, and what they could not take. */
function addTo(b: Builder, sums: readonly Value[], x: Value): { sums: Value[]; rest: Value } {
  const m = arithmetic(b);
  const tooLarge = m.ge(m.abs(x), m.c(large));
  let rest = m.select(tooLarge, m.c(0), x);
  const next = sums.map((sum) => {
    const { hi, lo } = twoSum(m, sum, rest);
    rest = lo;
    return hi;
  });
  return { sums: next, rest: m.select(tooLarge, x, rest) };
}

function step(b: Builder, state: readonly Value[], x: Value): Value[] {
  const m = arithmetic(b);
  const { sums, special, words: all } = partsOf(state);
  const finite = m.eq(m.sub(x, x), m.c(0));
  const added = addTo(b, sums, m.select(finite, x, m.c(0)));
  return listed({
    sums: added.sums,
    special: m.add(special, m.select(finite, m.c(0), x)),
    words: deposit(b, all, [added.rest]),
  });
}

function merge(b: Builder, left: readonly Value[], right: readonly Value[]): Value[] {
  const m = wordArithmetic(b);
  const [x, y] = [partsOf(left), partsOf(right)];
  const settle = (all: readonly Value[], j: number): Value => carried(m, all[j] as Value, all[j - 1], j === words - 1);
  const all = x.words.map((_, j) => m.add(settle(x.words, j), settle(y.words, j)));
  let sums = x.sums;
  const rests = y.sums.map((sum) => {
    const added = addTo(b, sums, sum);
    sums = added.sums;
    return added.rest;
  });
  return listed({ sums, special: arithmetic(b).add(x.special, y.special), words: deposit(b, all, rests) });
}

/** The state's value over `count`, rounded once. */
function finish(b: Builder, state: readonly Value[], gives: DType, count?: Value): Value {
  const m = wordArithmetic(b);
  const f = arithmetic(b);
  const { sums, special, words: all } = partsOf(state);
  const whole = sums.reduce<readonly Value[]>(
    (now, sum) => now.map((_, j) => m.add(carried(m, now[j] as Value, now[j - 1], j === words - 1), piece(m, sum, j))),
    all,
  );
  const value = roundedQuotient(b, whole, gives, count);
  const present = count === undefined ? value : f.select(m.gt(count, m.c(0n)), value, f.c(Number.NaN));
  return b.cast(f.select(f.eq(special, f.c(0)), present, special), gives);
}

const float = (n: number): DType[] => new Array<DType>(n).fill('float64');
const exactState: readonly DType[] = [...float(4), ...new Array<DType>(words).fill('int64')];
const exactInit: readonly (number | bigint)[] = [0, 0, 0, 0, ...new Array<bigint>(words).fill(0n)];

/** The sum, correctly rounded whatever the elements; integers wrap as ever. */
export function exactSumFold(spec: FoldSpec): Fold {
  if (spec.takes !== 'float64') return sumFold(spec);
  return fold({
    name: `exact sum ${spec.gives}`,
    state: exactState,
    init: exactInit,
    values: ['float64'],
    step: (b, state, [x]) => step(b, state, x as Value),
    merge,
    finish: (b, state) => finish(b, state, spec.gives),
  });
}

/** The mean: the exact sum divided by the count and rounded once. NaN of no elements. */
export const exactMeanFold =
  (skipna: boolean) =>
  ({ gives, count }: FoldSpec): Fold =>
    skipna ? presentMeanFold(gives) : fold(wholeMean(gives, count));

const wholeMean = (gives: DType, count: number): FoldParts => ({
  name: `exact mean ${gives} of ${count}`,
  state: exactState,
  init: exactInit,
  values: ['float64'],
  step: (b, state, [x]) => step(b, state, x as Value),
  merge,
  finish: (b, state) => finish(b, state, gives, b.const(BigInt(count), 'int64')),
});

/** As wholeMean, of the elements that are not NaN, which are counted in one more component. */
const presentMeanFold = (gives: DType): Fold =>
  fold({
    name: `exact nanmean ${gives}`,
    state: [...exactState, 'int64'],
    init: [...exactInit, 0n],
    values: ['float64'],
    step: (b, state, [x]) => {
      const absent = isNaNValue(b, x as Value);
      const m = wordArithmetic(b);
      const next = step(b, state, b.select(absent, b.const(0, 'float64'), x as Value));
      return [...next, m.add(state.at(-1) as Value, b.select(absent, m.c(0n), m.c(1n)))];
    },
    merge: (b, left, right) => [
      ...merge(b, left, right),
      wordArithmetic(b).add(left.at(-1) as Value, right.at(-1) as Value),
    ],
    finish: (b, state) => finish(b, state, gives, state.at(-1) as Value),
  });
