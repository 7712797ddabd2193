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
import { integerPower, pow } from './pow.js';
import { cbrt, hypot } from './roots.js';
import { cos, sin, tan } from './trigonometric.js';

/** Writes fn(args) on the builder; the result has the dtype of the arguments. */
export type Expansion = (b: Builder, dtype: 'float32' | 'float64', ...args: Value[]) => Value;

type Double = (b: Builder, ...args: [Value, ...Value[]]) => Value;

const inFloat64 =
  (fn: (b: Builder, ...args: never) => Value): Expansion =>
  (b, dtype, ...args) => {
    const wide = args.map((v) => b.cast(v, 'float64')) as [Value, ...Value[]];
    return b.cast((fn as Double)(b, ...wide), dtype);
  };

const ofTheDtype =
  (fn: (b: Builder, ...args: never) => Value): Expansion =>
  (b, _dtype, ...args) =>
    (fn as Double)(b, ...(args as [Value, ...Value[]]));

const double = { exp, exp2, expm1, log, log2, log10, log1p, sin, cos, tan, asin, acos, atan, atan2, sinh, cosh, tanh };
const more = { asinh, acosh, atanh, pow, hypot, cbrt, logaddexp, floorDivide, remainder, fmod };
const native = { sign, nextafter, integerPower };

const expand = (table: object, how: (fn: (b: Builder, ...args: never) => Value) => Expansion) =>
  Object.fromEntries(Object.entries(table).map(([name, fn]) => [name, how(fn)]));

/**
 * By name. `sign` and `integerPower` take integers too (the dtype parameter is not looked at); everything else floats.
 */
export const mathFunctions: Readonly<Record<string, Expansion>> = Object.freeze({
  ...expand({ ...double, ...more }, inFloat64),
  ...expand(native, ofTheDtype),
});
