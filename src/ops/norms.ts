/**
 * Folds of vector norms. The Euclidean norm is the root of a sum of squares that keeps all bits: squares as pairs with
 * their rounding errors, those of very large and very small elements summed apart, scaled by a power of two (Blue, "A
 * portable Fortran program to find the Euclidean norm of a vector", 1978, as in LAPACK), so that nothing overflows or
 * underflows on the way. The root of the sum, a pair, is rounded once.
 */
import type { Builder } from '../kernel/builder.js';
import type { Fold, Value } from '../kernel/ir.js';
import { type Arithmetic, arithmetic, rarely } from '../kernel/math/arithmetic.js';
import { type Pair, pairSqrt, twoProduct, twoSum } from '../kernel/math/double.js';
import { floatExtreme } from './extrema.js';
import { fold } from './fold.js';
import { pairSums, plus, product, rounded, settled, type Term } from './pairs.js';
import type { FoldSpec } from './types.js';

/** Squares of elements between them neither overflow, summed, nor lose bits of their rounding error. */
const [least, most] = [2 ** -440, 2 ** 480];
/** What elements beyond are scaled by. */
const [shrink, grow] = [2 ** -600, 2 ** 600];

const absolute = (m: Arithmetic, x: Value): Term => ({ hi: m.abs(x) });

/** Norms whose terms are summed as pairs: what an element adds, and what the sum becomes. */
function summedNorm(
  { of, gives, ord }: FoldSpec,
  term: (b: Builder, x: Value) => Term,
  result: (b: Builder, sum: Pair) => Value,
): Fold {
  const sums = pairSums(1, () => []);
  return fold({
    ...sums,
    name: `norm ${ord} ${of} ${gives}`,
    step: (b, [s, c], [x]) => {
      const { hi, lo } = term(b, x as Value);
      return plus(arithmetic(b), [s as Value, c as Value], hi, lo);
    },
    finish: (b, [s, c]) => b.cast(result(b, settled(arithmetic(b), s as Value, c as Value)), gives),
  });
}

/** The largest or the smallest magnitude, which has no sign; `none` of no elements, and NaN if there is one. */
const extremeNorm = ({ of, gives, ord }: FoldSpec, sense: 'maximum' | 'minimum', none: number): Fold => {
  const { result, ...parts } = floatExtreme(sense, 'float64', false);
  return fold({
    ...parts,
    name: `norm ${ord} ${of} ${gives}`,
    init: [none, 0, 0],
    step: (b, state, [x]) => parts.step(b, state, [b.prim('abs', x as Value)]),
    finish: (b, state) => b.cast(result(b, state), gives),
  });
};

/** The state of the Euclidean norm: squares of the usual, of the large (shrunk) and of the small (grown). */
const at = (state: readonly Value[], i: number) => [state[2 * i] as Value, state[2 * i + 1] as Value] as const;

/** The half of the sum of squares after the square of scaled `x`. */
function scaledHalf(b: Builder, half: 'hi' | 'lo', scale: number, s: Value, c: Value, x: Value): Value {
  const m = arithmetic(b);
  const scaled = m.mul(x, m.c(scale));
  if (half === 'hi') return m.add(s, m.mul(scaled, scaled));
  const { hi, lo } = twoProduct(m, scaled, scaled);
  return plus(m, [s, c], hi, lo)[1];
}

/** A sum of squares that hardly ever gets another one: where `there`, the square of `x` scaled by `scale`. */
function addScaled(b: Builder, there: Value, [s, c]: readonly [Value, Value], x: Value, scale: number): Value[] {
  const after = (half: 'hi' | 'lo', usual: Value) =>
    rarely(b, there, usual, [s, c, x], (inner, ...given) =>
      scaledHalf(inner, half, scale, ...(given as [Value, Value, Value])),
    );
  return [after('hi', s), after('lo', c)];
}

function euclideanStep(b: Builder, state: readonly Value[], x: Value): Value[] {
  const m = arithmetic(b);
  const size = m.abs(x);
  const large = m.gt(size, m.c(most));
  const small = m.and(m.lt(size, m.c(least)), m.gt(size, m.c(0)));
  const usual = m.select(m.or(large, small), m.c(0), x);
  const { hi, lo } = twoProduct(m, usual, usual);
  return [
    ...plus(m, at(state, 0), hi, lo),
    ...addScaled(b, large, at(state, 1), x, shrink),
    ...addScaled(b, small, at(state, 2), x, grow),
  ];
}

