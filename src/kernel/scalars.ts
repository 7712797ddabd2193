/**
 * What primitives and conversions mean for one element: the definition that every backend is tested against. A scalar is
 * a bigint for 64-bit integers, a boolean for bool, and a number for the rest.
 */
import { bytesOf, type DType, integerRange, isFloat, isInteger, isWide, kindOf, makeArray } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import type { PrimitiveName } from './ir.js';

// biome-ignore lint/suspicious/noExplicitAny: the dtype of a node decides at run time which of the three a scalar is.
export type Scalar = any;
export type ScalarFunction = (a: Scalar, b: Scalar) => Scalar;

/** The dtype's value that an exact result wraps or rounds to. */
export function wrapper(d: DType): (x: Scalar) => Scalar {
  if (d === 'float64' || d === 'bool') return (x) => x;
  if (d === 'float32') return Math.fround;
  if (d === 'int64') return (x) => BigInt.asIntN(64, x);
  if (d === 'uint64') return (x) => BigInt.asUintN(64, x);
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

/** Integer division toward minus infinity; the caller has excluded b = 0. */
function floorQuotient(wide: boolean): ScalarFunction {
  if (!wide) return (a: number, b: number) => Math.floor(a / b);
  return (a: bigint, b: bigint) => {
    const quotient = a / b;
    return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
  };
}

type Rule = (d: DType) => ScalarFunction;

const both =
  (f: ScalarFunction): Rule =>
  () =>
    f;

/** An arithmetic rule: exact (or float64) arithmetic, then wrapped or rounded to the dtype. */
const wrapped =
  (f: ScalarFunction): Rule =>
  (d) => {
    const wrap = wrapper(d);
    return (a, b) => wrap(f(a, b));
  };

const rules: Readonly<Record<PrimitiveName, Rule>> = {
  add: wrapped((a, b) => a + b),
  subtract: wrapped((a, b) => a - b),
  multiply: (d) => (isFloat(d) || isWide(d) ? wrapped((a, b) => a * b)(d) : wrapped(Math.imul)(d)),
  divide: wrapped((a, b) => a / b),
  floorDivide: (d) => {
    const [zero, quotient, wrap] = [isWide(d) ? 0n : 0, floorQuotient(isWide(d)), wrapper(d)];
    return (a, b) => (b === zero ? zero : wrap(quotient(a, b)));
  },
  remainder: (d) => {
    const [zero, quotient] = [isWide(d) ? 0n : 0, floorQuotient(isWide(d))];
    return (a, b) => (b === zero ? zero : a - quotient(a, b) * b);
  },
  negative: (d) => (isFloat(d) || isWide(d) ? wrapped((a) => -a)(d) : wrapped((a) => 0 - a)(d)),
  abs: wrapped((a) => (typeof a === 'number' ? Math.abs(a) : a < 0n ? -a : a)),
  sqrt: wrapped(Math.sqrt),
  floor: both(Math.floor),
  ceil: both(Math.ceil),
  trunc: both(Math.trunc),
  round: both(roundEven),
  minimum: (d) => (isFloat(d) ? Math.min : (a, b) => (b < a ? b : a)),
  maximum: (d) => (isFloat(d) ? Math.max : (a, b) => (b > a ? b : a)),
  copysign: both(copySign),
  equal: both((a, b) => a === b),
  notEqual: both((a, b) => a !== b),
  less: both((a, b) => a < b),
  lessEqual: both((a, b) => a <= b),
  greater: both((a, b) => a > b),
  greaterEqual: both((a, b) => a >= b),
  and: (d) => (d === 'bool' ? (a, b) => a && b : wrapped((a, b) => a & b)(d)),
  or: (d) => (d === 'bool' ? (a, b) => a || b : wrapped((a, b) => a | b)(d)),
  xor: (d) => (d === 'bool' ? (a, b) => a !== b : wrapped((a, b) => a ^ b)(d)),
  not: (d) => (d === 'bool' ? (a) => !a : wrapped((a) => ~a)(d)),
  shiftLeft: (d) => {
    const [zero, width, wrap] = [isWide(d) ? 0n : 0, bytesOf(d) * 8, wrapper(d)];
    return (a, b) => (b < 0 || b >= width ? zero : wrap(a << b));
  },
  shiftRight: (d) => {
    const width = bytesOf(d) * 8;
    const [zero, last] = isWide(d) ? [0n, BigInt(width - 1)] : [0, width - 1];
    if (kindOf(d) === 'int') return (a, b) => a >> (b < 0 || b >= width ? last : b);
    return (a, b) => (b < 0 || b >= width ? zero : isWide(d) ? a >> b : a >>> b);
  },
};

/** The primitive `op` on arguments of dtype `d`. */
export const scalarPrimitive = (op: PrimitiveName, d: DType): ScalarFunction => rules[op](d);

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
  if (to === 'float32') return isWide(from) ? bigToFloat32 : (x) => Math.fround(Number(x));
  if (to === 'float64') return Number;
  if (!isInteger(to)) throw new InternalError('cast', `no conversion from ${from} to ${to}`);
  if (isFloat(from)) {
    const { min, max } = integerRange(to);
    return isWide(to) ? (x) => saturate(x, min, max) : (x) => Number(saturate(x, min, max));
  }
  if (isWide(to)) {
    const wrap = wrapper(to);
    return (x) => wrap(BigInt(x));
  }
  const wrap = wrapper(to);
  return isWide(from) ? (x) => wrap(Number(BigInt.asIntN(32, x))) : (x) => wrap(Number(x));
}

/** A scalar's bits read as another dtype of the same width; any byte but 0 is true. */
export function scalarBitcast(from: DType, to: DType): (x: Scalar) => Scalar {
  if (to === 'bool' || from === 'bool') return scalarCast(from, to);
  const source = makeArray(from, 1);
  const target = makeArray(to, 1, source.buffer);
  return (x) => {
    source[0] = x;
    return target[0];
  };
}

/** The scalar as a typed array of its dtype holds it. */
export const toElement = (x: Scalar): number | bigint => (typeof x === 'boolean' ? Number(x) : x);

/** The scalar that an element of a typed array of dtype `d` stands for. */
export const fromElement = (x: number | bigint, d: DType): Scalar => (d === 'bool' ? x !== 0 : x);
