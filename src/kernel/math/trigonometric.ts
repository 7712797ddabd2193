/**
 * sin, cos and tan. Usual arguments are reduced with pi (sin, cos) or pi/2 (tan) in two parts (Cody and Waite), the
 * first short enough for exact products. sin and cos take one odd polynomial on [-pi/2, pi/2], a minimax fit
 * (test/kernel/math/minimax.py). tan divides fdlibm's sine by its cosine (k_sin.c, k_cos.c), both as pairs. Huge
 * arguments, and those that come so near a multiple of pi/2 that most bits cancel, go to payneHanek.ts.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { type Arithmetic, arithmetic, rarely, roundingShift } from './arithmetic.js';
import { fastTwoSum, type Pair, pairQuotient, twoSquare } from './double.js';
import { reduceHuge } from './payneHanek.js';

/** Two parts of 28 and 53 bits; the products of the first with multiples below 2^25 are exact. */
const pi = [3.141592651605606, 1.984187159361081e-9] as const;
const halfPi = [1.570796325802803, 9.920935796805404e-10] as const;

/** The remainder counts as cancelled below this part of the argument: then the second part of pi had too few bits. */
const cancelled = 2 ** -25;

/** (sin 2p - 2p + p^3) / p^3 in p^2, |p| <= pi/4 */
const sinTail = [
  -0.33333333333333326, 0.2666666666666626, -0.025396825396751824, 0.0014109347436300683, -5.130671492700177e-5,
  1.3155484104049897e-6, -2.504459771509872e-8, 3.566773942233662e-10,
];

/** fdlibm's k_sin.c and k_cos.c, |r| <= pi/4: (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4 in r^2 */
const quarterSin = [
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6, -2.5050760253406863e-8,
  1.58969099521155e-10,
];
const quarterCos = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7, 2.087572321298175e-9,
  -1.1359647557788195e-11,
];

/** x - k (parts[0] + parts[1]); `exact` says that x - k parts[0] does not round. */
function subtractMultiple(m: Arithmetic, x: Value, k: Value, parts: readonly [number, number], exact = true) {
  const { c, add, sub, mul } = m;
  const multiple = mul(k, c(parts[0]));
  const first = sub(x, multiple);
  const small = mul(k, c(parts[1]));
  const second = exact ? small : sub(small, sub(x, add(first, multiple)));
  const hi = sub(first, second);
  return { hi, low: () => sub(sub(first, hi), second) };
}

/**
 * Where a remainder r of x is not to be trusted: it cancelled, or x is huge (no remainder reaches 2^-25 of such an x).
 * Infinity and NaN have given NaN already.
 */
const lost = ({ c, abs, mul, lt }: Arithmetic, r: Value, size: Value) => lt(abs(r), mul(size, c(cancelled)));

/** The sign bit of x where the lowest bit of n is clear, the other sign where it is set; as bits. */
const signOf = ({ xor, shl, signBit }: Arithmetic, x: Value, n: Value) => xor(shl(n, 63), signBit(x));

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
    return m.flip(magnitude, offset === 0 ? signOf(m, x, half) : signOf(m, abs(x), half));
  };
}

export function sin(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, bits } = m;
  const size = abs(x);
  const shifted = add(mul(size, c(1 / Math.PI)), c(roundingShift));
  const r = subtractMultiple(m, size, sub(shifted, c(roundingShift)), pi);
  const usual = m.flip(sinOfHalfTurn(m, r.hi), signOf(m, x, bits(shifted)));
  return rarely(b, lost(m, r.hi, size), usual, [x], sinAnywhere(0));
}

/** cos x = sin(x + pi/2), reduced with odd multiples of pi/2; a small x loses bits when pi/2 is taken from it. */
export function cos(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, bits, shl } = m;
  const shifted = add(add(mul(x, c(1 / Math.PI)), c(0.5)), c(roundingShift));
  const k = sub(sub(shifted, c(roundingShift)), c(0.5));
  const r = subtractMultiple(m, x, k, pi, false);
  const usual = m.flip(sinOfHalfTurn(m, r.hi), shl(bits(shifted), 63));
  return rarely(b, lost(m, r.hi, abs(x)), usual, [x], sinAnywhere(1));
}

/** tan(r + quadrant pi/2) with the sign that x gives. */
function tanOfQuarter(m: Arithmetic, x: Value, r: Pair, quadrant: Value): Value {
  const { word, add, and, eq, select } = m;
  const { sin: s, cos: k } = quarter(m, r);
  const even = eq(and(quadrant, word(1n)), word(0n));
  const pick = (yes: Pair, no: Pair): Pair => ({ hi: select(even, yes.hi, no.hi), lo: select(even, yes.lo, no.lo) });
  const q = pairQuotient(m, pick(s, k), pick(k, s));
  return m.flip(add(q.hi, q.lo), signOf(m, x, quadrant));
}

function tanAnywhere(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { quadrant, r } = reduceHuge(b, m.abs(x));
  return tanOfQuarter(m, x, r, quadrant);
}

export function tan(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, mul, abs, bits } = m;
  const size = abs(x);
  const shifted = add(mul(size, c(2 / Math.PI)), c(roundingShift));
  const { hi, low } = subtractMultiple(m, size, sub(shifted, c(roundingShift)), halfPi);
  const usual = tanOfQuarter(m, x, { hi, lo: low() }, bits(shifted));
  return rarely(b, lost(m, hi, size), usual, [x], tanAnywhere);
}