/** The sum of two settled pairs of which the second counts for little, scaled to the first. */
function together(m: Arithmetic, sum: Pair, rest: Pair, scale: number): Pair {
  const hi = m.mul(m.mul(rest.hi, m.c(scale)), m.c(scale));
  const lo = m.mul(m.mul(rest.lo, m.c(scale)), m.c(scale));
  const both = twoSum(m, sum.hi, hi);
  return settled(m, both.hi, m.add(both.lo, m.add(sum.lo, lo)));
}

/** Added to a value below it, the sum stays in one binade and is so rounded to a multiple of 2^-474. */
const grid = 2 ** (52 - 474);

/** The root of a pair as the result it is when shrunk: subnormal ones are rounded once, to what will be left of them. */
function shrunkRoot(m: Arithmetic, root: Pair): Value {
  const { hi, lo } = twoSum(m, m.c(grid), root.hi);
  const onGrid = m.sub(m.add(hi, m.add(lo, root.lo)), m.c(grid));
  const subnormal = m.lt(root.hi, m.c(grid));
  return m.mul(m.select(subnormal, onGrid, rounded(m, root)), m.c(shrink));
}

function euclideanFinish(m: Arithmetic, state: readonly Value[]): Value {
  const [usual, large, small] = [0, 1, 2].map((i) => settled(m, ...at(state, i))) as [Pair, Pair, Pair];
  const fromLarge = m.mul(rounded(m, pairSqrt(m, together(m, large, usual, shrink))), m.c(grow));
  const fromUsual = rounded(m, pairSqrt(m, together(m, usual, small, shrink)));
  const zero = m.c(0);
  const withoutLarge = m.select(m.ne(usual.hi, zero), fromUsual, shrunkRoot(m, pairSqrt(m, small)));
  return m.select(m.ne(large.hi, zero), fromLarge, withoutLarge);
}

function euclideanNorm(spec: FoldSpec): Fold {
  const { of, gives } = spec;
  if (of !== 'float64') {
    return summedNorm(
      spec,
      (b, x) => product(arithmetic(b), of, x, x),
      (b, sum) => rounded(arithmetic(b), pairSqrt(arithmetic(b), sum)),
    );
  }
  return fold({
    ...pairSums(3, () => []),
    name: `norm 2 float64 ${gives}`,
    step: (b, state, [x]) => euclideanStep(b, state, x as Value),
    finish: (b, state) => b.cast(euclideanFinish(arithmetic(b), state), gives),
  });
}

/** The number of elements that are not zero. */
const countNorm = (spec: FoldSpec): Fold =>
  summedNorm(
    spec,
    (b, x) => ({ hi: b.cast(b.prim('notEqual', x, b.const(0, 'float64')), 'float64') }),
    (_, sum) => sum.hi,
  );

/** The sum of powers, brought back; powers may overflow where the norm does not. */
const powerNorm = (spec: FoldSpec): Fold =>
  summedNorm(
    spec,
    (b, x) => ({ hi: b.call('pow', 'float64', b.prim('abs', x), b.const(spec.ord, 'float64')) }),
    (b, sum) => b.call('pow', 'float64', sum.hi, b.const(1 / spec.ord, 'float64')),
  );

const special: ReadonlyMap<number, (spec: FoldSpec) => Fold> = new Map([
  [0, countNorm],
  [
    1,
    (spec) =>
      summedNorm(
        spec,
        (b, x) => absolute(arithmetic(b), x),
        (_, sum) => sum.hi,
      ),
  ],
  [2, euclideanNorm],
  [Number.POSITIVE_INFINITY, (spec) => extremeNorm(spec, 'maximum', 0)],
  [Number.NEGATIVE_INFINITY, (spec) => extremeNorm(spec, 'minimum', Number.POSITIVE_INFINITY)],
]);

/** The norm of order `ord`. */
export const normFold = (spec: FoldSpec): Fold => (special.get(spec.ord) ?? powerNorm)(spec);
