/**
 * Unevaluated sums of two float64 values ("double-double") without fused multiply-add: Knuth's and Dekker's error-free
 * transformations, as in Muller et al., Handbook of Floating-Point Arithmetic, chapters 4 and 14. Products are split
 * with a bit mask rather than by Veltkamp's multiplication: fewer operations, and nothing overflows.
 */
import type { Value } from '../ir.js';
import type { Arithmetic } from './arithmetic.js';

/** hi + lo, where lo is at most about half an ulp of hi. */
export interface Pair {
  readonly hi: Value;
  readonly lo: Value;
}

/** What sums take: of nodes of a body, or of the locals of a function under construction. */
export interface Additions {
  add(x: Value, y: Value): Value;
  sub(x: Value, y: Value): Value;
}

/** a + b exactly, where |a| >= |b| or a is 0. */
export function fastTwoSum({ add, sub }: Additions, a: Value, b: Value): Pair {
  const hi = add(a, b);
  return { hi, lo: sub(b, sub(hi, a)) };
}

/** a + b exactly. */
export function twoSum({ add, sub }: Additions, a: Value, b: Value): Pair {
  const hi = add(a, b);
  const bRounded = sub(hi, a);
  return { hi, lo: add(sub(a, sub(hi, bRounded)), sub(b, bRounded)) };
}

/** a * b, exactly but for about 2^-106 of it, if nothing overflows or becomes subnormal. */
export function twoProduct(m: Arithmetic, a: Value, b: Value): Pair {
  const { sub, mul, add, high } = m;
  const hi = mul(a, b);
  const aHigh = high(a);
  const aLow = sub(a, aHigh);
  const bHigh = high(b);
  const bLow = sub(b, bHigh);
  const lo = add(sub(mul(aHigh, bHigh), hi), mul(aHigh, bLow), mul(aLow, bHigh), mul(aLow, bLow));
  return { hi, lo };
}

/** a * a, as twoProduct. */
export function twoSquare({ sub, mul, add, high }: Arithmetic, a: Value): Pair {
  const hi = mul(a, a);
  const aHigh = high(a);
  const aLow = sub(a, aHigh);
  const cross = mul(aHigh, aLow);
  return { hi, lo: add(sub(mul(aHigh, aHigh), hi), add(cross, cross), mul(aLow, aLow)) };
}

/** The product of two pairs. */
export function pairProduct(m: Arithmetic, a: Pair, b: Pair): Pair {
  const p = twoProduct(m, a.hi, b.hi);
  return fastTwoSum(m, p.hi, m.add(p.lo, m.add(m.mul(a.hi, b.lo), m.mul(a.lo, b.hi))));
}

/** The sum of two pairs, where |a.hi| >= |b.hi| or a.hi is 0. */
export function pairSum(m: Arithmetic, a: Pair, b: Pair): Pair {
  const s = fastTwoSum(m, a.hi, b.hi);
  return fastTwoSum(m, s.hi, m.add(s.lo, m.add(a.lo, b.lo)));
}

/** a / b. */
export function pairQuotient(m: Arithmetic, a: Pair, b: Pair): Pair {
  const { add, sub, mul, div } = m;
  const hi = div(a.hi, b.hi);
  const p = twoProduct(m, hi, b.hi);
  const rest = add(sub(sub(a.hi, p.hi), p.lo), sub(a.lo, mul(hi, b.lo)));
  return { hi, lo: div(rest, b.hi) };
}

/** The square root of a pair that is not negative; what is added to the divisor keeps 0 / 0 away. */
export function pairSqrt(m: Arithmetic, a: Pair): Pair {
  const { c, add, sub, div, sqrt } = m;
  const hi = sqrt(a.hi);
  const square = twoSquare(m, hi);
  return { hi, lo: div(add(sub(sub(a.hi, square.hi), square.lo), a.lo), add(add(hi, hi), c(1e-300))) };
}
