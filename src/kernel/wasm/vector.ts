/**
 * Primitives and conversions on vectors. Four elements travel together: 64-bit dtypes as two v128 (parts 0 and 1), all
 * others as one, narrow integers extended to 32 bits. A bool is a mask as wide as what it was compared from.
 */
import { bytesOf, type DType, isFloat, isWide } from '../../core/dtype.js';
import { fromLiteral, type Literal, type PrimitiveName } from '../ir.js';
import type { Code, Local } from './encoder.js';
import { isNarrow, isSigned, narrowRange, suffixOf, wrapping } from './scalar.js';

export type Width = 4 | 8;

export const widthOf = (d: DType): Width => (bytesOf(d) === 8 ? 8 : 4);
export const partsOf = (width: Width): 1 | 2 => (width === 8 ? 2 : 1);
export const shapeOf = (d: DType): 'f64x2' | 'f32x4' | 'i64x2' | 'i32x4' =>
  d === 'float64' ? 'f64x2' : d === 'float32' ? 'f32x4' : isWide(d) ? 'i64x2' : 'i32x4';

const bits = new DataView(new ArrayBuffer(8));

/** The bit pattern a vector lane of dtype `d` holds for `value`. */
function patternOf(value: Literal, d: DType): bigint {
  const x = fromLiteral(value, d);
  if (d === 'bool') return x ? 0xffffffffn : 0n;
  if (d === 'float64') bits.setFloat64(0, x as number);
  else if (d === 'float32') bits.setFloat32(4, x as number);
  else return BigInt.asUintN(widthOf(d) * 8, BigInt(x));
  return d === 'float64' ? bits.getBigUint64(0) : BigInt(bits.getUint32(4));
}

/** A constant in every lane. */
export function vectorConst(c: Code, value: Literal, d: DType): void {
  const pattern = patternOf(value, d);
  splatBits(c, pattern, widthOf(d));
}

export function splatBits(c: Code, pattern: bigint, width: Width): Code {
  const half = width === 8 ? pattern : pattern | (pattern << 32n);
  return c.v128(half, half);
}

const signBit = (d: DType): bigint => 1n << BigInt(widthOf(d) * 8 - 1);

/** Brings the i32x4 on the stack back into a narrow dtype. */
export function normaliseVector(c: Code, d: DType): void {
  if (!isNarrow(d)) return;
  const spare = 32 - bytesOf(d) * 8;
  if (isSigned(d)) c.i32(spare).op('i32x4.shl').i32(spare).op('i32x4.shr_s');
  else splatBits(c, BigInt(2 ** (8 * bytesOf(d)) - 1), 4).op('v128.and');
}

type Emit = (c: Code, d: DType, a: Local, b: Local) => void;

const opposite: Partial<Record<PrimitiveName, string>> = { lessEqual: 'gt', greaterEqual: 'lt' };
const strict: Partial<Record<PrimitiveName, string>> = { less: 'lt', greater: 'gt' };

/** uint64 has no order of its own: with the sign bits flipped it is int64's. */
const unsigned64 =
  (op: PrimitiveName): Emit =>
  (c, d, a, b) => {
    for (const x of [a, b]) splatBits(c.get(x), signBit(d), 8).op('v128.xor');
    const direct = strict[op];
    c.op(`i64x2.${direct ?? opposite[op]}_s`);
    if (direct === undefined) c.op('v128.not');
  };

const extreme =
  (op: 'less' | 'greater', name: 'min' | 'max'): Emit =>
  (c, d, a, b) => {
    c.get(a).get(b);
    if (widthOf(d) === 4) {
      c.op(`i32x4.${name}_${isSigned(d) ? 's' : 'u'}`);
      return;
    }
    if (d === 'uint64') unsigned64(op)(c, d, a, b);
    else c.get(a).get(b).op(`i64x2.${strict[op]}_s`);
    c.op('v128.bitselect');
  };

/** Masks compare as false < true. */
const masks: Partial<Record<PrimitiveName, Emit>> = {
  equal: (c, _, a, b) => c.get(a).get(b).op('v128.xor').op('v128.not'),
  notEqual: (c, _, a, b) => c.get(a).get(b).op('v128.xor'),
  less: (c, _, a, b) => c.get(b).get(a).op('v128.andnot'),
  lessEqual: (c, _, a, b) => c.get(a).op('v128.not').get(b).op('v128.or'),
  greater: (c, _, a, b) => c.get(a).get(b).op('v128.andnot'),
  greaterEqual: (c, _, a, b) => c.get(b).op('v128.not').get(a).op('v128.or'),
};

