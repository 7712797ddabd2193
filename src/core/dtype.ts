/** The element types, their storage, and how two of them combine. */
import { DTypeError } from './errors.js';

export type SignedInteger = 'int8' | 'int16' | 'int32' | 'int64';
export type UnsignedInteger = 'uint8' | 'uint16' | 'uint32' | 'uint64';
export type Integer = SignedInteger | UnsignedInteger;
export type Floating = 'float32' | 'float64';
export type DType = 'bool' | Integer | Floating;

export type TypedArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

export type Kind = 'bool' | 'int' | 'uint' | 'float';

interface Row {
  readonly kind: Kind;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly array: new (buffer: ArrayBufferLike, offset?: number, length?: number) => TypedArray;
}

/** One row a dtype. A bool is stored as one byte, 0 or 1. */
export const dtypes: { readonly [D in DType]: Row } = {
  bool: { kind: 'bool', bytes: 1, array: Uint8Array },
  int8: { kind: 'int', bytes: 1, array: Int8Array },
  int16: { kind: 'int', bytes: 2, array: Int16Array },
  int32: { kind: 'int', bytes: 4, array: Int32Array },
  int64: { kind: 'int', bytes: 8, array: BigInt64Array },
  uint8: { kind: 'uint', bytes: 1, array: Uint8Array },
  uint16: { kind: 'uint', bytes: 2, array: Uint16Array },
  uint32: { kind: 'uint', bytes: 4, array: Uint32Array },
  uint64: { kind: 'uint', bytes: 8, array: BigUint64Array },
  float32: { kind: 'float', bytes: 4, array: Float32Array },
  float64: { kind: 'float', bytes: 8, array: Float64Array },
};

export const dtypeNames = Object.keys(dtypes) as readonly DType[];

export const kindOf = (d: DType): Kind => dtypes[d].kind;
export const bytesOf = (d: DType): number => dtypes[d].bytes;
export const isDType = (d: unknown): d is DType => typeof d === 'string' && Object.hasOwn(dtypes, d);
export const isFloat = (d: DType): d is Floating => dtypes[d].kind === 'float';
export const isInteger = (d: DType): d is Integer => dtypes[d].kind === 'int' || dtypes[d].kind === 'uint';
/** Whether elements travel as bigint in JavaScript. */
export const isWide = (d: DType): d is 'int64' | 'uint64' => d === 'int64' || d === 'uint64';

/** A typed array of `length` elements over `buffer`; over fresh zeroed memory without one. */
export function makeArray(d: DType, length: number, buffer?: ArrayBufferLike, offset = 0): TypedArray {
  return new dtypes[d].array(buffer ?? new ArrayBuffer(length * bytesOf(d)), offset, length);
}

/** Smallest and largest value of an integer dtype. */
export function integerRange(d: Integer): { min: bigint; max: bigint } {
  const bits = BigInt(bytesOf(d) * 8);
  return kindOf(d) === 'int'
    ? { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n }
    : { min: 0n, max: (1n << bits) - 1n };
}

const signedOf = (bytes: number): DType => (bytes >= 8 ? 'int64' : (`int${bytes * 8}` as DType));

/**
 * The dtype both operands are taken in: the Array API standard's lattice, completed with NumPy's answers
 * where the standard leaves a pair open (uint64 with signed: float64; integers with floats).
 */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  const [ka, kb] = [kindOf(a), kindOf(b)];
  if (ka === 'bool') return b;
  if (kb === 'bool') return a;
  const [na, nb] = [bytesOf(a), bytesOf(b)];
  if (ka === kb) return na >= nb ? a : b;
  if (ka === 'float' || kb === 'float') {
    const [f, other] = ka === 'float' ? [a, nb] : [b, na];
    return f === 'float64' || other > 2 ? 'float64' : 'float32';
  }
  const [signed, unsigned] = ka === 'int' ? [na, nb] : [nb, na];
  if (signed > unsigned) return signedOf(signed);
  return unsigned >= 8 ? 'float64' : signedOf(unsigned * 2);
}

/** Floats as they are; everything else becomes float64. What `sqrt` of an integer array is taken in. */
export const toFloating = (d: DType): Floating => (isFloat(d) ? d : 'float64');

/** What sums and products of `d` are taken in: int64 for signed, uint64 for unsigned and bool int64. */
export function accumulatorOf(d: DType): DType {
  const kind = kindOf(d);
  return kind === 'float' ? d : kind === 'uint' ? 'uint64' : 'int64';
}

/** A scalar literal as users write it. */
export type Scalar = number | bigint | boolean;

/** The dtype an array made of this literal has: number float64, bigint int64, boolean bool. */
export const scalarDType = (s: Scalar): DType =>
  typeof s === 'number' ? 'float64' : typeof s === 'bigint' ? 'int64' : 'bool';

/**
 * The dtype a weak scalar takes beside an array of dtype `d`. Kinds never narrow: a boolean adopts any dtype, an
 * integral literal (bigint, or a safe integral number that is not -0) adopts any integer or float dtype and makes
 * int64 of bool; any other number adopts a float dtype and makes float64 of the rest. Throws a DTypeError when the
 * value does not fit the integer dtype it would adopt.
 */
export function weakDType(operation: string, s: Scalar, d: DType): DType {
  if (typeof s === 'boolean') return d;
  const integral = typeof s === 'bigint' || (Number.isSafeInteger(s) && !Object.is(s, -0));
  if (isFloat(d)) return d;
  if (!integral) return 'float64';
  if (!isInteger(d)) return 'int64';
  const { min, max } = integerRange(d);
  const value = BigInt(s);
  if (value < min || value > max) {
    throw new DTypeError(operation, `the literal ${s} does not fit ${d}, which holds ${min} to ${max}`, {
      hint: `cast the array first, as in x.astype('int64'), or write the literal within range`,
    });
  }
  return d;
}

/** The dtype named by the user, or a typed error listing those there are. */
export function asDType(operation: string, d: unknown): DType {
  if (isDType(d)) return d;
  throw new DTypeError(operation, `${String(d)} is not a dtype; there are ${dtypeNames.join(', ')}`);
}
