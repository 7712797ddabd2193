/** Elementwise functions of one array. */
import { type DType, isFloat } from '../core/dtype.js';
import type { Builder } from '../kernel/builder.js';
import type { Value } from '../kernel/ir.js';
import {
  always,
  type Build,
  boolOr,
  call,
  floatOr,
  identity,
  isNaNValue,
  isSigned,
  never,
  prim,
  zeroLike,
} from './shared.js';
import { type ElementwiseRow, type Table, table } from './types.js';

type UnaryRow = ElementwiseRow & { readonly args: 1 };

/** Taken in floats (float32 stays, integers and bool become float64), giving floats. */
const floating = { args: 1, on: 'any', takes: 'float', gives: 'same' } as const;
/** Same dtype in and out. */
const same = { args: 1, on: 'any', takes: 'same', gives: 'same' } as const;
const number = { ...same, on: 'number' } as const;
/** A question about each element. */
const question = { args: 1, on: 'any', takes: 'same', gives: 'bool' } as const;

/** Integers and bool have nothing to round. */
const rounding = (op: 'floor' | 'ceil' | 'trunc' | 'round'): Build => floatOr(prim(op), identity);

const infinity = (b: Builder, dtype: DType, sign = 1): Value => b.const(sign * Number.POSITIVE_INFINITY, dtype);
const equals = (sign: number): Build => floatOr((b, d, x) => b.prim('equal', x as Value, infinity(b, d, sign)), never);
const scaled =
  (factor: number): Build =>
  (b, d, x) =>
    b.prim('multiply', x as Value, b.const(factor, d));

/** Zero and NaN plus zero are themselves, but for -0, whose sign is 0. */
const sign: Build = (b, d, x) => {
  const zero = b.const(0, d);
  const rest = isFloat(d) ? b.prim('add', x as Value, zero) : zero;
  const notAbove = isSigned(d) ? b.select(b.prim('less', x as Value, zero), b.const(-1, d), rest) : rest;
  return b.select(b.prim('greater', x as Value, zero), b.const(1, d), notAbove);
};

/** The sign bit, which NaN and -0 have too: the sign of 1 copied from the value. */
const floatSignbit: Build = (b, d, x) => b.prim('less', b.prim('copysign', b.const(1, d), x as Value), b.const(0, d));
const integerSignbit: Build = (b, d, x) =>
  isSigned(d) ? b.prim('less', x as Value, zeroLike(b, x as Value)) : never(b, d);

/** x - x is 0 for finite x, NaN otherwise. */
const finite: Build = (b, d, x) => b.prim('equal', b.prim('subtract', x as Value, x as Value), b.const(0, d));
const infinite: Build = (b, d, x) => b.prim('equal', b.prim('abs', x as Value), infinity(b, d));

const sinc: Build = (b, d, x) => {
  const angle = b.prim('multiply', x as Value, b.const(Math.PI, d));
  const quotient = b.prim('divide', b.call('sin', d, angle), angle);
  return b.select(b.prim('equal', x as Value, b.const(0, d)), b.const(1, d), quotient);
};

const nanToNum: Build = (b, d, x) => {
  const largest = d === 'float32' ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const finiteOnly = b.prim('maximum', b.prim('minimum', x as Value, b.const(largest, d)), b.const(-largest, d));
  return b.select(isNaNValue(b, x as Value), b.const(0, d), finiteOnly);
};