const integers: Partial<Record<PrimitiveName, Emit>> = {
  negative: (c, d, a) => c.get(a).op(`${shapeOf(d)}.neg`),
  abs: (c, d, a) => (isSigned(d) ? c.get(a).op(`${shapeOf(d)}.abs`) : c.get(a)),
  minimum: extreme('less', 'min'),
  maximum: extreme('greater', 'max'),
};

const everywhere: Partial<Record<PrimitiveName, Emit>> = {
  not: (c, _, a) => c.get(a).op('v128.not'),
  and: (c, _, a, b) => c.get(a).get(b).op('v128.and'),
  or: (c, _, a, b) => c.get(a).get(b).op('v128.or'),
  xor: (c, _, a, b) => c.get(a).get(b).op('v128.xor'),
};

const copysign: Emit = (c, d, a, b) => {
  splatBits(c.get(b).get(a), signBit(d), widthOf(d)).op('v128.bitselect');
};

/** Whether SIMD has the instruction that scalar code and vectors share the suffix of. */
const hasSuffix = (op: PrimitiveName, d: DType): boolean => {
  if (d === 'bool' || op === 'copysign') return false;
  return d !== 'uint64' || !(op in strict || op in opposite);
};

function emitterOf(op: PrimitiveName, d: DType): Emit | undefined {
  const common = everywhere[op];
  if (common !== undefined) return common;
  if (d === 'bool') return masks[op];
  if (op === 'copysign') return copysign;
  if (d === 'uint64' && (op in strict || op in opposite)) return unsigned64(op);
  const suffix = hasSuffix(op, d) ? suffixOf(op, d) : undefined;
  if (suffix === undefined) return isFloat(d) ? undefined : integers[op];
  return (c, _, a, b) => {
    c.get(a);
    if (b !== -1) c.get(b);
    c.op(`${shapeOf(d)}.${suffix}`);
  };
}

/** Primitive `op` on parts of dtype `d`; false, with nothing emitted, where it must be done lane by lane. */
export function vectorOp(c: Code, op: PrimitiveName, d: DType, a: Local, b: Local): boolean {
  const emit = emitterOf(op, d);
  if (emit === undefined) return false;
  emit(c, d, a, b);
  if (wrapping.has(op) && d !== 'bool') normaliseVector(c, d);
  return true;
}

/** A shift by a count that is the same in all lanes and known. */
export function vectorShift(c: Code, op: 'shiftLeft' | 'shiftRight', d: DType, a: Local, count: bigint): void {
  const width = BigInt(bytesOf(d) * 8);
  const signed = isSigned(d) && op === 'shiftRight';
  const outside = count < 0n || count >= width;
  if (outside && !signed) {
    c.v128(0n, 0n);
    return;
  }
  c.get(a).i32(Number(outside ? width - 1n : count));
  c.op(`${shapeOf(d)}.${op === 'shiftLeft' ? 'shl' : signed ? 'shr_s' : 'shr_u'}`);
  if (op === 'shiftLeft') normaliseVector(c, d);
}

/** The four even (or odd) 32-bit lanes of two vectors on the stack. */
export function evenLanes(c: Code, odd = false): void {
  const first = odd ? 4 : 0;
  const lanes = [0, 8, 16, 24].flatMap((at) => [0, 1, 2, 3].map((byte) => at + first + byte));
  c.op('i8x16.shuffle', ...lanes);
}

/** The lower halves of two vectors on the stack, side by side. */
function lowHalves(c: Code): void {
  c.op('i8x16.shuffle', ...Array.from({ length: 8 }, (_, i) => i), ...Array.from({ length: 8 }, (_, i) => 16 + i));
}

/** Moves the upper half of the vector on the stack down. */
function upperHalf(c: Code, v: Local): Code {
  const bytes = Array.from({ length: 8 }, (_, i) => 8 + i);
  return c
    .get(v)
    .get(v)
    .op('i8x16.shuffle', ...bytes, ...bytes);
}

