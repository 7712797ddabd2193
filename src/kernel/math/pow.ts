/**
 * pow, by the logarithm and the exponential as pairs of doubles; and whole powers of integers by repeated squaring.
 * The table of special cases is C99's, Annex F.9.4.4.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { type Arithmetic, arithmetic, rarely, scaleBy } from './arithmetic.js';
import { fastTwoSum, type Pair, twoProduct } from './double.js';
import { addExponent, bitsOf708, exp, expPair } from './exp.js';
import { logarithm, logPair, notNormal, split, splitAny } from './log.js';

/** y log x as a pair. */
function exponentOf(m: Arithmetic, logarithm: Pair, y: Value): Pair {
  const product = twoProduct(m, y, logarithm.hi);
  return fastTwoSum(m, product.hi, m.add(product.lo, m.mul(y, logarithm.lo)));
}

/** x^y for any x > 0 that is finite; y is limited to what already overflows or underflows. */
function positivePower(m: Arithmetic, x: Value, y: Value): Value {
  const { c, min, max, eq, select } = m;
  const limited = max(min(y, c(2 ** 66)), c(-(2 ** 66)));
  const exponent = exponentOf(m, logPair(m, x, splitAny), limited);
  const hi = max(min(exponent.hi, c(711)), c(-747));
  const power = expPair(m, hi, select(eq(hi, exponent.hi), exponent.lo, c(0)));
  return scaleBy(m, power.hi, power.k);
}

/** C99's pow, whatever the arguments. */
function powAnywhere(b: Builder, x: Value, y: Value): Value {
  const m = arithmetic(b);
  const { c, add, mul, floor, abs, eq, ne, lt, gt, and, or, not, xor, select, copysign } = m;
  const infinity = c(Number.POSITIVE_INFINITY);
  const size = abs(x);
  const whole = eq(floor(y), y);
  const half = mul(y, c(0.5));
  const oddPower = and(whole, ne(floor(half), half));

  const limit = or(eq(size, c(0)), eq(size, infinity));
  const atLimit = select(xor(lt(y, c(0)), gt(size, c(1))), infinity, c(0));
  const magnitude = select(limit, atLimit, positivePower(m, size, y));
  const signed = select(oddPower, copysign(magnitude, x), magnitude);

  const undefinedHere = and(lt(x, c(0)), ne(size, infinity), not(whole));
  const known = select(undefinedHere, c(Number.NaN), signed);
  const checked = select(or(ne(x, x), ne(y, y)), add(x, y), known);
  return select(or(eq(x, c(1)), eq(y, c(0))), c(1), checked);
}

/** Usual: x is positive and normal, and so is the result. */
export function pow(b: Builder, x: Value, y: Value): Value {
  const m = arithmetic(b);
  const exponent = exponentOf(m, logPair(m, x), y);
  const power = expPair(m, exponent.hi, exponent.lo);
  const unusual = m.or(notNormal(m, x), m.bitsAbove(m.abs(exponent.hi), bitsOf708));
  return rarely(b, unusual, addExponent(m, power.hi, power.shifted), [x, y], powAnywhere);
}

/** The same from float32 arguments, for a result that is rounded to float32: plain doubles keep 2^-45 of it. */
export function powOfSingle(b: Builder, x: Value, y: Value): Value {
  const m = arithmetic(b);
  const exponent = m.mul(y, logarithm(m, split(m, x)));
  const unusual = m.or(notNormal(m, x), m.bitsAbove(m.abs(exponent), bitsOf708));
  return rarely(b, unusual, exp(b, exponent), [x, y], powAnywhere);
}

const widths: Readonly<Record<string, number>> = { '8': 8, '16': 16, '32': 32, '64': 64 };

/** base^exponent, wrapping; a negative exponent gives 0, but 1 or -1 where the base is one of these. */
export function integerPower(b: Builder, base: Value, exponent: Value): Value {
  const dtype = b.dtypeOf(base);
  const signed = dtype.startsWith('int');
  const c = (v: number) => b.const(v, dtype);
  const bitsOf = widths[dtype.replace(/\D/g, '')] as number;
  const one = c(1);
  let power = one;
  let square = base;
  for (let bit = 0; bit < bitsOf - (signed ? 1 : 0); bit++) {
    const shifted = b.prim('shiftRight', exponent, c(bit));
    const set = b.prim('equal', b.prim('and', shifted, one), one);
    power = b.select(set, b.prim('multiply', power, square), power);
    square = b.prim('multiply', square, square);
  }
  if (!signed) return power;
  const odd = b.prim('equal', b.prim('and', exponent, one), one);
  const minusOne = b.select(odd, c(-1), one);
  const reciprocal = b.select(b.prim('equal', base, one), one, b.select(b.prim('equal', base, c(-1)), minusOne, c(0)));
  return b.select(b.prim('less', exponent, c(0)), reciprocal, power);
}
