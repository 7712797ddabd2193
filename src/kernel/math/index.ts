/**
 * The functions that `call` nodes name, written out in primitives. float32 goes through float64 and is rounded once at
 * the end, which makes it nearly always the correctly rounded value.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { nextafter, sign } from './bitwise.js';
import { floorDivide, fmod, remainder } from './division.js';
import { exp, exp2, expm1 } from './exp.js';
import { acosh, asinh, atanh, cosh, sinh, tanh } from './hyperbolic.js';
import { acos, asin, atan, atan2 } from './inverse.js';
import { log, log1p, log2, log10 } from './log.js';
import { logaddexp } from './logaddexp.js';
import { integerPower, pow, powOfSingle } from './pow.js';
import { cbrt, hypot } from './roots.js';
import { cos, sin, tan } from './trigonometric.js';

/** Writes fn(args) on the builder; the result has the dtype of the arguments. */
export type Expansion = (b: Builder, dtype: 'float32' | 'float64', ...args: Value[]) => Value;

type Unary = (b: Builder, x: Value) => Value;
type Binary = (b: Builder, x: Value, y: Value) => Value;

const doubles: Readonly<Record<string, Unary | Binary>> = {
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  atan2,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  pow,
  hypot,
  cbrt,
  logaddexp,
  floorDivide,
  remainder,
  fmod,
};

/** What float32 does otherwise: less is enough where the result is rounded to float32 anyway. */
const singles: Readonly<Record<string, Unary | Binary>> = { pow: powOfSingle };

const inFloat64 =
  (name: string): Expansion =>
  (b, dtype, x, y) => {
    const fn = ((dtype === 'float32' && singles[name]) || doubles[name]) as Binary;
    const wide = (v: Value | undefined) => (v === undefined ? v : b.cast(v, 'float64')) as Value;
    return b.cast(fn(b, wide(x), wide(y)), dtype);
  };

const asItIs =
  (fn: Unary | Binary): Expansion =>
  (b, _dtype, x, y) =>
    (fn as Binary)(b, x as Value, y as Value);

/**
 * By name. `sign` and `integerPower` take integers too (they look at the dtype of their arguments, not at the
 * parameter); everything else floats.
 */
export const mathFunctions: Readonly<Record<string, Expansion>> = Object.freeze({
  ...Object.fromEntries(Object.keys(doubles).map((name) => [name, inFloat64(name)])),
  sign: asItIs(sign),
  nextafter: asItIs(nextafter),
  integerPower: asItIs(integerPower),
});