/** A mask of one width (its parts in `masks`) as part `part` of the other width. */
export function maskPart(c: Code, from: Width, to: Width, parts: readonly Local[], part: number): void {
  if (from === to) c.get(parts[part] as Local);
  else if (to === 8) c.get(parts[0] as Local).op(`i64x2.extend_${part === 0 ? 'low' : 'high'}_i32x4_s`);
  else evenLanes(c.get(parts[0] as Local).get(parts[1] as Local));
}

const doubleBits = (x: number): bigint => {
  bits.setFloat64(0, x);
  return bits.getBigUint64(0);
};

/**
 * 64-bit integers to float64, rounded once: the halves become exact doubles by standing in the fraction of 2^84 and
 * 2^52, and the last addition rounds.
 */
function wideToDouble(c: Code, signed: boolean, v: Local): void {
  const high = doubleBits(2 ** 84) ^ (signed ? 1n << 31n : 0n);
  splatBits(c.get(v).i32(32).op('i64x2.shr_u'), high, 8).op('v128.xor');
  splatBits(c, doubleBits(2 ** 84 + 2 ** 52 + (signed ? 2 ** 63 : 0)), 8).op('f64x2.sub');
  splatBits(c.get(v), 0xffffffffn, 8).op('v128.and');
  splatBits(c, doubleBits(2 ** 52), 8)
    .op('v128.or')
    .op('f64x2.add');
}

function clampVector(c: Code, d: DType): void {
  const [min, max] = narrowRange(d);
  splatBits(c, BigInt.asUintN(32, BigInt(min)), 4).op('i32x4.max_s');
  splatBits(c, BigInt.asUintN(32, BigInt(max)), 4).op('i32x4.min_s');
}

/** Part `part` of `parts` (dtype `from`, not bool) converted to `to`, also not bool; false where there is no SIMD for it. */
export function vectorCast(c: Code, from: DType, to: DType, parts: readonly Local[], part: number): boolean {
  const [p0, p1] = parts as [Local, Local];
  const [wideFrom, wideTo] = [widthOf(from) === 8, widthOf(to) === 8];
  const half = part === 0 ? 'low' : 'high';
  const sign = isSigned(from) ? 's' : 'u';
  if (isFloat(from) && isFloat(to)) {
    if (wideTo) (part === 0 ? c.get(p0) : upperHalf(c, p0)).op('f64x2.promote_low_f32x4');
    else lowHalves(c.get(p0).op('f32x4.demote_f64x2_zero').get(p1).op('f32x4.demote_f64x2_zero'));
  } else if (isFloat(to)) {
    if (wideFrom && !wideTo) return false;
    if (wideFrom) wideToDouble(c, isSigned(from), parts[part] as Local);
    else if (wideTo) (part === 0 ? c.get(p0) : upperHalf(c, p0)).op(`f64x2.convert_low_i32x4_${sign}`);
    else c.get(p0).op(`f32x4.convert_i32x4_${sign}`);
  } else if (isFloat(from)) {
    if (wideTo) return false;
    const name = isSigned(to) || isNarrow(to) ? 's' : 'u';
    if (wideFrom)
      lowHalves(c.get(p0).op(`i32x4.trunc_sat_f64x2_${name}_zero`).get(p1).op(`i32x4.trunc_sat_f64x2_${name}_zero`));
    else c.get(p0).op(`i32x4.trunc_sat_f32x4_${name}`);
    if (isNarrow(to)) clampVector(c, to);
  } else {
    if (wideFrom === wideTo) c.get(parts[part] as Local);
    else if (wideTo) c.get(p0).op(`i64x2.extend_${half}_i32x4_${sign}`);
    else evenLanes(c.get(p0).get(p1));
    normaliseVector(c, to);
  }
  return true;
}

/** Whether lanes differ from 0: part `part` of a mask as wide as `from`. */
export function vectorTruth(c: Code, from: DType, v: Local): void {
  c.get(v)
    .v128(0n, 0n)
    .op(`${shapeOf(from)}.ne`);
}

/** A mask part as `to`: 1 where true, 0 elsewhere. */
export function vectorFromMask(c: Code, to: DType, mask: Local): void {
  vectorConst(c.get(mask), 1, to);
  c.op('v128.and');
}

export const extractLane = (c: Code, d: DType, v: Local, lane: number): Code =>
  c.get(v).op(`${shapeOf(d)}.extract_lane`, lane);
