/** logaddexp: max + log1p(e^(min - max)), the difference and the exponential as pairs. */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { arithmetic, powerOfTwo, roundingShift } from './arithmetic.js';
import { twoSum } from './double.js';
import { expPair } from './exp.js';
import { logOnePlus } from './log.js';

export function logaddexp(b: Builder, x: Value, y: Value): Value {
  const m = arithmetic(b);
  const { c, add, mul, neg, max, gt, lt, ne, eq, or, abs, select } = m;
  const larger = gt(x, y);
  const high = select(larger, x, y);
  const difference = twoSum(m, select(larger, y, x), neg(high));
  const power = expPair(m, max(difference.hi, c(-700)), difference.lo);
  const scale = powerOfTwo(m, add(power.k, c(roundingShift)));
  const finite = add(high, logOnePlus(m, { hi: mul(power.hi, scale), lo: mul(power.lo, scale) }));
  const far = or(lt(difference.hi, c(-700)), eq(abs(high), c(Number.POSITIVE_INFINITY)));
  return select(or(ne(x, x), ne(y, y)), add(x, y), select(far, high, finite));
}
