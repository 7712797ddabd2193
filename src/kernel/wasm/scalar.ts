/** Primitives and conversions on one element: instructions that leave the result of argument locals on the stack. */
import { bytesOf, type DType, isFloat, isWide, kindOf } from '../../core/dtype.js';
import { fromLiteral, type Literal, type PrimitiveName } from '../ir.js';
import type { Code, Local } from './encoder.js';

/** The Wasm type an element is held in; narrow integers are held sign- or zero-extended, a bool as 0 or 1. */
export type Lane = 'f64' | 'f32' | 'i64' | 'i32';

export const laneOf = (d: DType): Lane =>
  d === 'float64' ? 'f64' : d === 'float32' ? 'f32' : isWide(d) ? 'i64' : 'i32';

export const isSigned = (d: DType): boolean => kindOf(d) === 'int';
export const isNarrow = (d: DType): boolean => !isFloat(d) && bytesOf(d) < 4 && d !== 'bool';

/** What an instruction of a primitive is called after its type: the same for one element and for a vector. */
export const suffixes: Readonly<Record<'float' | 'integer', Partial<Record<PrimitiveName, string>>>> = {
  float: {
    add: 'add',
    subtract: 'sub',
    multiply: 'mul',
    divide: 'div',
    negative: 'neg',
    abs: 'abs',
    sqrt: 'sqrt',
    floor: 'floor',
    ceil: 'ceil',
    trunc: 'trunc',
    round: 'nearest',
    minimum: 'min',
    maximum: 'max',
    copysign: 'copysign',
    equal: 'eq',
    notEqual: 'ne',
    less: 'lt',
    lessEqual: 'le',
    greater: 'gt',
    greaterEqual: 'ge',
  },
  integer: {
    add: 'add',
    subtract: 'sub',
    multiply: 'mul',
    and: 'and',
    or: 'or',
    xor: 'xor',
    equal: 'eq',
    notEqual: 'ne',
    less: 'lt_?',
    lessEqual: 'le_?',
    greater: 'gt_?',
    greaterEqual: 'ge_?',
  },
};

/** The suffix for dtype `d`, the sign filled in. */
export function suffixOf(op: PrimitiveName, d: DType): string | undefined {
  return suffixes[isFloat(d) ? 'float' : 'integer'][op]?.replace('?', isSigned(d) ? 's' : 'u');
}

/** Integer primitives whose result may leave the range of a narrow dtype. */
export const wrapping: ReadonlySet<PrimitiveName> = new Set([
  'add',
  'subtract',
  'multiply',
  'negative',
  'abs',
  'floorDivide',
  'not',
  'shiftLeft',
]);

/** Brings the i32 on the stack back into a narrow dtype. */
export function normalise(c: Code, d: DType): void {
  if (!isNarrow(d)) return;
  if (isSigned(d)) c.op(bytesOf(d) === 1 ? 'i32.extend8_s' : 'i32.extend16_s');
  else c.i32(2 ** (8 * bytesOf(d)) - 1).op('i32.and');
}

export function scalarConst(c: Code, value: Literal, d: DType): void {
  const x = fromLiteral(value, d);
  const lane = laneOf(d);
  if (lane === 'i64') c.i64(x as bigint);
  else if (lane === 'f64') c.f64(x as number);
  else if (lane === 'f32') c.f32(x as number);
  else c.i32(Number(x));
}

const integer = (c: Code, lane: Lane, n: number): Code => (lane === 'i64' ? c.i64(BigInt(n)) : c.i32(n));

type Emit = (c: Code, d: DType, a: Local, b: Local) => void;

/** Whether the remainder on the stack is not 0 and its sign differs from b's. */
function crosses(c: Code, lane: Lane, r: Local, b: Local): void {
  integer(c.get(r), lane, 0).op(`${lane}.ne`);
  integer(c.get(r).get(b).op(`${lane}.xor`), lane, 0).op(`${lane}.lt_s`);
  c.op('i32.and');
}

const floorDivide: Emit = (c, d, a, b) => {
  const lane = laneOf(d);
  c.get(b).op(`${lane}.eqz`);
  c.choose(
    lane,
    () => integer(c, lane, 0),
    () => (isSigned(d) ? signedQuotient(c, lane, a, b) : c.get(a).get(b).op(`${lane}.div_u`)),
  );
};

/** Dividing by -1 is a negation: the one quotient that would trap wraps instead. */
function signedQuotient(c: Code, lane: Lane, a: Local, b: Local): void {
  integer(c.get(b), lane, -1).op(`${lane}.eq`);
  c.choose(
    lane,
    () => integer(c, lane, 0).get(a).op(`${lane}.sub`),
    () => {
      const r = c.get(a).get(b).op(`${lane}.rem_s`).keep(lane);
      c.get(a).get(b).op(`${lane}.div_s`);
      crosses(c, lane, r, b);
      if (lane === 'i64') c.op('i64.extend_i32_u');
      c.op(`${lane}.sub`);
    },
  );
}

