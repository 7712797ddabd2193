/** Elementwise functions of two arrays, or of an array and a number. */
import type { DType } from '../core/dtype.js';
import type { Builder } from '../kernel/builder.js';
import { fromLiteral, type Value } from '../kernel/ir.js';
import { type Build, boolOr, call, floatOr, isNaNValue, prim } from './shared.js';
import { type ElementwiseRow, type Table, table } from './types.js';

type BinaryRow = ElementwiseRow & { readonly args: 2 };
type Binary = (b: Builder, dtype: DType, x: Value, y: Value) => Value;

/** In the common dtype of both, and giving it. */
const common = { args: 2, on: 'any', takes: 'same', gives: 'same' } as const;
const number = { ...common, on: 'number' } as const;
const floating = { ...common, takes: 'float' } as const;
const integer = { ...common, on: 'integer' } as const;
const bits = { ...common, on: 'bits' } as const;
const comparison = { ...common, gives: 'bool' } as const;
const logical = { ...comparison, takes: 'bool' } as const;

const ofTwo =
  (f: Binary): Build =>
  (b, d, ...[x, y]) =>
    f(b, d, x as Value, y as Value);

/** The other value where one is NaN. */
const ignoringNaN = (op: 'minimum' | 'maximum'): Build =>
  ofTwo((b, _, x, y) => b.select(isNaNValue(b, x), y, b.select(isNaNValue(b, y), x, b.prim(op, x, y))));

const heaviside = ofTwo((b, d, x, y) => {
  const zero = b.const(0, d);
  const step = b.select(b.prim('less', x, zero), zero, b.select(b.prim('equal', x, zero), y, b.const(1, d)));
  return b.select(isNaNValue(b, x), x, step);
});

/** The constant a node is, as a number. */
function constantOf(b: Builder, value: Value): number | undefined {
  const node = b.nodes[value];
  return node?.op === 'const' ? Number(fromLiteral(node.value, node.dtype)) : undefined;
}

/**
 * Powers that need no logarithm: each gives the correctly rounded power. pow(-0, 1/2) is 0 and pow(-inf, 1/2) inf,
 * which sqrt alone would make -0 and NaN.
 */
const easyPowers: Readonly<Record<string, (b: Builder, d: DType, x: Value) => Value>> = {
  0: (b, d) => b.const(1, d),
  1: (_, __, x) => x,
  2: (b, _, x) => b.prim('multiply', x, x),
  '-1': (b, d, x) => b.prim('divide', b.const(1, d), x),
  0.5: (b, d, x) => {
    const root = b.prim('add', b.prim('sqrt', x), b.const(0, d));
    const infinity = b.const(Number.POSITIVE_INFINITY, d);
    return b.select(b.prim('equal', x, b.const(Number.NEGATIVE_INFINITY, d)), infinity, root);
  },
};

const floatPow = ofTwo((b, d, x, y) => {
  const exponent = constantOf(b, y);
  const easy = exponent === undefined ? undefined : easyPowers[exponent];
  return easy === undefined ? b.call('pow', d, x, y) : easy(b, d, x);
});

/** Up to this exponent a literal power is written out in a handful of products. */
const fewProducts = 64;

/** By repeated squaring, which wraps as any other order of products does. */
const repeated = (b: Builder, x: Value, exponent: number): Value => {
  if (exponent === 1) return x;
  const half = repeated(b, x, Math.floor(exponent / 2));
  const square = b.prim('multiply', half, half);
  return exponent % 2 === 0 ? square : b.prim('multiply', square, x);
};

const integerPow = ofTwo((b, d, x, y) => {
  const exponent = constantOf(b, y);
  const short = exponent !== undefined && exponent >= 1 && exponent <= fewProducts;
  return short ? repeated(b, x, exponent) : b.call('integerPower', d, x, y);
});

