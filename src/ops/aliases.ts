/** NumPy's and Dask's spellings, and short ones, of functions whose standard name differs. */
import type { binary } from './binary.js';
import type { unary } from './unary.js';

export const aliases = {
  /** abs: absolute value. */
  absolute: 'abs',
  /** acos: inverse cosine in radians. */
  arccos: 'acos',
  /** acosh: inverse hyperbolic cosine. */
  arccosh: 'acosh',
  /** asin: inverse sine in radians. */
  arcsin: 'asin',
  /** asinh: inverse hyperbolic sine. */
  arcsinh: 'asinh',
  /** atan: inverse tangent in radians. */
  arctan: 'atan',
  /** atan2: the angle of the point (y, x) in radians. */
  arctan2: 'atan2',
  /** atanh: inverse hyperbolic tangent. */
  arctanh: 'atanh',
  /** bitwiseInvert: every bit inverted. */
  bitwiseNot: 'bitwiseInvert',
  /** radians: degrees to radians. */
  deg2rad: 'radians',
  /** divide: x / y. */
  div: 'divide',
  /** equal: whether x equals y. */
  eq: 'equal',
  /** abs: absolute value. */
  fabs: 'abs',
  /** trunc: rounded toward zero. */
  fix: 'trunc',
  /** greaterEqual: whether x >= y. */
  ge: 'greaterEqual',
  /** greater: whether x > y. */
  gt: 'greater',
  /** bitwiseInvert: every bit inverted. */
  invert: 'bitwiseInvert',
  /** lessEqual: whether x <= y. */
  le: 'lessEqual',
  /** bitwiseLeftShift: x << y. */
  leftShift: 'bitwiseLeftShift',
  /** less: whether x < y. */
  lt: 'less',
  /** remainder: what floored division leaves. */
  mod: 'remainder',
  /** multiply: x * y. */
  mul: 'multiply',
  /** notEqual: whether x differs from y. */
  ne: 'notEqual',
  /** negative: -x. */
  neg: 'negative',
  /** pow: x to the power y. */
  power: 'pow',
  /** degrees: radians to degrees. */
  rad2deg: 'degrees',
  /** bitwiseRightShift: x >> y. */
  rightShift: 'bitwiseRightShift',
  /** round: to the nearest integer, ties to even. */
  rint: 'round',
  /** subtract: x - y. */
  sub: 'subtract',
  /** divide: x / y in floats. */
  trueDivide: 'divide',
} as const satisfies Record<string, keyof typeof unary | keyof typeof binary>;