const remainder: Emit = (c, d, a, b) => {
  const lane = laneOf(d);
  c.get(b).op(`${lane}.eqz`);
  c.choose(
    lane,
    () => integer(c, lane, 0),
    () => {
      if (!isSigned(d)) return c.get(a).get(b).op(`${lane}.rem_u`);
      const r = c.get(a).get(b).op(`${lane}.rem_s`).keep(lane);
      integer(c.get(r).get(b), lane, 0);
      crosses(c, lane, r, b);
      return c.op('select').op(`${lane}.add`);
    },
  );
};

/** Shifts by a count that may reach the width; as an unsigned number a negative count is large. */
const shift =
  (op: 'shl' | 'shr'): Emit =>
  (c, d, a, b) => {
    const lane = laneOf(d);
    const width = bytesOf(d) * 8;
    const inside = (): Code => integer(c.get(b), lane, width).op(`${lane}.lt_u`);
    if (op === 'shr' && isSigned(d)) {
      integer(c.get(a).get(b), lane, width - 1);
      inside();
      c.op('select').op(`${lane}.shr_s`);
      return;
    }
    integer(
      c
        .get(a)
        .get(b)
        .op(op === 'shl' ? `${lane}.shl` : `${lane}.shr_u`),
      lane,
      0,
    );
    inside();
    c.op('select');
  };

const extreme =
  (comparison: 'lt' | 'gt'): Emit =>
  (c, d, a, b) => {
    const lane = laneOf(d);
    c.get(a)
      .get(b)
      .get(a)
      .get(b)
      .op(`${lane}.${comparison}_${isSigned(d) ? 's' : 'u'}`)
      .op('select');
  };

const compound: Partial<Record<PrimitiveName, Emit>> = {
  floorDivide,
  remainder,
  negative: (c, d, a) =>
    integer(c, laneOf(d), 0)
      .get(a)
      .op(`${laneOf(d)}.sub`),
  abs: (c, d, a) => {
    const lane = laneOf(d);
    if (!isSigned(d)) return c.get(a);
    integer(c, lane, 0).get(a).op(`${lane}.sub`).get(a);
    return integer(c.get(a), lane, 0).op(`${lane}.lt_s`).op('select');
  },
  minimum: extreme('lt'),
  maximum: extreme('gt'),
  not: (c, d, a) => {
    if (d === 'bool') return c.get(a).op('i32.eqz');
    return integer(c.get(a), laneOf(d), -1).op(`${laneOf(d)}.xor`);
  },
  shiftLeft: shift('shl'),
  shiftRight: shift('shr'),
};

/** Primitive `op` of arguments of dtype `d`. */
export function scalarOp(c: Code, op: PrimitiveName, d: DType, a: Local, b: Local): void {
  const suffix = suffixOf(op, d);
  if (suffix !== undefined) {
    c.get(a);
    if (b !== -1) c.get(b);
    c.op(`${laneOf(d)}.${suffix}`);
  } else compound[op]?.(c, d, a, b);
  if (wrapping.has(op) && d !== 'bool') normalise(c, d);
}

/** Clamps the i32 on the stack to a narrow dtype's range. */
function clamp(c: Code, d: DType): void {
  const [min, max] = narrowRange(d);
  const x = c.keep('i32');
  const low = c.i32(min).get(x).get(x).i32(min).op('i32.lt_s').op('select').keep('i32');
  c.i32(max).get(low).get(low).i32(max).op('i32.gt_s').op('select');
}

export function narrowRange(d: DType): [number, number] {
  const bits = bytesOf(d) * 8;
  return isSigned(d) ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** The value of dtype `from` on the stack converted to `to`. */
export function scalarCast(c: Code, from: DType, to: DType): void {
  const [source, target] = [laneOf(from), laneOf(to)];
  if (from === to) return;
  if (to === 'bool') {
    if (isFloat(from)) (source === 'f64' ? c.f64(0) : c.f32(0)).op(`${source}.ne`);
    else integer(c, source, 0).op(`${source}.ne`);
  } else if (isFloat(to)) {
    if (isFloat(from)) c.op(target === 'f64' ? 'f64.promote_f32' : 'f32.demote_f64');
    else c.op(`${target}.convert_${source}_${isSigned(from) ? 's' : 'u'}`);
  } else if (isFloat(from)) {
    c.op(`${target}.trunc_sat_${source}_${isSigned(to) || isNarrow(to) ? 's' : 'u'}`);
    if (isNarrow(to)) clamp(c, to);
  } else {
    if (source === 'i32' && target === 'i64') c.op(isSigned(from) ? 'i64.extend_i32_s' : 'i64.extend_i32_u');
    if (source === 'i64' && target === 'i32') c.op('i32.wrap_i64');
    normalise(c, to);
  }
}

/** The value on the stack, its bits read as `to`. */
export function scalarBitcast(c: Code, from: DType, to: DType): void {
  const [source, target] = [laneOf(from), laneOf(to)];
  if (from === 'bool' || to === 'bool') scalarCast(c, from, to);
  else if (source !== target) c.op(`${target}.reinterpret_${source}`);
  else normalise(c, to);
}
