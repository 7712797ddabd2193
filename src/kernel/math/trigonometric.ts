/**
 * sin, cos and tan. Usual arguments are reduced with pi (sin, cos) or pi/2 (tan) in three parts (Cody and Waite), the
 * first two short enough for exact products, and the rounding error of the middle step is carried along. sin and cos
 * take one odd polynomial on [-pi/2, pi/2], a minimax fit (test/kernel/math/minimax.py). tan divides fdlibm's sine by
 * its cosine (k_sin.c, k_cos.c), both as pairs. Huge arguments go to payneHanek.ts.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { type Arithmetic, arithmetic, rarely, roundingShift } from './arithmetic.js';
import { fastTwoSum, type Pair, pairQuotient, twoSquare } from './double.js';
import { reduceHuge } from './payneHanek.js';

/** Where k still has so few bits that its products with the first two parts of pi are exact. */
const limit = 200000;

/** Three parts of 36, 36 and 53 bits. */
const pi = [3.1415926535846666, 5.1266883031679116e-12, 2.1125998133974855e-23] as const;
const halfPi = [1.5707963267923333, 2.5633441515839558e-12, 1.0562999066987428e-23] as const;

/** (sin r - r + p^3) / p^3 in p^2, p = r / 2, |r| <= pi/2 */
const sinTail = [-1 / 3, 0.00833333333333321, -0.00019841269841213617, 2.755731921177443e-6, -2.5052106923621014e-8,
  1.6058941978097194e-10, -7.643044902918574e-13, 2.7216890299814776e-15,
].map((coef, i) => (i === 0 ? coef : coef * 8 * 4 ** i));

/** fdlibm's k_sin.c and k_cos.c, |r| <= pi/4: (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4 in r^2 */
const quarterSin = [
  -1.66666666666666324348e-1, 8.33333333332248946124e-3, -1.98412698298579493134e-4, 2.75573137070700676789e-6,
  -2.50507602534068634195e-8, 1.58969099521155010221e-10,
];
const quarterCos = [
  4.16666666666666019037e-2, -1.38888888888741095749e-3, 2.48015872894767294178e-5, -2.75573143513906633035e-7,
  2.08757232129817482790e-9, -1.13596475577881948265e-11,
];

/** x - k (parts[0] + parts[1] + parts[2]) */
function subtractMultiple(m: Arithmetic, x: Value, k: Value, parts: readonly [number, number, number]) {
  const { c, sub, mul } = m;
  const first = sub(x, mul(k, c(parts[0])));
  const middle = mul(k, c(parts[1]));
  const second = sub(first, middle);
  const third = sub(mul(k, c(parts[2])), sub(sub(first, second), middle));
  const hi = sub(second, third);
  return { hi, low: () => sub(sub(second, hi), third) };
}

/** The sign bit of x where the lowest bit of n is clear, the other sign where it is set; as bits. */
const signOf = ({ and, xor, shl, bits, word }: Arithmetic, x: Value, n: Value) =>
  xor(shl(n, 63), and(bits(x), word(0x8000000000000000n)));

const flip = ({ float, bits, xor }: Arithmetic, x: Value, sign: Value) => float(xor(bits(x), sign));

/** sin r for |r| <= pi/2: most of the cubic term, (r / 2)^3, is subtracted exactly, so that the rest is small. */
function sinOfHalfTurn({ c, add, sub, mul, poly }: Arithmetic, r: Value): Value {
  const p = mul(r, c(0.5));
  const square = mul(p, p);
  const cube = mul(p, square);
  const lead = sub(r, cube);
  return add(lead, add(sub(sub(r, lead), cube), mul(cube, poly(square, sinTail))));
}

/** sin and cos of r, |r| <= pi/4 */
function quarter(m: Arithmetic, r: Pair): { readonly sin: Pair; readonly cos: Pair } {
  const { c, add, sub, mul, poly } = m;
  const square = twoSquare(m, r.hi);
  const z = square.hi;
  const sinRest = add(mul(mul(r.hi, z), poly(z, quarterSin)), mul(r.lo, sub(c(1), mul(c(0.5), z))));
  const cosLead = fastTwoSum(m, c(1), mul(c(-0.5), z));
  const cosRest = sub(mul(mul(z, z), poly(z, quarterCos)), add(mul(c(0.5), square.lo), mul(r.hi, r.lo)));
  return { sin: fastTwoSum(m, r.hi, sinRest), cos: fastTwoSum(m, cosLead.hi, add(cosLead.lo, cosRest)) };
}

/** sin (offset 0) or cos (offset 1) of any x. */
function sinAnywhere(offset: 0 | 1) {
  return (b: Builder, x: Value): Value => {
    const m = arithmetic(b);
    const { word, add, and, eq, select, abs, shr } = m;
    const { quadrant, r } = reduceHuge(b, abs(x));
    const n = add(quadrant, word(BigInt(offset)));
    const { sin: s, cos: k } = quarter(m, r);
    const even = eq(and(n, word(1n)), word(0n));
    const magnitude = select(even, add(s.hi, s.lo), add(k.hi, k.lo));
    const half = shr(n, 1);
    return flip(m, magnitude, offset === 0 ? signOf(m, x, half) : signOf(m, abs(x), half));
  };
}

export function sin(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, le, not, bits } = m;
  const size = abs(x);
  const shifted = add(mul(size, c(1 / Math.PI)), c(roundingShift));
  const r = subtractMultiple(m, size, sub(shifted, c(roundingShift)), pi);
  const usual = flip(m, sinOfHalfTurn(m, r.hi), signOf(m, x, bits(shifted)));
  return rarely(b, not(le(size, c(limit))), usual, [x], sinAnywhere(0));
}

/** cos x = sin(x + pi/2), reduced with odd multiples of pi/2. */
export function cos(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, le, not, bits, shl } = m;
  const shifted = add(add(mul(x, c(1 / Math.PI)), c(0.5)), c(roundingShift));
  const k = sub(sub(shifted, c(roundingShift)), c(0.5));
  const r = subtractMultiple(m, x, k, pi);
  const usual = flip(m, sinOfHalfTurn(m, r.hi), shl(bits(shifted), 63));
  return rarely(b, not(le(abs(x), c(limit))), usual, [x], sinAnywhere(1));
}

/** tan(r + quadrant pi/2) with the sign that x gives. */
function tanOfQuarter(m: Arithmetic, x: Value, r: Pair, quadrant: Value): Value {
  const { word, add, and, eq, select } = m;
  const { sin: s, cos: k } = quarter(m, r);
  const even = eq(and(quadrant, word(1n)), word(0n));
  const pick = (yes: Pair, no: Pair): Pair => ({ hi: select(even, yes.hi, no.hi), lo: select(even, yes.lo, no.lo) });
  const q = pairQuotient(m, pick(s, k), pick(k, s));
  return flip(m, add(q.hi, q.lo), signOf(m, x, quadrant));
}

function tanAnywhere(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { quadrant, r } = reduceHuge(b, m.abs(x));
  return tanOfQuarter(m, x, r, quadrant);
}

export function tan(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, le, not, bits } = m;
  const size = abs(x);
  const shifted = add(mul(size, c(2 / Math.PI)), c(roundingShift));
  const { hi, low } = subtractMultiple(m, size, sub(shifted, c(roundingShift)), halfPi);
  const usual = tanOfQuarter(m, x, { hi, lo: low() }, bits(shifted));
  return rarely(b, not(le(size, c(limit / 2))), usual, [x], tanAnywhere);
}
