/** Pieces that several rows are made of. */
import { type DType, isFloat, kindOf } from '../core/dtype.js';
import type { Builder } from '../kernel/builder.js';
import type { PrimitiveName, Value } from '../kernel/ir.js';
import type { ElementwiseRow } from './types.js';

export type Build = ElementwiseRow['build'];

/** The primitive itself. */
export const prim =
  (op: PrimitiveName): Build =>
  (b, _, ...values) =>
    b.prim(op, ...values);

/** A function of the math library, which kernels write out. */
export const call =
  (fn: string): Build =>
  (b, dtype, ...values) =>
    b.call(fn, dtype, ...values);

/** One meaning for floats and one for integers and bool. */
export const floatOr =
  (float: Build, other: Build): Build =>
  (b, dtype, ...values) =>
    (isFloat(dtype) ? float : other)(b, dtype, ...values);

/** One meaning for bool and one for numbers. */
export const boolOr =
  (bool: Build, other: Build): Build =>
  (b, dtype, ...values) =>
    (dtype === 'bool' ? bool : other)(b, dtype, ...values);

export const identity: Build = (_, __, value) => value as Value;
export const never: Build = (b) => b.const(false, 'bool');
export const always: Build = (b) => b.const(true, 'bool');

export const isNaNValue = (b: Builder, value: Value): Value =>
  isFloat(b.dtypeOf(value)) ? b.prim('notEqual', value, value) : b.const(false, 'bool');

/** Zero in the dtype of `value`. */
export const zeroLike = (b: Builder, value: Value): Value => b.const(0, b.dtypeOf(value));

/** What counts as true: everything but zero, NaN included. */
export const truth = (b: Builder, value: Value): Value =>
  b.dtypeOf(value) === 'bool' ? value : b.prim('notEqual', value, zeroLike(b, value));

/** `value` as `dtype`, bool being whether it is true. */
export const convert = (b: Builder, value: Value, dtype: DType): Value =>
  dtype === 'bool' ? truth(b, value) : b.cast(value, dtype);

export const isSigned = (dtype: DType): boolean => kindOf(dtype) === 'int' || isFloat(dtype);