const rows = {
  /** x + y. Integers wrap; of bool it is or. */
  add: { ...common, build: boolOr(prim('or'), prim('add')) },
  /** The angle of the point (y, x) in radians, -pi to pi: atan2(y, x). Floats out. */
  atan2: { ...floating, build: call('atan2') },
  /** x & y bit by bit. Integers and bool. */
  bitwiseAnd: { ...bits, build: prim('and') },
  /** x << y. Integers; shifting by the width or more gives 0. */
  bitwiseLeftShift: { ...integer, build: prim('shiftLeft') },
  /** x | y bit by bit. Integers and bool. */
  bitwiseOr: { ...bits, build: prim('or') },
  /** x >> y, keeping the sign. Integers; shifting by the width or more gives 0 or -1. */
  bitwiseRightShift: { ...integer, build: prim('shiftRight') },
  /** x ^ y bit by bit. Integers and bool. */
  bitwiseXor: { ...bits, build: prim('xor') },
  /** The magnitude of x with the sign of y, also that of -0. Floats out. */
  copysign: { ...floating, build: prim('copysign') },
  /** x / y. Floats out, float64 of integers; by zero infinite or NaN. */
  divide: { ...floating, build: prim('divide') },
  /** Whether x equals y; NaN equals nothing. bool out. */
  equal: { ...comparison, build: prim('equal') },
  /** x to the power y in floats, also for integers. Floats out. */
  floatPower: { ...floating, build: floatPow },
  /** x / y rounded down. Same dtype; integers by zero give 0. */
  floorDivide: { ...number, build: floatOr(call('floorDivide'), prim('floorDivide')) },
  /** The larger; where one is NaN the other. */
  fmax: { ...common, build: boolOr(prim('or'), ignoringNaN('maximum')) },
  /** The smaller; where one is NaN the other. */
  fmin: { ...common, build: boolOr(prim('and'), ignoringNaN('minimum')) },
  /** What division rounded toward zero leaves, with the sign of x. Floats out; exact. */
  fmod: { ...floating, build: call('fmod') },
  /** Whether x > y. bool out. */
  greater: { ...comparison, build: prim('greater') },
  /** Whether x >= y. bool out. */
  greaterEqual: { ...comparison, build: prim('greaterEqual') },
  /** 0 for x < 0, y for x = 0, 1 for x > 0. Floats out. */
  heaviside: { ...floating, build: heaviside },
  /** sqrt(x*x + y*y) without overflow or underflow on the way. Floats out. */
  hypot: { ...floating, build: call('hypot') },
  /** Whether x < y. bool out. */
  less: { ...comparison, build: prim('less') },
  /** Whether x <= y. bool out. */
  lessEqual: { ...comparison, build: prim('lessEqual') },
  /** log(exp(x) + exp(y)) without overflow on the way. Floats out. */
  logaddexp: { ...floating, build: call('logaddexp') },
  /** Whether both are true; everything but zero is. bool out. */
  logicalAnd: { ...logical, build: prim('and') },
  /** Whether one or both are true; everything but zero is. bool out. */
  logicalOr: { ...logical, build: prim('or') },
  /** Whether exactly one is true; everything but zero is. bool out. */
  logicalXor: { ...logical, build: prim('xor') },
  /** The larger; NaN if either is. -0 counts as less than 0. */
  maximum: { ...common, build: boolOr(prim('or'), prim('maximum')) },
  /** The smaller; NaN if either is. -0 counts as less than 0. */
  minimum: { ...common, build: boolOr(prim('and'), prim('minimum')) },
  /** x * y. Integers wrap; of bool it is and. */
  multiply: { ...common, build: boolOr(prim('and'), prim('multiply')) },
  /** The next representable number from x toward y. Floats out. */
  nextafter: { ...floating, build: call('nextafter') },
  /** Whether x differs from y; NaN differs from everything. bool out. */
  notEqual: { ...comparison, build: prim('notEqual') },
  /** x to the power y. Same dtype; integers wrap, floats are within 1 ulp. */
  pow: { ...number, build: floatOr(floatPow, integerPow) },
  /** What floored division leaves, with the sign of y. Same dtype; integers by zero give 0, floats NaN. */
  remainder: { ...number, build: floatOr(call('remainder'), prim('remainder')) },
  /** x - y. Integers wrap; bool has no difference, see logicalXor. */
  subtract: { ...number, build: prim('subtract') },
} satisfies Record<string, BinaryRow>;

export const binary: Table<typeof rows> = table(rows);
