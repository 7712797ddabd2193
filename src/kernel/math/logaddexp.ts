/**
 * logaddexp: max + log(1 + e^(min - max)), all of it in pairs. Where the two terms nearly cancel, the result is exact to
 * about 2^-57, not to an ulp of its own.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { arithmetic, powerOfTwo, roundingShift } from './arithmetic.js';
import { fastTwoSum, twoSum } from './double.js';
import { expPair } from './exp.js';
import { logPair } from './log.js';

export function logaddexp(b: Builder, x: Value, y: Value): Value {
  const m = arithmetic(b);
  const { c, add, mul, div, neg, max, gt, lt, ne, eq, or, abs, select } = m;
  const larger = gt(x, y);
  const high = select(larger, x, y);
  const difference = twoSum(m, select(larger, y, x), neg(high));
  const power = expPair(m, max(difference.hi, c(-700)), difference.lo);
  const scale = powerOfTwo(m, add(power.k, c(roundingShift)));
  const onePlus = fastTwoSum(m, c(1), mul(power.hi, scale));
  const logarithm = logPair(m, onePlus.hi);
  const sum = twoSum(m, high, logarithm.hi);
  const rest = div(add(onePlus.lo, mul(power.lo, scale)), onePlus.hi);
  const finite = add(sum.hi, add(sum.lo, add(logarithm.lo, rest)));
  const far = or(lt(difference.hi, c(-700)), eq(abs(high), c(Number.POSITIVE_INFINITY)));
  return select(or(ne(x, x), ne(y, y)), add(x, y), select(far, high, finite));
}
