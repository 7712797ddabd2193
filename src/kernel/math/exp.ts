/**
 * exp and exp2: x = k ln 2 / 256 + r, a table of 2^(i / 256), a polynomial in r, and the rest of 2^(k / 256) by exponent
 * arithmetic (Tang, Table-Driven Implementation of the Exponential Function in IEEE Floating-Point Arithmetic, 1989). expm1, and
 * e^x as a pair of doubles: x = k ln 2 + r with |r| <= ln 2 / 2 (Cody and Waite), a longer polynomial, and 2^k. The constants of the
 * reduction are fdlibm's; the polynomials are minimax fits (test/kernel/math/minimax.py).
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { type Arithmetic, arithmetic, powerOfTwo, rarely, roundingShift, scaleBy } from './arithmetic.js';
import { fastTwoSum, type Pair, twoSum } from './double.js';
import { fixed, nearest, sqrt, times } from './fixedPoint.js';

/** ln 2 = ln2High + ln2Low, where ln2High has 33 bits, so that k * ln2High is exact. */
export const ln2High = 0.6931471803691238;
export const ln2Low = 1.9082149292705877e-10;

/** Up to here the results are normal. */
export const bitsOf708 = 0x4086200000000000n;
const bitsOf1021 = 0x408fe80000000000n;

/** (e^r - 1 - r) / r^2 for |r| <= ln 2 / 512 */
const expTail = [0.49999999999999756, 0.16666667996419993, 0.0416666705472985];

/** The same for |r| <= ln 2 / 2 with one term more, for e^r - 1 and pairs. */
const expTailLong = [
  0.5, 0.16666666666666674, 0.04166666666666658, 0.008333333333323263, 0.001388888888894281, 0.00019841269882575835,
  2.4801587196069273e-5, 2.755724737519398e-6, 2.755739004865826e-7, 2.510804093467377e-8, 2.0877729660191738e-9,
];

/** (2^r - 1 - r ln 2) / r^2 for |r| <= 1 / 512 */
const exp2Tail = [0.24022650695909953, 0.055504113093224686, 0.009618130006159908];

const steps = 256;
/** By how many bits k is left of where exponents stand. */
const toExponent = 44;

interface Powers {
  /** 2^(i / 256) divided by 2^(i / 256) as exponent arithmetic has it: adding i as part of k's bits makes up for it. */
  readonly high: readonly number[];
  /** What the double nearest to 2^(i / 256) lacks, as a part of it. */
  readonly low: readonly number[];
}

function madePowers(): Powers {
  let root = fixed(2);
  for (let n = steps; n > 1; n /= 2) root = sqrt(root);
  const exact = [fixed(1)];
  while (exact.length < steps) exact.push(times(exact.at(-1) as bigint, root));
  const rounded = Float64Array.from(exact, nearest);
  const low = exact.map((x, i) => {
    const high = rounded[i] as number;
    return nearest(x - fixed(high)) / high;
  });
  const words = new BigInt64Array(rounded.buffer);
  for (let i = 0; i < steps; i++) (words[i] as bigint) -= BigInt(i) << BigInt(toExponent);
  return { high: [...rounded], low };
}

let powers: Powers | undefined;

/** 2^(k / 256) (1 + p) for small p and a result that is normal; `shifted` has whole k in its low bits, above nothing but a power of two. */
function powerOfStep(m: Arithmetic, shifted: Value, p: (low: Value) => Value): Value {
  const { add, mul, and, shl, bits, float, word, table } = m;
  powers ??= madePowers();
  const at = and(bits(shifted), word(BigInt(steps - 1)));
  const power = float(add(bits(table(powers.high, at)), shl(bits(shifted), toExponent)));
  return add(power, mul(power, p(table(powers.low, at))));
}

/** x + xLow = k ln 2 / parts + r + low: `shifted` is roundingShift + k. `parts` is a power of two. */
function reduce(
  m: Arithmetic,
  x: Value,
  { parts = 1, xLow }: { readonly parts?: number; readonly xLow?: Value | undefined } = {},
) {
  const { c, add, sub, mul } = m;
  const shifted = add(mul(x, c(parts * Math.LOG2E)), c(roundingShift));
  const k = sub(shifted, c(roundingShift));
  const high = sub(x, mul(k, c(ln2High / parts)));
  const kLow = mul(k, c(ln2Low / parts));
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
  const { shifted, k, r, low } = reduce(m, x, { xLow });
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
  const { add, mul, poly, abs, bitsAbove } = m;
  const { shifted, r } = reduce(m, x, { parts: steps });
  const usual = powerOfStep(m, shifted, (low) => add(add(low, r), mul(mul(r, r), poly(r, expTail))));
  return rarely(b, bitsAbove(abs(x), bitsOf708), usual, [x], expAnywhere);
}

/** Adding it rounds a number to a multiple of 1 / 256, whose multiple of that then stands in the low bits of the sum. */
const stepShift = roundingShift / steps;

/** 2^x where that is normal. */
function usualPower(m: Arithmetic, x: Value): Value {
  const { c, add, sub, mul, poly } = m;
  const shifted = add(x, c(stepShift));
  const r = sub(x, sub(shifted, c(stepShift)));
  return powerOfStep(m, shifted, (low) => add(add(low, mul(r, c(Math.LN2))), mul(mul(r, r), poly(r, exp2Tail))));
}

/** 2^x for any x. */
function exp2Anywhere(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, sub, min, max } = m;
  const limited = max(min(x, c(1025)), c(-1076));
  const shifted = add(limited, c(roundingShift));
  const k = sub(shifted, c(roundingShift));
  return scaleBy(m, usualPower(m, sub(limited, k)), k);
}

export function exp2(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  return rarely(b, m.bitsAbove(m.abs(x), bitsOf1021), usualPower(m, x), [x], exp2Anywhere);
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
