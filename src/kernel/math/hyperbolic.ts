/**
 * sinh, cosh, tanh and their inverses. Near 0 an odd minimax polynomial (test/kernel/math/minimax.py); elsewhere the
 * textbook formulas over an exponential, or into a logarithm, that carries a second double, so that only the last
 * operation rounds. The case distinctions follow fdlibm (e_sinh.c, s_asinh.c, e_acosh.c, e_atanh.c).
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { type Arithmetic, arithmetic, powerOfTwo, roundingShift, scaleBy } from './arithmetic.js';
import { fastTwoSum, pairQuotient, pairSqrt, twoSquare, twoSum } from './double.js';
import { expPair } from './exp.js';
import { logOfPair, logOnePlus } from './log.js';

/** (sinh x - x) / x^3 in x^2, |x| <= 1 */
const sinhTail = [
  0.16666666666666669, 0.008333333333332903, 0.00019841269841602415, 2.755731910338769e-6, 2.5052131581591864e-8,
  1.605661171857888e-10, 7.778071892754741e-13,
];

/** (tanh x - x) / x^3 in x^2, |x| <= 0.55 */
const tanhTail = [
  -0.33333333333333304, 0.13333333333327102, -0.05396825396390005, 0.02186948838717, -0.008863232591021186,
  0.0035920916757787506, -0.001455539267095021, 0.000588425327375243, -0.00023332319510450806, 8.322080756881372e-5,
  -1.942913219202325e-5,
];

/** (asinh x - x) / x^3 in x^2, |x| <= 1/2 */
const asinhTail = [
  -0.16666666666666624, 0.0749999999998684, -0.044642857129411906, 0.03038194376996415, -0.022372139441096714,
  0.017352400965103616, -0.013960352534564208, 0.011513677451370819, -0.009536797207712923, 0.007472076287293762,
  -0.004756629172446477, 0.0017237219948971997,
];

/** Beyond it 1 is lost beside x^2. */
const huge = 2 ** 28;

/** x + x^3 tail(x^2) */
function odd({ add, mul, poly }: Arithmetic, x: Value, tail: readonly number[]): Value {
  const z = mul(x, x);
  return add(x, mul(mul(x, z), poly(z, tail)));
}

/** e^x = 2 (hi + lo) 2^k and e^-x = 2 inverse 2^k, for x >= 0 up to overflow of the half. */
function halves(m: Arithmetic, size: Value) {
  const { c, add, sub, div, min } = m;
  const { hi, lo, k } = expPair(m, min(size, c(712)));
  const twice = min(add(k, k), c(256));
  return { hi, lo, k: sub(k, c(1)), inverse: div(powerOfTwo(m, sub(c(roundingShift), twice)), hi) };
}

export function sinh(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, abs, lt, select, copysign } = m;
  const size = abs(x);
  const { hi, lo, k, inverse } = halves(m, size);
  const large = scaleBy(m, add(hi, sub(lo, inverse)), k);
  return copysign(select(lt(size, c(1)), odd(m, size, sinhTail), large), x);
}

export function cosh(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { hi, lo, k, inverse } = halves(m, m.abs(x));
  const sum = fastTwoSum(m, hi, inverse);
  return scaleBy(m, m.add(sum.hi, m.add(sum.lo, lo)), k);
}

/** 1 - 2 / (e^2x + 1) away from 0. */
export function tanh(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, min, lt, select, copysign } = m;
  const size = abs(x);
  const { hi, lo, k } = expPair(m, mul(min(size, c(22)), c(2)));
  const power = powerOfTwo(m, add(k, c(roundingShift)));
  const sum = fastTwoSum(m, mul(hi, power), c(1));
  const q = pairQuotient(m, { hi: c(2), lo: c(0) }, { hi: sum.hi, lo: add(sum.lo, mul(lo, power)) });
  const one = fastTwoSum(m, c(1), m.neg(q.hi));
  const large = add(one.hi, sub(one.lo, q.lo));
  return copysign(select(lt(size, c(0.55)), odd(m, size, tanhTail), large), x);
}

/** log(x + sqrt(x^2 + 1)) */
export function asinh(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, mul, abs, gt, lt, select, copysign } = m;
  const size = abs(x);
  const far = gt(size, c(huge));
  const near = select(far, c(1), size);
  const square = twoSquare(m, near);
  const sum = twoSum(m, square.hi, c(1));
  const root = pairSqrt(m, { hi: sum.hi, lo: add(sum.lo, square.lo) });
  const whole = fastTwoSum(m, root.hi, near);
  const u = { hi: select(far, size, whole.hi), lo: select(far, c(0), add(whole.lo, root.lo)) };
  const large = logOfPair(m, u, select(far, c(1), c(0)));
  const finite = select(lt(size, c(0.5)), odd(m, size, asinhTail), large);
  return copysign(select(lt(size, c(Number.POSITIVE_INFINITY)), finite, mul(size, size)), x);
}

/** log(1 + t + sqrt(2t + t^2)), t = x - 1 */
export function acosh(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, ge, gt, lt, select } = m;
  const far = gt(x, c(huge));
  const t = sub(select(far, c(2), x), c(1));
  const square = twoSquare(m, t);
  const sum = twoSum(m, square.hi, add(t, t));
  const root = pairSqrt(m, { hi: sum.hi, lo: add(sum.lo, square.lo) });
  const whole = fastTwoSum(m, root.hi, t);
  const near = logOnePlus(m, { hi: whole.hi, lo: add(whole.lo, root.lo) });
  const finite = select(far, logOfPair(m, { hi: x, lo: c(0) }, c(1)), near);
  const above = select(lt(x, c(Number.POSITIVE_INFINITY)), finite, x);
  return select(ge(x, c(1)), above, c(Number.NaN));
}

/** log1p(2x / (1 - x)) / 2 */
export function atanh(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, mul, abs, neg, lt, eq, select, copysign } = m;
  const size = abs(x);
  const q = pairQuotient(m, { hi: add(size, size), lo: c(0) }, twoSum(m, c(1), neg(size)));
  const inner = mul(logOnePlus(m, q), c(0.5));
  const finite = select(lt(size, c(2 ** -28)), size, inner);
  const edge = select(eq(size, c(1)), c(Number.POSITIVE_INFINITY), c(Number.NaN));
  return copysign(select(lt(size, c(1)), finite, edge), x);
}
