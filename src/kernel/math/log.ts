/**
 * log, log1p, log2 and log10: x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), s = f / (2 + f), and a
 * polynomial in s^2 for log(1 + f) = 2s + 2/3 s^3 + ..., after fdlibm's e_log.c and s_log1p.c; the polynomials are
 * minimax fits (test/kernel/math/minimax.py). log2 and log10 take the logarithm as a pair of doubles, as pow does.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { type Arithmetic, arithmetic, rarely } from './arithmetic.js';
import { fastTwoSum, type Pair, pairProduct, pairQuotient, twoSquare, twoSum } from './double.js';
import { ln2High, ln2Low } from './exp.js';

const smallestNormal = 2.2250738585072014e-308;
const bitsOfNormal = 0x0010000000000000n;
const bitsOfInfinity = 0x7ff0000000000000n;

/** (log((1 + s) / (1 - s)) - 2s) / s^3, in s^2 */
const logTail = [
  0.6666666666666728, 0.39999999999445773, 0.28571428736561155, 0.22222199095657805, 0.18183540045785843,
  0.15314614813326324, 0.14790763000215562,
];

/** (log((1 + s) / (1 - s)) - 2s - 2/3 s^3) / s^5, in s^2 */
const logTail5 = [
  0.39999999999999997, 0.2857142857143465, 0.222222222197433, 0.18181818631275973, 0.15384571467137612,
  0.13335809194658826, 0.11684240984956902, 0.11916793021817752,
];

const fractionMask = 0x000fffffffffffffn;
const one = 0x3ff0000000000000n;
const sqrtHalf = 0x3fe6a09e667f3bcdn;

/** x = 2^k (1 + f), for normal positive x. */
export function split(m: Arithmetic, x: Value) {
  const { c, word, add, sub, and, or, shr, bits, float } = m;
  const fromSqrtHalf = add(bits(x), word(one - sqrtHalf));
  const k = sub(float(or(shr(fromSqrtHalf, 52), word(0x4330000000000000n))), c(2 ** 52 + 1023));
  const significand = add(and(fromSqrtHalf, word(fractionMask)), word(sqrtHalf));
  return { k, f: sub(float(significand), c(1)) };
}

/** x = 2^k (1 + f), for positive x, subnormal too. */
export function splitAny(m: Arithmetic, x: Value) {
  const { c, sub, mul, lt, select } = m;
  const subnormal = lt(x, c(smallestNormal));
  const { k, f } = split(m, select(subnormal, mul(x, c(2 ** 54)), x));
  return { k: sub(k, select(subnormal, c(54), c(0))), f };
}

/** k ln 2 + log(1 + f) + correction, where the correction is below an ulp or so. */
export function logarithm(m: Arithmetic, k: Value, f: Value, correction?: Value): Value {
  const { c, add, sub, mul, div, poly } = m;
  const s = div(f, add(f, c(2)));
  const z = mul(s, s);
  const halfSquare = mul(mul(f, c(0.5)), f);
  const kLow = mul(k, c(ln2Low));
  const low = correction === undefined ? kLow : add(kLow, correction);
  const tail = add(mul(s, add(halfSquare, mul(z, poly(z, logTail)))), low);
  return sub(mul(k, c(ln2High)), sub(sub(halfSquare, tail), f));
}

/** `finite`, but the logarithm's limits where x (or 1 + x, for `zero` = -1) is not positive and finite. */
function atTheEdges(m: Arithmetic, x: Value, zero: number, finite: Value): Value {
  const { c, add, lt, eq, select } = m;
  const above = select(lt(x, c(Number.POSITIVE_INFINITY)), finite, add(x, x));
  const below = select(lt(x, c(zero)), c(Number.NaN), above);
  return select(eq(x, c(zero)), c(Number.NEGATIVE_INFINITY), below);
}

function logAnywhere(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { k, f } = splitAny(m, x);
  return atTheEdges(m, x, 0, logarithm(m, k, f));
}

/** Whether x is anything but a normal positive number: one comparison of its bits, from the least normal on. */
export function notNormal(m: Arithmetic, x: Value): Value {
  const fromNormal = m.float(m.add(m.bits(x), m.word((1n << 63n) - bitsOfNormal)));
  return m.bitsAbove(fromNormal, bitsOfInfinity - bitsOfNormal - 1n - (1n << 63n));
}

