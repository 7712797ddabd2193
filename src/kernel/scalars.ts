/**
 * What primitives and conversions mean for one element: the definition that every backend is tested against.
 */
import { bytesOf, type DType, integerRange, isFloat, isInteger, isWide, kindOf, makeArray } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import type { PrimitiveName } from './ir.js';

/** A bigint for 64-bit integers, a boolean for bool, and a number for the rest. */
export type Scalar = number | bigint | boolean;
export type ScalarFunction = (a: Scalar, b: Scalar) => Scalar;

/**
 * A scalar inside the rules: the operators are the same for numbers and bigints, and the dtype says which it is, so the
 * rules are written once, for numbers.
 */
type N = number;
type Rules = (a: N, b: N) => N | boolean;

/** The dtype's value that an exact result wraps or rounds to. */
export function wrapper(d: DType): (x: Scalar) => Scalar {
  return wrapNumber(d) as (x: Scalar) => Scalar;
}

function wrapNumber(d: DType): (x: N) => N {
  if (d === 'float64' || d === 'bool') return (x) => x;
  if (d === 'float32') return Math.fround;
  if (d === 'int64') return (x) => BigInt.asIntN(64, x as never) as never;
  if (d === 'uint64') return (x) => BigInt.asUintN(64, x as never) as never;
  const shift = 32 - bytesOf(d) * 8;
  return kindOf(d) === 'int' ? (x) => (x << shift) >> shift : (x) => (x << shift) >>> shift;
}

const twoTo52 = 2 ** 52;

/** To nearest, ties to even: adding and taking away 2^52 leaves no room for a fraction. */
function roundEven(x: number): number {
  const size = Math.abs(x);
  if (!(size < twoTo52)) return x;
  return copySign(size + twoTo52 - twoTo52, x);
}

const isMinus = (x: number): boolean => x < 0 || Object.is(x, -0);

function copySign(a: number, b: number): number {
  const size = Math.abs(a);
  return isMinus(b) ? -size : size;
}

/** The dtype's own zero, or another small integer. */
const of = (d: DType, n: number): N => (isWide(d) ? (BigInt(n) as never) : n);

/** Integer division toward minus infinity; the caller has excluded b = 0. */
function floorQuotient(d: DType): (a: N, b: N) => N {
  if (!isWide(d)) return (a, b) => Math.floor(a / b);
  const [zero, one] = [of(d, 0), of(d, 1)];
  return (a, b) => {
    const quotient = a / b;
    return a % b !== zero && a < zero !== b < zero ? quotient - one : quotient;
  };
}

type Rule = (d: DType) => Rules;

const same =
  (f: Rules): Rule =>
  () =>
    f;

/** An arithmetic rule: exact (or float64) arithmetic, then wrapped or rounded to the dtype. */
const wrapped =
  (f: (a: N, b: N) => N): Rule =>
  (d) => {
    const wrap = wrapNumber(d);
    return (a, b) => wrap(f(a, b));
  };

