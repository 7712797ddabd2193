/**
 * Folds of sums in double-double arithmetic: an unevaluated pair s + c of float64 values, about 106 bits, so that
 * rounding to the result gives the same number for any grouping of the elements (up to condition numbers of 1e6 and far
 * beyond), unless the exact sum lies so near the middle of two neighbouring numbers that what tips the balance is too
 * small for the pair: within 2^-50 of their distance, or so. `exactSums.ts` has no such limit. Once s is infinite or NaN
 * it stays so and is the result; c is then worthless. Only sums whose partial sums exceed 1.8e308 while the whole does not
 * may depend on the grouping.
 */
import type { DType } from '../core/dtype.js';
import type { Builder } from '../kernel/builder.js';
import type { Fold, Value } from '../kernel/ir.js';
import { type Arithmetic, arithmetic } from '../kernel/math/arithmetic.js';
import { fastTwoSum, type Pair, pairProduct, pairQuotient, pairSqrt, twoSum } from '../kernel/math/double.js';
import { type FoldParts, fold, monoid, routine } from './fold.js';
import { finite, pairSums, product, rounded, settled, type Term } from './pairs.js';
import { isNaNValue } from './shared.js';
import type { FoldSpec } from './types.js';

/** How the elements are counted: known beforehand, or, where some are left out, in a last component of the state. */
interface Counting {
  readonly state: readonly DType[];
  readonly init: readonly number[];
  readonly step: (b: Builder, state: readonly Value[], x: Value) => Value[];
  readonly merge: (m: Arithmetic, left: readonly Value[], right: readonly Value[]) => Value[];
  readonly count: (m: Arithmetic, state: readonly Value[]) => Value;
}

const known = (count: number): Counting => ({
  state: [],
  init: [],
  step: () => [],
  merge: () => [],
  count: (m) => m.c(count),
});

const presentOnly: Counting = {
  state: ['float64'],
  init: [0],
  step: (b, [n], x) => {
    const m = arithmetic(b);
    return [m.add(n as Value, m.select(isNaNValue(b, x), m.c(0), m.c(1)))];
  },
  merge: (m, [n], [k]) => [m.add(n as Value, k as Value)],
  count: (_, [n]) => n as Value,
};

/** What an element adds: itself, or nothing where it is NaN and left out. */
const contribution = (b: Builder, x: Value, skipna: boolean): Value =>
  skipna ? b.select(isNaNValue(b, x), b.const(0, 'float64'), x) : x;

/** The same sum with cheaper steps. */
interface Cheaper {
  /** For whole numbers, whose partial sums float64 holds: they need no second half. */
  readonly wholes: Fold;
  /** For numbers from 0 to `most`. */
  readonly upTo: (most: number) => Fold;
}

const cheaper = new WeakMap<Fold, Cheaper>();

/** What is the sum of `fold` at less cost, if elements are known to be such; undefined where it is not one sum of pairs. */
export const cheaperSums = (fold: Fold): Cheaper | undefined => cheaper.get(fold);

/** `made`, which adds each element to one pair, is known to `cheaperSums`. */
function plainSum(made: Fold): Fold {
  const step = routine(made.step.args, (b, [s, c, x]) => [b.prim('add', s as Value, x as Value), c as Value]);
  const stepped: Fold = Object.freeze({ ...made, addsToPair: true });
  const wholes = Object.freeze({ ...made, name: `${made.name}, of whole numbers`, step });
  const above = new Map<number, Fold>();
  const upTo = (most: number): Fold => {
    const start = 2 ** (1 + Math.floor(Math.log2(most)));
    const known = above.get(start) ?? sumFrom(start, made);
    above.set(start, known);
    return known;
  };
  cheaper.set(stepped, { wholes, upTo });
  return stepped;
}

/**
 * Sums of numbers from 0 to `start` that begin at `start`: what is added is never more than what it is added to, so that
 * Dekker's three operations find the error, where Knuth's six make no difference between the two.
 */
function sumFrom(start: number, made: Fold): Fold {
  const step = routine(made.step.args, (b, [s, c, x]) => {
    const m = arithmetic(b);
    const sum = fastTwoSum(m, s as Value, x as Value);
    return [sum.hi, m.add(c as Value, sum.lo)];
  });
  const settle = routine(made.state, (b, [s, c]) => {
    const m = arithmetic(b);
    const { hi, lo } = twoSum(m, m.sub(s as Value, m.c(start)), c as Value);
    return [hi, lo];
  });
  return Object.freeze({ ...made, name: `${made.name}, of numbers up to ${start}`, init: [start, 0], step, settle });
}

/** Integers wrap in their accumulator; floats are summed as pairs and rounded once, to `gives`. */
export function sumFold({ takes, gives }: FoldSpec): Fold {
  if (takes !== 'float64') return monoid(`sum ${takes}`, takes, 0, (b, x, y) => b.prim('add', x, y));
  return plainSum(
    fold({
      name: `sum ${gives}`,
      ...pairSums(1, (_, x) => [{ hi: x }]),
      finish: (b, [s, c]) => {
        const m = arithmetic(b);
        return b.cast(settled(m, s as Value, c as Value).hi, gives);
      },
    }),
  );
}

