/**
 * log, log1p, log2 and log10: x = 2^k z, a place c of a table near z (logTable.ts), r = (z - c) / c, and a polynomial for log(1 + r),
 * a minimax fit (test/kernel/math/minimax.py): z - c is exact, and so is k log 2 + log c, by Gal's choice of places. The
 * logarithm as a pair of doubles, which pow takes, goes by s = f / (2 + f) instead, after fdlibm's e_log.c.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { type Arithmetic, arithmetic, rarely } from './arithmetic.js';
import { fastTwoSum, type Pair, pairProduct, pairQuotient, twoSquare, twoSum } from './double.js';
import { ln2High, ln2Low } from './exp.js';
import { intervals, ln2, ln10, logarithmsTo, logTable, lowest } from './logTable.js';

const smallestNormal = 2.2250738585072014e-308;
const bitsOfNormal = 0x0010000000000000n;
const bitsOfInfinity = 0x7ff0000000000000n;

/** (log(1 + r) - r) / r^2, and the same of log2 and log10 */
const logTail = [
  -0.5000000000000001, 0.3333333333187161, -0.24999999994950475, 0.2000030653844688, -0.16667148235773388,
];
const log2Tail = [
  -0.7213475204444818, 0.4808983469419314, -0.36067376017555614, 0.28854342831201857, -0.2404545574167893,
];
const log10Tail = [
  -0.21714724095162594, 0.14476482729474405, -0.1085736204632747, 0.0868602270603642, -0.07238397013313301,
];

/** (log((1 + s) / (1 - s)) - 2s - 2/3 s^3) / s^5, in s^2 */
const logTail5 = [
  0.39999999999999997, 0.2857142857143512, 0.2222222221954414, 0.18181818663586574, 0.15384568844091973,
  0.1333592292515356, 0.11681722031047906, 0.11939205937127514,
];

const fractionMask = 0x000fffffffffffffn;
const one = 0x3ff0000000000000n;

/** x = 2^k z, with the least significand of the table at most z and z less than twice that; `at`: z's interval. */
interface Parts {
  readonly k: Value;
  readonly z: Value;
  readonly at: Value;
}

/** For normal positive x. */
export function split(m: Arithmetic, x: Value): Parts {
  const { c, word, add, sub, and, or, shr, bits, float } = m;
  const fromLowest = add(bits(x), word(one - lowest));
  const k = sub(float(or(shr(fromLowest, 52), word(0x4330000000000000n))), c(2 ** 52 + 1023));
  const z = float(add(and(fromLowest, word(fractionMask)), word(lowest)));
  return { k, z, at: and(shr(fromLowest, 45), word(BigInt(intervals - 1))) };
}

/** For positive x, subnormal too. */
export function splitAny(m: Arithmetic, x: Value): Parts {
  const { c, sub, mul, lt, select } = m;
  const subnormal = lt(x, c(smallestNormal));
  const { k, ...rest } = split(m, select(subnormal, mul(x, c(2 ** 54)), x));
  return { k: sub(k, select(subnormal, c(54), c(0))), ...rest };
}

/** The place c of z's interval, 1 / c, z - c, and r = (z - c) / c: up to 2^-8. */
function fromPlace({ sub, mul, table }: Arithmetic, { z, at }: Parts) {
  const { places, inverses } = logTable();
  const [place, inverse] = [table(places, at), table(inverses, at)];
  const difference = sub(z, place);
  return { place, inverse, difference, r: mul(difference, inverse) };
}

/** k ln 2 + log z + correction, where the correction is below an ulp or so. */
export function logarithm(m: Arithmetic, parts: Parts, correction?: Value): Value {
  const { c, add, mul, poly, table } = m;
  const { k, at } = parts;
  const { r } = fromPlace(m, parts);
  const sum = fastTwoSum(m, add(mul(k, c(ln2High)), table(logTable().logarithms, at)), r);
  const kLow = mul(k, c(ln2Low));
  const low = add(sum.lo, correction === undefined ? kLow : add(kLow, correction));
  return add(sum.hi, add(low, mul(mul(r, r), poly(r, logTail))));
}

/** `finite`, but the logarithm's limits where x (or 1 + x, for `zero` = -1) is not positive and finite. */
function atTheEdges(m: Arithmetic, x: Value, zero: number, finite: Value): Value {
  const { c, add, lt, eq, select } = m;
  const above = select(lt(x, c(Number.POSITIVE_INFINITY)), finite, add(x, x));
  const below = select(lt(x, c(zero)), c(Number.NaN), above);
  return select(eq(x, c(zero)), c(Number.NEGATIVE_INFINITY), below);
}

function logAnywhere(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  return atTheEdges(m, x, 0, logarithm(m, splitAny(m, x)));
}

/** Whether x is anything but a normal positive number: one comparison of its bits, from the least normal on. */
export function notNormal(m: Arithmetic, x: Value): Value {
  const fromNormal = m.float(m.add(m.bits(x), m.word((1n << 63n) - bitsOfNormal)));
  return m.bitsAbove(fromNormal, bitsOfInfinity - bitsOfNormal - 1n - (1n << 63n));
}

export function log(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  return rarely(b, notNormal(m, x), logarithm(m, split(m, x)), [x], logAnywhere);
}

