/**
 * fmod, and NumPy's floorDivide and remainder (Python's // and %) of floats. fmod is exact: with a quotient below 2^53
 * by one product as a pair; otherwise on the significands as integers, with 2^n modulo the divisor by repeated squaring.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { arithmetic, rarely, scaleBy } from './arithmetic.js';
import { twoProduct } from './double.js';

/** x = whole * 2^(exponent - 1075), for finite x >= 0: both int64. */
function integral(b: Builder, x: Value) {
  const m = arithmetic(b);
  const { word, add, and, shr, eq, bits, select } = m;
  const biased = shr(bits(x), 52);
  const subnormal = eq(biased, word(0n));
  const fraction = and(bits(x), word(0xfffffffffffffn));
  const whole = add(fraction, select(subnormal, word(0n), word(0x10000000000000n)));
  return { whole: b.bitcast(whole, 'int64'), exponent: b.bitcast(select(subnormal, word(1n), biased), 'int64') };
}

/** x mod y for finite x >= y > 0. */
function moduloOfHuge(b: Builder, x: Value, y: Value): Value {
  const m = arithmetic(b);
  const int = (v: bigint) => b.const(v, 'int64');
  const { whole, exponent } = integral(b, x);
  const { whole: modulus, exponent: unit } = integral(b, y);
  const inverse = b.prim('divide', m.c(1), b.cast(modulus, 'float64'));
  const times = (p: Value, q: Value) => {
    const quotient = m.mul(m.mul(b.cast(p, 'float64'), b.cast(q, 'float64')), inverse);
    const multiple = b.prim('multiply', b.cast(quotient, 'int64'), modulus);
    return b.prim('remainder', b.prim('subtract', b.prim('multiply', p, q), multiple), modulus);
  };
  const steps = b.prim('subtract', exponent, unit);
  let power = b.prim('remainder', int(1n), modulus);
  for (let bit = 11n; bit >= 0n; bit--) {
    const square = times(power, power);
    const twice = b.prim('remainder', b.prim('add', square, square), modulus);
    const set = b.prim('and', b.prim('shiftRight', steps, int(bit)), int(1n));
    power = b.select(b.prim('equal', set, int(1n)), twice, square);
  }
  const rest = times(b.prim('remainder', whole, modulus), power);
  return scaleBy(m, b.cast(rest, 'float64'), b.cast(b.prim('subtract', unit, int(1075n)), 'float64'));
}

export function fmod(b: Builder, x: Value, y: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, div, abs, trunc, lt, ge, gt, eq, and, select, copysign } = m;
  const infinity = c(Number.POSITIVE_INFINITY);
  const big = gt(abs(x), c(2 ** 1000));
  const scale = select(big, c(2 ** -10), c(1));
  const dividend = mul(abs(x), scale);
  const divisor = mul(abs(y), scale);
  const quotient = trunc(div(dividend, divisor));
  const product = twoProduct(m, quotient, divisor);
  const raw = sub(sub(dividend, product.hi), product.lo);
  const up = select(lt(raw, c(0)), add(raw, divisor), raw);
  const down = select(ge(up, divisor), sub(up, divisor), up);
  const usual = mul(down, select(big, c(2 ** 10), c(1)));
  const finite = and(lt(abs(x), infinity), gt(abs(y), c(0)));
  const huge = and(ge(quotient, c(2 ** 52)), finite);
  const any = rarely(b, huge, usual, [abs(x), abs(y)], moduloOfHuge);
  const whole = select(and(lt(abs(x), infinity), eq(abs(y), infinity)), abs(x), any);
  return copysign(whole, x);
}

/** fmod moved to the divisor's sign, and whether it had to be. */
function floored(b: Builder, x: Value, y: Value) {
  const m = arithmetic(b);
  const { c, add, ne, eq, lt, and, xor, select, copysign } = m;
  const rest = fmod(b, x, y);
  const moved = and(ne(rest, c(0)), xor(lt(y, c(0)), lt(rest, c(0))));
  const settled = select(moved, add(rest, y), rest);
  return { rest, moved, settled: select(eq(rest, c(0)), copysign(c(0), y), settled) };
}

export const remainder = (b: Builder, x: Value, y: Value): Value => floored(b, x, y).settled;

export function floorDivide(b: Builder, x: Value, y: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, div, floor, gt, eq, select, copysign } = m;
  const { rest, moved } = floored(b, x, y);
  const exact = div(sub(x, rest), y);
  const quotient = select(moved, sub(exact, c(1)), exact);
  const below = floor(quotient);
  const whole = select(gt(sub(quotient, below), c(0.5)), add(below, c(1)), below);
  const ratio = div(x, y);
  const settled = select(eq(quotient, c(0)), copysign(c(0), ratio), whole);
  return select(eq(y, c(0)), ratio, settled);
}
