/**
 * hypot and cbrt. hypot: the sum of squares and its root as pairs, scaled away from overflow and underflow (after
 * Borges, An improved algorithm for hypot(a, b), 2019). cbrt: a polynomial for the significand, then one of Halley's
 * steps from a value short enough to be squared exactly (after FreeBSD's s_cbrt.c).
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { arithmetic, powerOfTwo, roundingShift } from './arithmetic.js';
import { pairSqrt, pairSum, twoSquare } from './double.js';
import { splitAny } from './log.js';

export function hypot(b: Builder, x: Value, y: Value): Value {
  const m = arithmetic(b);
  const { c, add, mul, abs, gt, lt, eq, or, select } = m;
  const infinity = c(Number.POSITIVE_INFINITY);
  const first = abs(x);
  const second = abs(y);
  const larger = gt(first, second);
  const long = select(larger, first, second);
  const short = select(larger, second, first);
  const big = gt(long, c(2 ** 500));
  const tiny = lt(long, c(2 ** -400));
  const scale = select(big, c(2 ** -600), select(tiny, c(2 ** 600), c(1)));
  const back = select(big, c(2 ** 600), select(tiny, c(2 ** -600), c(1)));
  const sum = pairSum(m, twoSquare(m, mul(long, scale)), twoSquare(m, mul(short, scale)));
  const root = pairSqrt(m, sum);
  const result = mul(add(root.hi, root.lo), back);
  return select(or(eq(first, infinity), eq(second, infinity)), infinity, result);
}

/** cbrt v for v between 0.709 and 1.418, to 2^-19.6 of it */
const cbrtStart = [
  0.4216922631645369, 1.0559999432296598, -0.83603466639377, 0.5109266984690559, -0.17953570277560446,
  0.026950476910526513,
];

/** Of 1/2, 1 and 2, correctly rounded; engines need not agree on `Math.cbrt`. */
const cubeRoots = [0.7937005259840998, 1, 1.2599210498948732] as const;

export function cbrt(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, div, abs, lt, gt, eq, or, high, poly, select, copysign } = m;
  const size = abs(x);
  const { k, z: significand } = splitAny(m, size);
  const third = sub(add(mul(k, c(1 / 3)), c(roundingShift)), c(roundingShift));
  const rest = sub(k, mul(third, c(3)));
  const choose = (less: number, none: number, more: number) =>
    select(lt(rest, c(0)), c(less), select(gt(rest, c(0)), c(more), c(none)));
  const v = mul(significand, choose(0.5, 1, 2));
  const t = high(mul(poly(significand, cbrtStart), choose(...cubeRoots)));
  const quotient = div(v, mul(t, t));
  const better = add(t, mul(t, div(sub(quotient, t), add(add(t, t), quotient))));
  const finite = mul(better, powerOfTwo(m, add(third, c(roundingShift))));
  const kept = or(eq(size, c(0)), m.not(lt(size, c(Number.POSITIVE_INFINITY))));
  return select(kept, add(x, x), copysign(finite, x));
}