export function log(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { k, f } = split(m, x);
  return rarely(b, notNormal(m, x), logarithm(m, k, f), [x], logAnywhere);
}

/** log(1 + x.hi + x.lo) for x > -1, finite: what 1 + x.hi rounds away comes back as a correction. */
export function logOnePlus(m: Arithmetic, x: Pair): Value {
  const { c, add, div, eq, select } = m;
  const sum = twoSum(m, c(1), x.hi);
  const { k, f } = split(m, sum.hi);
  const whole = eq(k, c(0));
  const rest = add(select(whole, c(0), sum.lo), x.lo);
  return logarithm(m, k, select(whole, x.hi, f), div(rest, sum.hi));
}

/** log(x.hi + x.lo) + n ln 2 for normal positive x. */
export function logOfPair(m: Arithmetic, x: Pair, n: Value): Value {
  const { k, f } = split(m, x.hi);
  return logarithm(m, m.add(k, n), f, m.div(x.lo, x.hi));
}

export function log1p(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, eq, select } = m;
  const finite = select(eq(x, c(0)), x, logOnePlus(m, { hi: x, lo: c(0) }));
  return rarely(b, notNormal(m, add(x, c(1))), finite, [x], (inner, v) =>
    atTheEdges(arithmetic(inner), v, -1, inner.const(0, 'float64')),
  );
}

/** log(1 + f) to about 2^-65 of it: s, s^2 and the term 2/3 s^3 are pairs. */
function logSignificand(m: Arithmetic, f: Value): Pair {
  const { c, add, mul, poly } = m;
  const s = pairQuotient(m, { hi: f, lo: c(0) }, fastTwoSum(m, c(2), f));
  const square = twoSquare(m, s.hi);
  const twice = { hi: add(s.hi, s.hi), lo: add(s.lo, s.lo) };
  const z = fastTwoSum(m, square.hi, add(square.lo, mul(twice.hi, s.lo)));
  const third = fastTwoSum(m, c(2 / 3), mul(z.hi, poly(z.hi, logTail5)));
  const factor = pairProduct(m, z, { hi: third.hi, lo: add(third.lo, c(3.700743415417188e-17)) });
  const rest = pairProduct(m, s, factor);
  const sum = fastTwoSum(m, twice.hi, rest.hi);
  return fastTwoSum(m, sum.hi, add(sum.lo, add(twice.lo, rest.lo)));
}

/** log(x) as a pair, to about 2^-65 of it, for positive normal x; `splitWith` splitAny for subnormal x too. */
export function logPair(m: Arithmetic, x: Value, splitWith = split): Pair {
  const { c, add, mul } = m;
  const { k, f } = splitWith(m, x);
  const significand = logSignificand(m, f);
  const sum = fastTwoSum(m, mul(k, c(ln2High)), significand.hi);
  return fastTwoSum(m, sum.hi, add(sum.lo, add(mul(k, c(ln2Low)), significand.lo)));
}

interface Base {
  /** log_base(2), the first part so short that its products with exponents are exact. */
  readonly two: readonly [number, number];
  /** 1 / ln(base) */
  readonly factor: readonly [number, number];
}

/** k log_base(2) + log(1 + f) / ln(base). */
function logToBase(m: Arithmetic, { two, factor }: Base, { k, f }: { k: Value; f: Value }): Value {
  const { c, add, mul } = m;
  const significand = pairProduct(m, logSignificand(m, f), { hi: c(factor[0]), lo: c(factor[1]) });
  const sum = fastTwoSum(m, mul(k, c(two[0])), significand.hi);
  return add(sum.hi, add(sum.lo, add(mul(k, c(two[1])), significand.lo)));
}

const logBy =
  (base: Base) =>
  (b: Builder, x: Value): Value => {
    const m = arithmetic(b);
    return rarely(b, notNormal(m, x), logToBase(m, base, split(m, x)), [x], (inner, v) => {
      const slow = arithmetic(inner);
      return atTheEdges(slow, v, 0, logToBase(slow, base, splitAny(slow, v)));
    });
  };

export const log2 = logBy({ two: [1, 0], factor: [Math.LOG2E, 2.0355273740931033e-17] });

export const log10 = logBy({
  two: [0.3010299956658855, -1.9043128467164274e-12],
  factor: [Math.LOG10E, 1.098319650216765e-17],
});
