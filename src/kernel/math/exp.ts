/**
 * exp, exp2 and expm1: x = k ln 2 + r with |r| <= ln 2 / 2 (Cody and Waite), a polynomial in r, and 2^k by exponent
 * arithmetic. The constants of the reduction are fdlibm's; the polynomials are minimax fits (test/kernel/math/minimax.py).
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { type Arithmetic, arithmetic, powerOfTwo, rarely, roundingShift, scaleBy } from './arithmetic.js';
import { fastTwoSum, type Pair, twoSum } from './double.js';

/** ln 2 = ln2High + ln2Low, where ln2High has 33 bits, so that k * ln2High is exact. */
export const ln2High = 0.6931471803691238;
export const ln2Low = 1.9082149292705877e-10;

/** Up to here the results are normal. */
export const bitsOf708 = 0x4086200000000000n;
const bitsOf1021 = 0x408fe80000000000n;

/** (e^r - 1 - r) / r^2 */
const expTail = [
  0.500000000000001, 0.16666666666665697, 0.04166666666652958, 0.008333333333996794, 0.0013888888944744275,
  0.00019841268347666117, 2.4801491280029087e-5, 2.7558670380848628e-6, 2.7631061966923807e-7, 2.4644779786309138e-8,
];

/** The same with one term more, for e^r - 1 and pairs. */
const expTailLong = [
  0.5, 0.16666666666666674, 0.04166666666666658, 0.008333333333323263, 0.001388888888894281, 0.00019841269882575835,
  2.4801587196069273e-5, 2.755724737519398e-6, 2.755739004865826e-7, 2.510804093467377e-8, 2.0877729660191738e-9,
];

/** (2^r - 1 - r ln 2) / r^2 */
const exp2Tail = [
  0.2402265069591012, 0.05550410866481842, 0.009618129107596787, 0.001333355814746754, 0.00015403530455385245,
  1.52527326802297e-5, 1.3215435595911004e-6, 1.0178574324847774e-7, 7.0737956694482946e-9, 4.374913792987253e-10,
];

/** x + xLow = k ln 2 + r + low: `shifted` is roundingShift + k. */
function reduce(m: Arithmetic, x: Value, xLow?: Value) {
  const { c, add, sub, mul } = m;
  const shifted = add(mul(x, c(Math.LOG2E)), c(roundingShift));
  const k = sub(shifted, c(roundingShift));
  const high = sub(x, mul(k, c(ln2High)));
  const kLow = mul(k, c(ln2Low));
  const correction = xLow === undefined ? kLow : sub(kLow, xLow);
  const r = sub(high, correction);
  return { shifted, k, r, low: () => sub(sub(high, r), correction) };
}

/** p * 2^k for p near 1 and a result that is normal, k as in `roundingShift + k`. */
export const addExponent = ({ float, bits, add, shl }: Arithmetic, p: Value, shifted: Value) =>
  float(add(bits(p), shl(bits(shifted), 52)));

/** e^(x + xLow) = (hi + lo) 2^k to about 2^-58, for |x| < 800. */
export function expPair(m: Arithmetic, x: Value, xLow?: Value): Pair & { readonly k: Value; readonly shifted: Value } {
  const { c, add, mul, poly } = m;
  const { shifted, k, r, low } = reduce(m, x, xLow);
  const one = fastTwoSum(m, c(1), r);
  const tail = add(mul(mul(r, r), poly(r, expTailLong)), low());
  return { ...fastTwoSum(m, one.hi, add(one.lo, tail)), k, shifted };
}

/** e^x for any x. */
function expAnywhere(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, min, max } = m;
  const { hi, k } = expPair(m, max(min(x, c(710)), c(-746)));
  return scaleBy(m, hi, k);
}

export function exp(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, mul, poly, abs, bitsAbove } = m;
  const { shifted, r } = reduce(m, x);
  const p = add(add(mul(mul(r, r), poly(r, expTail)), r), c(1));
  return rarely(b, bitsAbove(abs(x), bitsOf708), addExponent(m, p, shifted), [x], expAnywhere);
}

/** x = k + r, and 2^r = (1 + r / 2) + (ln 2 - 1/2) r + ..., where the first sum is exact. */
function exp2Parts(m: Arithmetic, x: Value) {
  const { c, add, sub, mul, poly } = m;
  const shifted = add(x, c(roundingShift));
  const k = sub(shifted, c(roundingShift));
  const r = sub(x, k);
  const lead = fastTwoSum(m, c(1), mul(r, c(0.5)));
  const rest = add(mul(mul(r, r), poly(r, exp2Tail)), mul(r, c(0.1931471805599453)));
  return { shifted, k, p: add(lead.hi, add(lead.lo, rest)) };
}

function exp2Anywhere(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { k, p } = exp2Parts(m, m.max(m.min(x, m.c(1025)), m.c(-1076)));
  return scaleBy(m, p, k);
}

export function exp2(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { shifted, p } = exp2Parts(m, x);
  return rarely(b, m.bitsAbove(m.abs(x), bitsOf1021), addExponent(m, p, shifted), [x], exp2Anywhere);
}

/** e^x - 1 = 2^k ((1 - 2^-k) + (e^r - 1)), where nothing cancels. */
export function expm1(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, poly, min, max, eq, select } = m;
  const { k, r, low } = reduce(m, max(min(x, c(710)), c(-38)));
  const inverse = powerOfTwo(m, sub(c(roundingShift), min(k, c(64))));
  const lead = sub(c(1), inverse);
  const whole = twoSum(m, lead, r);
  const tail = add(mul(mul(r, r), poly(r, expTailLong)), add(low(), sub(sub(c(1), lead), inverse)));
  return select(eq(x, c(0)), x, scaleBy(m, add(whole.hi, add(whole.lo, tail)), k));
}