/** log(1 + x.hi + x.lo) for x > -1, finite: what 1 + x.hi rounds away comes back as a correction. */
export function logOnePlus(m: Arithmetic, x: Pair): Value {
  const sum = twoSum(m, m.c(1), x.hi);
  return logarithm(m, split(m, sum.hi), m.div(m.add(sum.lo, x.lo), sum.hi));
}

/** log(x.hi + x.lo) + n ln 2 for normal positive x. */
export function logOfPair(m: Arithmetic, x: Pair, n: Value): Value {
  const { k, ...rest } = split(m, x.hi);
  return logarithm(m, { k: m.add(k, n), ...rest }, m.div(x.lo, x.hi));
}

export function log1p(b: Builder, x: Value): Value {
  const m = arithmetic(b);
  const { c, add, eq, select } = m;
  const finite = select(eq(x, c(0)), x, logOnePlus(m, { hi: x, lo: c(0) }));
  return rarely(b, notNormal(m, add(x, c(1))), finite, [x], (inner, v) =>
    atTheEdges(arithmetic(inner), v, -1, inner.const(0, 'float64')),
  );
}

/** log(1 + f) to about 2^-65 of it: s, s^2 and the term 2/3 s^3 are pairs. */
function logSignificand(m: Arithmetic, f: Value): Pair {
  const { c, add, mul, poly } = m;
  const s = pairQuotient(m, { hi: f, lo: c(0) }, fastTwoSum(m, c(2), f));
  const square = twoSquare(m, s.hi);
  const twice = { hi: add(s.hi, s.hi), lo: add(s.lo, s.lo) };
  const z = fastTwoSum(m, square.hi, add(square.lo, mul(twice.hi, s.lo)));
  const third = fastTwoSum(m, c(2 / 3), mul(z.hi, poly(z.hi, logTail5)));
  const factor = pairProduct(m, z, { hi: third.hi, lo: add(third.lo, c(3.700743415417188e-17)) });
  const rest = pairProduct(m, s, factor);
  const sum = fastTwoSum(m, twice.hi, rest.hi);
  return fastTwoSum(m, sum.hi, add(sum.lo, add(twice.lo, rest.lo)));
}

/** log(x) as a pair, to about 2^-65 of it, for positive normal x; `splitWith` splitAny for subnormal x too. */
export function logPair(m: Arithmetic, x: Value, splitWith = split): Pair {
  const { c, add, sub, mul } = m;
  const { k, z } = splitWith(m, x);
  const significand = logSignificand(m, sub(z, c(1)));
  const sum = fastTwoSum(m, mul(k, c(ln2High)), significand.hi);
  return fastTwoSum(m, sum.hi, add(sum.lo, add(mul(k, c(ln2Low)), significand.lo)));
}

interface Base {
  readonly ln: () => bigint;
  /** log_base(2), the first part so short that its products with exponents are exact. */
  readonly two: readonly [number, number];
  /** 1 / ln(base), the first part so short that its products with such are exact. */
  readonly factor: readonly [number, number];
  readonly tail: readonly number[];
}

const tables = new Map<Base, ReturnType<typeof logarithmsTo>>();

function tableOf(base: Base): ReturnType<typeof logarithmsTo> {
  const table = tables.get(base) ?? logarithmsTo(base.ln());
  tables.set(base, table);
  return table;
}

/** k log_base(2) + log_base(z): r = (z - c) / c is a pair here, for what it rounds off would show in such products. */
function logToBase(m: Arithmetic, base: Base, parts: Parts): Value {
  const { c, add, sub, mul, poly, high, table } = m;
  const { two, factor, tail } = base;
  const { k, at } = parts;
  const logarithms = tableOf(base);
  const { place, inverse, difference, r } = fromPlace(m, parts);
  const rHigh = high(r);
  const placeHigh = high(place);
  const left = sub(sub(difference, mul(rHigh, placeHigh)), mul(rHigh, sub(place, placeHigh)));
  const sum = fastTwoSum(m, add(mul(k, c(two[0])), table(logarithms.high, at)), mul(rHigh, c(factor[0])));
  const rest = add(mul(mul(left, inverse), c(factor[0])), mul(r, c(factor[1])));
  const low = add(sum.lo, table(logarithms.low, at), mul(k, c(two[1])), rest);
  return add(sum.hi, add(low, mul(mul(r, r), poly(r, tail))));
}

const logBy =
  (base: Base) =>
  (b: Builder, x: Value): Value => {
    const m = arithmetic(b);
    return rarely(b, notNormal(m, x), logToBase(m, base, split(m, x)), [x], (inner, v) => {
      const slow = arithmetic(inner);
      return atTheEdges(slow, v, 0, logToBase(slow, base, splitAny(slow, v)));
    });
  };

export const log2 = logBy({
  ln: ln2,
  two: [1, 0],
  factor: [1.4426950216293335, 1.9259629911266175e-8],
  tail: log2Tail,
});

export const log10 = logBy({
  ln: ln10,
  two: [0.3010299956658855, -1.9043128467164274e-12],
  factor: [0.4342944771051407, 4.798111141615973e-9],
  tail: log10Tail,
});
