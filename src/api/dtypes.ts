/** Questions about dtypes, as in the Array API standard. */

import { exprOf, isScalar } from '../array/operands.js';
import type { Operand, RankOf } from '../array/types.js';
import type { ChunkedArray } from '../array.js';
import { ChunkedArray as Lazy } from '../array.js';
import {
  asDType,
  bytesOf,
  type DType,
  integerRange,
  isDType,
  isFloat,
  isInteger,
  kindOf,
  promote,
  type Scalar,
  scalarDType,
  weakDType,
} from '../core/dtype.js';
import { ArgumentError, DTypeError } from '../core/errors.js';
import { astype as convert } from '../expr/build.js';

type DTypeLike = DType | ChunkedArray;

const dtypeIn = (operation: string, x: unknown): DType =>
  typeof x === 'string' ? asDType(operation, x) : exprOf(operation, x).dtype;

/** `x` as another dtype. Floats are truncated toward integers and held within their range; integers wrap. */
export const astype = <X extends Operand, T extends DType>(x: X, dtype: T): ChunkedArray<T, RankOf<X>> =>
  new Lazy(convert(exprOf('astype', x), asDType('astype', dtype)));

/** Whether every value of the first dtype is, by promotion, one of the second. */
export function canCast(from: DTypeLike, to: DType): boolean {
  const target = asDType('canCast', to);
  return promote(dtypeIn('canCast', from), target) === target;
}

/** The dtype that arrays, dtypes and numbers are taken in together; numbers are weak. */
export function resultType(...operands: readonly (DType | ChunkedArray | Scalar)[]): DType {
  const strong = operands.filter((x) => !isScalar(x)).map((x) => dtypeIn('resultType', x));
  const scalars = operands.filter(isScalar);
  if (operands.length === 0) throw new ArgumentError('resultType', 'give at least one array, dtype or number');
  if (strong.length === 0) return scalars.map(scalarDType).reduce(promote);
  const common = strong.reduce(promote);
  return scalars.map((s) => weakDType('resultType', s, common)).reduce(promote, common);
}

/** The groups of the standard. There are no complex dtypes. */
const groups: Readonly<Record<string, (d: DType) => boolean>> = {
  bool: (d) => d === 'bool',
  'signed integer': (d) => kindOf(d) === 'int',
  'unsigned integer': (d) => kindOf(d) === 'uint',
  integral: isInteger,
  'real floating': isFloat,
  'complex floating': () => false,
  numeric: (d) => d !== 'bool',
};

/** Whether a dtype is another, belongs to a group such as 'integral', or to one of several of either. */
export function isdtype(dtype: DType, kind: string | readonly string[]): boolean {
  const d = asDType('isdtype', dtype);
  return (typeof kind === 'string' ? [kind] : kind).some((k) => {
    if (isDType(k)) return k === d;
    const group = Object.hasOwn(groups, k) ? groups[k] : undefined;
    if (group !== undefined) return group(d);
    throw new DTypeError(
      'isdtype',
      `'${k}' is neither a dtype nor a group; groups are ${Object.keys(groups).join(', ')}`,
    );
  });
}

export interface FloatInfo {
  readonly dtype: DType;
  readonly bits: number;
  /** The gap between 1 and the next larger number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** The smallest positive number with full precision. */
  readonly smallestNormal: number;
}

const floats: Readonly<Record<'float32' | 'float64', Omit<FloatInfo, 'dtype' | 'bits' | 'min'>>> = {
  float32: { eps: 2 ** -23, max: (2 - 2 ** -23) * 2 ** 127, smallestNormal: 2 ** -126 },
  float64: { eps: Number.EPSILON, max: Number.MAX_VALUE, smallestNormal: 2 ** -1022 },
};

/** The limits of a floating-point dtype, or of that of an array. */
export function finfo(of: DTypeLike): FloatInfo {
  const dtype = dtypeIn('finfo', of);
  if (!isFloat(dtype))
    throw new DTypeError('finfo', `${dtype} is not a floating-point dtype`, { hint: `iinfo('${dtype}')` });
  const row = floats[dtype];
  return { dtype, bits: bytesOf(dtype) * 8, ...row, min: -row.max };
}

export interface IntegerInfo {
  readonly dtype: DType;
  readonly bits: number;
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/** The limits of an integer dtype, or of that of an array; bigint for 64 bits. */
export function iinfo(of: DTypeLike): IntegerInfo {
  const dtype = dtypeIn('iinfo', of);
  if (!isInteger(dtype))
    throw new DTypeError('iinfo', `${dtype} is not an integer dtype`, { hint: `finfo('float64')` });
  const { min, max } = integerRange(dtype);
  const wide = bytesOf(dtype) === 8;
  return { dtype, bits: bytesOf(dtype) * 8, min: wide ? min : Number(min), max: wide ? max : Number(max) };
}