const rows = {
  /** Absolute value. Same dtype; the smallest signed integer stays as it is. */
  abs: { ...same, build: boolOr(identity, (b, d, x) => (isSigned(d) ? b.prim('abs', x as Value) : (x as Value))) },
  /** Inverse cosine in radians, 0 to pi. Floats in, floats out; NaN outside [-1, 1]. */
  acos: { ...floating, build: call('acos') },
  /** Inverse hyperbolic cosine. Floats in, floats out; NaN below 1. */
  acosh: { ...floating, build: call('acosh') },
  /** Inverse sine in radians, -pi/2 to pi/2. Floats in, floats out; NaN outside [-1, 1]. */
  asin: { ...floating, build: call('asin') },
  /** Inverse hyperbolic sine. Floats in, floats out. */
  asinh: { ...floating, build: call('asinh') },
  /** Inverse tangent in radians, -pi/2 to pi/2. Floats in, floats out. */
  atan: { ...floating, build: call('atan') },
  /** Inverse hyperbolic tangent. Floats in, floats out; NaN outside [-1, 1], infinite at the ends. */
  atanh: { ...floating, build: call('atanh') },
  /** Every bit inverted; of bool the opposite. Integers and bool. */
  bitwiseInvert: { ...same, on: 'bits', build: prim('not') },
  /** Cube root, of negative numbers too. Floats in, floats out. */
  cbrt: { ...floating, build: call('cbrt') },
  /** Rounded up. Same dtype; integers stay. */
  ceil: { ...number, build: rounding('ceil') },
  /** Cosine of an angle in radians. Floats in, floats out; NaN of infinities. */
  cos: { ...floating, build: call('cos') },
  /** Hyperbolic cosine. Floats in, floats out. */
  cosh: { ...floating, build: call('cosh') },
  /** Radians to degrees. Floats in, floats out. */
  degrees: { ...floating, build: scaled(180 / Math.PI) },
  /** e to the power of each element. Floats in, floats out. */
  exp: { ...floating, build: call('exp') },
  /** 2 to the power of each element. Floats in, floats out. */
  exp2: { ...floating, build: call('exp2') },
  /** exp(x) - 1 without cancellation near 0. Floats in, floats out. */
  expm1: { ...floating, build: call('expm1') },
  /** Rounded down. Same dtype; integers stay. */
  floor: { ...number, build: rounding('floor') },
  /** Whether neither infinite nor NaN. bool out; integers always are. */
  isfinite: { ...question, build: floatOr(finite, always) },
  /** Whether infinite, with either sign. bool out; integers never are. */
  isinf: { ...question, build: floatOr(infinite, never) },
  /** Whether NaN. bool out; integers never are. */
  isnan: { ...question, build: (b, _, x) => isNaNValue(b, x as Value) },
  /** Whether minus infinity. bool out. */
  isneginf: { ...question, build: equals(-1) },
  /** Whether plus infinity. bool out. */
  isposinf: { ...question, build: equals(1) },
  /** Natural logarithm. Floats in, floats out; -inf at 0, NaN below. */
  log: { ...floating, build: call('log') },
  /** log(1 + x) without cancellation near 0. Floats in, floats out. */
  log1p: { ...floating, build: call('log1p') },
  /** Logarithm to base 2. Floats in, floats out. */
  log2: { ...floating, build: call('log2') },
  /** Logarithm to base 10. Floats in, floats out. */
  log10: { ...floating, build: call('log10') },
  /** Whether not true; everything but zero is true. bool out. */
  logicalNot: { ...question, takes: 'bool', build: prim('not') },
  /** NaN replaced by 0, infinities by the largest finite numbers. Same dtype; integers stay. */
  nanToNum: { ...same, build: floatOr(nanToNum, identity) },
  /** The negative. Same dtype; unsigned integers wrap, as does the smallest signed one. */
  negative: { ...number, build: prim('negative') },
  /** The element itself. Numbers only. */
  positive: { ...number, build: identity },
  /** Degrees to radians. Floats in, floats out. */
  radians: { ...floating, build: scaled(Math.PI / 180) },
  /** 1 / x. Floats in, floats out. */
  reciprocal: { ...floating, build: (b, d, x) => b.prim('divide', b.const(1, d), x as Value) },
  /** Rounded to the nearest integer, ties to even. Same dtype; integers stay. */
  round: { ...number, build: rounding('round') },
  /** -1, 0 or 1; NaN of NaN, 0 of -0. Same dtype. */
  sign: { ...number, build: sign },
  /** Whether the sign bit is set, as it is of -0 and may be of NaN. bool out. */
  signbit: { ...question, build: boolOr(never, floatOr(floatSignbit, integerSignbit)) },
  /** Sine of an angle in radians. Floats in, floats out; NaN of infinities. */
  sin: { ...floating, build: call('sin') },
  /** sin(pi x) / (pi x), 1 at 0. Floats in, floats out. */
  sinc: { ...floating, build: sinc },
  /** Hyperbolic sine. Floats in, floats out. */
  sinh: { ...floating, build: call('sinh') },
  /** x * x. Same dtype; integers wrap. */
  square: { ...same, build: boolOr(identity, (b, _, x) => b.prim('multiply', x as Value, x as Value)) },
  /** Square root, correctly rounded. Floats in, floats out; NaN below 0, -0 of -0. */
  sqrt: { ...floating, build: prim('sqrt') },
  /** Tangent of an angle in radians. Floats in, floats out; NaN of infinities. */
  tan: { ...floating, build: call('tan') },
  /** Hyperbolic tangent. Floats in, floats out. */
  tanh: { ...floating, build: call('tanh') },
  /** Rounded toward zero. Same dtype; integers stay. */
  trunc: { ...number, build: rounding('trunc') },
} satisfies Record<string, UnaryRow>;

export const unary: Table<typeof rows> = table(rows);
