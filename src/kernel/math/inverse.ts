/**
 * asin, acos, atan and atan2. asin and acos: a quotient of polynomials in z, where z = x^2 up to 1/2 and (1 - |x|) / 2 above,
 * the smaller one of these, with asin x = pi/2 - 2 asin sqrt((1 - x) / 2) (after fdlibm's e_asin.c, without its correction
 * of the root). atan: the quotient as a pair, reduced to |t| <= tan(pi/8) by pi/4 and pi/2 steps. The polynomials are
 * minimax fits (test/kernel/math/minimax.py).
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { type Arithmetic, arithmetic } from './arithmetic.js';
import { fastTwoSum, type Pair, pairQuotient, twoSum } from './double.js';

const halfPi = Math.PI / 2;
const halfPiLow = 6.123233995736766e-17;
const quarterPi = Math.PI / 4;
const quarterPiLow = 3.061616997868383e-17;

/** (asin t - t) / t^3 as a quotient of two polynomials in t^2, |t| <= 1/2 */
const asinAbove = [
  0.166666666666669, -0.29772448197201556, 0.1616014324673251, -0.025972373558937445, 0.0002700402507932641,
];
const asinBelow = [1, -2.23634689183001, 1.7081075531653458, -0.5077528155140845, 0.04601461305071986];

/** (atan t - t) / t^3 in t^2, |t| <= tan(pi/8) */
const atanTail = [
  -0.33333333333333226, 0.1999999999995972, -0.14285714280689965, 0.11111110804014238, -0.09090898263982888,
  0.07692068079816484, -0.06663183260378489, 0.058484056298164694, -0.050414070684569795, 0.03811317118188827,
  -0.01795593591102613,
];

/** What asin and acos share: z, its root, and (asin t - t) / t for t^2 = z. */
function arcsine(m: Arithmetic, size: Value) {
  const { c, sub, mul, div, sqrt, lt, select, poly } = m;
  const [square, rest] = [mul(size, size), mul(sub(c(1), size), c(0.5))];
  const large = lt(rest, square);
  const z = select(large, rest, square);
  return { large, root: sqrt(z), tail: div(mul(z, poly(z, asinAbove)), poly(z, asinBelow)) };
}

/** Up to 1/2 x + x tail; above pi/2 - 2 (t + t tail), t = sqrt((1 - x) / 2), taking pi/4 away first, which is exact or nearly. */
export function asin(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, select, flip, signBit } = m;
  const size = abs(x);
  const { large, root, tail } = arcsine(m, size);
  const rest = mul(root, tail);
  const low = sub(add(rest, rest), c(halfPiLow));
  const above = add(c(quarterPi), sub(sub(c(quarterPi), add(root, root)), low));
  return flip(select(large, above, add(size, mul(size, tail))), signBit(x));
}

/** Up to 1/2 pi/2 - asin x; above 2 (t + t tail), and pi minus that for negative x. */
export function acos(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, lt, select } = m;
  const { large, root, tail } = arcsine(m, abs(x));
  const half = add(root, mul(root, tail));
  const twice = add(half, half);
  const outer = select(lt(x, c(0)), sub(c(Math.PI), twice), twice);
  return select(large, outer, sub(c(halfPi), sub(x, sub(c(halfPiLow), mul(x, tail)))));
}

/** atan(n / d) as steps pi/4 + sign (t.hi + rest), for positive n and d of moderate size. */
function arctangent(m: Arithmetic, n: Value, d: Value) {
  const { c, add, sub, mul, neg, gt, select, poly } = m;
  const swapped = gt(n, d);
  const small = select(swapped, d, n);
  const large = select(swapped, n, d);
  const beyond = gt(small, mul(large, c(Math.SQRT2 - 1)));
  const difference = twoSum(m, small, neg(large));
  const sum = fastTwoSum(m, large, small);
  const pick = (yes: Pair, no: Pair): Pair => ({
    hi: select(beyond, yes.hi, no.hi),
    lo: select(beyond, yes.lo, no.lo),
  });
  const t = pairQuotient(m, pick(difference, { hi: small, lo: c(0) }), pick(sum, { hi: large, lo: c(0) }));
  const z = mul(t.hi, t.hi);
  const rest = add(mul(mul(t.hi, z), poly(z, atanTail)), mul(t.lo, sub(c(1), z)));
  const steps = select(beyond, c(1), select(swapped, c(2), c(0)));
  return { t: t.hi, rest, steps, sign: select(swapped, c(-1), c(1)) };
}

/** steps pi/4 + sign (t + rest) */
function fromSteps(m: Arithmetic, steps: Value, sign: Value, t: Value, rest: Value): Value {
  const { c, add, mul } = m;
  const sum = fastTwoSum(m, mul(steps, c(quarterPi)), mul(sign, t));
  return add(sum.hi, add(sum.lo, add(mul(steps, c(quarterPiLow)), mul(sign, rest))));
}

export function atan(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, abs, min, copysign } = m;
  const { t, rest, steps, sign } = arctangent(m, min(abs(x), c(1e60)), c(1));
  return copysign(fromSteps(m, steps, sign, t, rest), x);
}

export function atan2(b: Builder, y: Value, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, eq, ne, gt, lt, or, and, select, copysign } = m;
  const infinite = c(Number.POSITIVE_INFINITY);
  const high = abs(y);
  const wide = abs(x);
  const far = gt(select(gt(high, wide), high, wide), c(2 ** 900));
  const near = lt(select(gt(high, wide), high, wide), c(2 ** -800));
  const scale = select(far, c(2 ** -200), select(near, c(2 ** 200), c(1)));
  const bothZero = eq(add(high, wide), c(0));
  const anyInfinite = or(eq(high, infinite), eq(wide, infinite));
  const moderate = (v: Value) => select(anyInfinite, select(eq(v, infinite), c(1), c(0)), mul(v, scale));
  const n = moderate(high);
  const d = select(bothZero, c(1), moderate(wide));

  const { t, rest, steps, sign } = arctangent(m, n, d);
  const left = lt(copysign(c(1), x), c(0));
  const turned = select(left, sub(c(4), steps), steps);
  const inner = fromSteps(m, turned, mul(sign, select(left, c(-1), c(1))), t, rest);
  const tiny = and(eq(turned, c(0)), lt(t, c(2 ** -30)));
  const result = copysign(select(tiny, m.div(n, d), inner), y);
  return select(or(ne(x, x), ne(y, y)), add(x, y), result);
}