/** pairSums, followed by how many elements there were. */
function countedSums(
  n: number,
  skipna: boolean,
  counting: Counting,
  terms: (m: Arithmetic, x: Value) => readonly Term[],
) {
  const sums = pairSums(n, (m, x) => terms(m, x as Value));
  const parts: Omit<FoldParts, 'name' | 'finish'> = {
    state: [...sums.state, ...counting.state],
    init: [...sums.init, ...counting.init],
    values: sums.values,
    step: (b, state, [x]) => [
      ...sums.step(b, state, [contribution(b, x as Value, skipna)]),
      ...counting.step(b, state.slice(2 * n), x as Value),
    ],
    merge: (b, left, right) => [
      ...sums.merge(b, left, right),
      ...counting.merge(arithmetic(b), left.slice(2 * n), right.slice(2 * n)),
    ],
  };
  return parts;
}

const countingOf = (skipna: boolean, count: number): Counting => (skipna ? presentOnly : known(count));

/** The sum over the count, divided as pairs: the correctly rounded quotient. NaN over no elements. */
export const meanFold =
  (skipna: boolean) =>
  ({ gives, count }: FoldSpec): Fold => {
    const counting = countingOf(skipna, count);
    const made = fold({
      name: skipna ? `nanmean ${gives}` : `mean ${gives} of ${count}`,
      ...countedSums(1, skipna, counting, (_, x) => [{ hi: x }]),
      finish: (b, [s, c, ...rest]) => {
        const m = arithmetic(b);
        const sum = settled(m, s as Value, c as Value);
        return b.cast(rounded(m, pairQuotient(m, sum, { hi: counting.count(m, rest), lo: m.c(0) })), gives);
      },
    });
    return skipna ? made : plainSum(made);
  };

/**
 * The sum of x * weight over the sum of weights, both as pairs and the products with their rounding errors; the mean
 * where there are no weights. Weights that sum to zero give NaN or infinity, as any division by zero.
 */
export function averageFold(spec: FoldSpec): Fold {
  const { of, gives, weighted } = spec;
  if (!weighted) return meanFold(false)(spec);
  const terms = (m: Arithmetic, x: Value, weight: Value): Term[] => [product(m, of, x, weight), { hi: weight }];
  return fold({
    name: `average ${of} ${gives}`,
    ...pairSums(2, (m, ...values) => terms(m, ...(values as [Value, Value])), ['float64', 'float64']),
    finish: (b, [s, c, w, d]) => {
      const m = arithmetic(b);
      const [sum, weights] = [settled(m, s as Value, c as Value), settled(m, w as Value, d as Value)];
      return b.cast(rounded(m, pairQuotient(m, sum, weights)), gives);
    },
  });
}

/** Below this part of the sum of squares a difference is rounding noise: elements are then all the same. */
const noise = 2 ** -100;

/**
 * Sums of x and of x * x, both as pairs and the squares with their rounding errors, so that
 * (sum of squares - sum * sum / n) keeps about 106 bits before its cancellation. Never negative; the divisor
 * n - correction is at least 0, which gives NaN or infinity as in NumPy.
 */
export const varFold =
  (root: boolean, skipna: boolean) =>
  ({ of, gives, count, correction }: FoldSpec): Fold => {
    const counting = countingOf(skipna, count);
    const name = `${skipna ? 'nan' : ''}${root ? 'std' : 'var'} ${of} ${gives} -${correction}`;
    return fold({
      name: skipna ? name : `${name} of ${count}`,
      ...countedSums(2, skipna, counting, (m, x) => [{ hi: x }, product(m, of, x, x)]),
      finish: (b, [s, c, q, d, ...rest]) => {
        const m = arithmetic(b);
        const [sum, squares] = [settled(m, s as Value, c as Value), settled(m, q as Value, d as Value)];
        return b.cast(spread(m, sum, squares, counting.count(m, rest), correction, root), gives);
      },
    });
  };

/** The variance, or its root, rounded once. */
function spread(m: Arithmetic, sum: Pair, squares: Pair, n: Value, correction: number, root: boolean): Value {
  const zero = m.c(0);
  const mean = pairQuotient(m, sum, { hi: n, lo: zero });
  const level = pairProduct(m, sum, mean);
  const apart = twoSum(m, squares.hi, m.neg(level.hi));
  const rest = fastTwoSum(m, apart.hi, m.add(apart.lo, m.sub(squares.lo, level.lo)));
  const none = m.le(rest.hi, m.mul(squares.hi, m.c(noise)));
  const deviations: Pair = { hi: m.select(none, zero, rest.hi), lo: m.select(none, zero, rest.lo) };
  const divisor = m.max(m.sub(n, m.c(correction)), zero);
  const variance = pairQuotient(m, deviations, { hi: divisor, lo: zero });
  const result = rounded(m, root ? pairSqrt(m, variance) : variance);
  const infinity = m.c(Number.POSITIVE_INFINITY);
  const overflown = m.and(m.eq(squares.hi, infinity), finite(m, sum.hi));
  return m.select(overflown, infinity, m.select(m.gt(n, zero), result, m.div(zero, zero)));
}