const rules: Readonly<Record<PrimitiveName, Rule>> = {
  add: wrapped((a, b) => a + b),
  subtract: wrapped((a, b) => a - b),
  multiply: (d) => wrapped(isFloat(d) || isWide(d) ? (a, b) => a * b : Math.imul)(d),
  divide: wrapped((a, b) => a / b),
  floorDivide: (d) => {
    const [zero, quotient, wrap] = [of(d, 0), floorQuotient(d), wrapNumber(d)];
    return (a, b) => (b === zero ? zero : wrap(quotient(a, b)));
  },
  remainder: (d) => {
    const [zero, quotient] = [of(d, 0), floorQuotient(d)];
    return (a, b) => (b === zero ? zero : a - quotient(a, b) * b);
  },
  negative: (d) => wrapped(isFloat(d) || isWide(d) ? (a) => -a : (a) => 0 - a)(d),
  abs: (d) => (isFloat(d) ? Math.abs : wrapped((a) => (a < 0 ? -a : a))(d)),
  sqrt: wrapped(Math.sqrt),
  floor: same(Math.floor),
  ceil: same(Math.ceil),
  trunc: same(Math.trunc),
  round: same(roundEven),
  minimum: (d) => extreme(d, Math.min, (a, b) => b < a),
  maximum: (d) => extreme(d, Math.max, (a, b) => b > a),
  copysign: same(copySign),
  equal: same((a, b) => a === b),
  notEqual: same((a, b) => a !== b),
  less: same((a, b) => a < b),
  lessEqual: same((a, b) => a <= b),
  greater: same((a, b) => a > b),
  greaterEqual: same((a, b) => a >= b),
  and: (d) => (d === 'bool' ? (a, b) => a && b : wrapped((a, b) => a & b)(d)),
  or: (d) => (d === 'bool' ? (a, b) => a || b : wrapped((a, b) => a | b)(d)),
  xor: (d) => (d === 'bool' ? (a, b) => a !== b : wrapped((a, b) => a ^ b)(d)),
  not: (d) => (d === 'bool' ? (a) => !a : wrapped((a) => ~a)(d)),
  shiftLeft: (d) => {
    const [zero, width, wrap] = [of(d, 0), bytesOf(d) * 8, wrapNumber(d)];
    return (a, b) => (b < 0 || b >= width ? zero : wrap(a << b));
  },
  shiftRight: (d) => {
    const width = bytesOf(d) * 8;
    const [zero, last] = [of(d, 0), of(d, width - 1)];
    if (kindOf(d) === 'int') return (a, b) => a >> (b < 0 || b >= width ? last : b);
    return (a, b) => (b < 0 || b >= width ? zero : isWide(d) ? a >> b : a >>> b);
  },
};

const extreme = (d: DType, float: (a: N, b: N) => N, second: (a: N, b: N) => boolean): Rules =>
  isFloat(d) ? float : (a, b) => (second(a, b) ? b : a);

/** The primitive `op` on arguments of dtype `d`. */
export const scalarPrimitive = (op: PrimitiveName, d: DType): ScalarFunction => rules[op](d) as ScalarFunction;

/** Rounded once, also beyond 2^53, where a number in between would round twice: 53 bits are kept, the last one sticky. */
function bigToFloat32(x: bigint): number {
  const size = x < 0n ? -x : x;
  if (size < 1n << 53n) return Math.fround(Number(x));
  const kept = Number((size >> 11n) | ((size & 0x7ffn) === 0n ? 0n : 1n)) * 2048;
  return Math.fround(x < 0n ? -kept : kept);
}

function saturate(x: number, min: bigint, max: bigint): bigint {
  if (Number.isNaN(x)) return 0n;
  if (x <= Number(min)) return min;
  return x >= Number(max) ? max : BigInt(Math.trunc(x));
}

/** A scalar of `from` converted to `to`. */
export function scalarCast(from: DType, to: DType): (x: Scalar) => Scalar {
  if (from === to) return (x) => x;
  if (to === 'bool') return (x) => x !== 0 && x !== 0n && x !== false;
  if (to === 'float32') return isWide(from) ? (x) => bigToFloat32(BigInt(x)) : (x) => Math.fround(Number(x));
  if (to === 'float64') return Number;
  if (!isInteger(to)) throw new InternalError('cast', `no conversion from ${from} to ${to}`);
  if (isFloat(from)) {
    const { min, max } = integerRange(to);
    return isWide(to) ? (x) => saturate(Number(x), min, max) : (x) => Number(saturate(Number(x), min, max));
  }
  const wrap = wrapper(to);
  if (isWide(to)) return (x) => wrap(BigInt(x));
  return isWide(from) ? (x) => wrap(Number(BigInt.asIntN(32, BigInt(x)))) : (x) => wrap(Number(x));
}

/** A scalar's bits read as another dtype of the same width; any byte but 0 is true. */
export function scalarBitcast(from: DType, to: DType): (x: Scalar) => Scalar {
  if (to === 'bool' || from === 'bool') return scalarCast(from, to);
  const source = makeArray(from, 1);
  const target = makeArray(to, 1, source.buffer);
  return (x) => {
    source[0] = x as number;
    return target[0] as number;
  };
}

/** The scalar as a typed array of its dtype holds it. */
export const toElement = (x: Scalar): number | bigint => (typeof x === 'boolean' ? Number(x) : x);

/** The scalar that an element of a typed array of dtype `d` stands for. */
export const fromElement = (x: number | bigint, d: DType): Scalar => (d === 'bool' ? x !== 0 : x);
