/** Short names for writing formulas in float64 and 64-bit integers on one builder, and two ways to leave the fast path. */
import { InternalError } from '../../core/errors.js';
import { Builder } from '../builder.js';
import type { PrimitiveName, Value } from '../ir.js';

/** 1.5 * 2^52: adding it rounds a number below 2^51 to an integer, which then stands in the low bits of the sum. */
export const roundingShift = 6755399441055744;

export type Arithmetic = ReturnType<typeof arithmetic>;

export function arithmetic(b: Builder) {
  const unary = (op: PrimitiveName) => (x: Value) => b.prim(op, x);
  const binary = (op: PrimitiveName) => (x: Value, y: Value) => b.prim(op, x, y);
  const chain =
    (op: PrimitiveName) =>
    (x: Value, ...rest: Value[]) =>
      rest.reduce((sum, y) => b.prim(op, sum, y), x);

  const c = (value: number) => b.const(value, 'float64');
  const word = (value: bigint) => b.const(value, 'uint64');
  const mul = binary('multiply');
  const add = chain('add');
  const and = chain('and');
  const bits = (x: Value) => b.bitcast(x, 'uint64');
  const float = (x: Value) => b.bitcast(x, 'float64');
  const integer = (x: Value) => b.bitcast(x, 'int64');

  return {
    /** A float64 constant. */
    c,
    /** A uint64 constant. */
    word,
    /** x + y + ..., from the left. */
    add,
    sub: binary('subtract'),
    mul,
    div: binary('divide'),
    neg: unary('negative'),
    abs: unary('abs'),
    sqrt: unary('sqrt'),
    floor: unary('floor'),
    trunc: unary('trunc'),
    min: binary('minimum'),
    max: binary('maximum'),
    copysign: binary('copysign'),
    eq: binary('equal'),
    ne: binary('notEqual'),
    lt: binary('less'),
    le: binary('lessEqual'),
    gt: binary('greater'),
    ge: binary('greaterEqual'),
    and,
    or: chain('or'),
    xor: binary('xor'),
    not: unary('not'),
    select: (condition: Value, yes: Value, no: Value) => b.select(condition, yes, no),
    /** The bits of a float64 as uint64, and back. */
    bits,
    float,
    /** The sign bit of x alone, as bits. */
    signBit: (x: Value) => and(bits(x), word(1n << 63n)),
    /** x with its sign turned where `sign` has the sign bit set. */
    flip: (x: Value, sign: Value) => float(b.prim('xor', bits(x), sign)),
    /** Whether the bits of x, as an integer from -2^63 up, are above `limit`: the cheapest test for odd cases. */
    bitsAbove: (x: Value, limit: bigint) => b.prim('greater', integer(x), b.const(limit, 'int64')),
    /** values[at], finite ones, for `at` (uint64) in the table. */
    table: (values: readonly number[], at: Value) =>
      b.push({ op: 'table', dtype: 'float64', values, args: [integer(at)] }),
    shl: (x: Value, count: number) => b.prim('shiftLeft', x, b.const(count, b.dtypeOf(x))),
    shr: (x: Value, count: number) => b.prim('shiftRight', x, b.const(count, b.dtypeOf(x))),
    /** x with all but the leading 26 bits of its significand cleared, so that the product of two such is exact. */
    high: (x: Value) => float(and(bits(x), word(0xfffffffff8000000n))),
    /** coefs[0] + coefs[1] z + ... by Horner's rule: the fewest operations, as elements overlap in the pipeline. */
    poly: (z: Value, coefs: readonly number[]) =>
      coefs.slice(0, -1).reduceRight((sum, coef) => add(mul(sum, z), c(coef)), c(coefs.at(-1) as number)),
  };
}

/** 2^k for whole k between -1022 and 1023, given `roundingShift + k`. */
export const powerOfTwo = (m: Arithmetic, shifted: Value): Value =>
  m.float(m.shl(m.add(m.bits(shifted), m.word(1023n)), 52));

/** x * 2^k, rounded once, for whole k between -2044 and 2046. */
export function scaleBy(m: Arithmetic, x: Value, k: Value): Value {
  const { add, sub, mul, c } = m;
  const halfShifted = add(mul(k, c(0.5)), c(roundingShift));
  const rest = sub(k, sub(halfShifted, c(roundingShift)));
  return mul(mul(x, powerOfTwo(m, halfShifted)), powerOfTwo(m, add(rest, c(roundingShift))));
}

/** `usual`, but where `condition` holds `slow` of `args`, which is not worked out for anything else. */
export function rarely(
  b: Builder,
  condition: Value,
  usual: Value,
  args: readonly Value[],
  slow: (b: Builder, ...args: Value[]) => Value,
): Value {
  const inner = new Builder();
  const given = args.map((v, arg) => inner.push({ op: 'arg', dtype: b.dtypeOf(v), arg }));
  const result = slow(inner, ...given);
  if (result !== inner.nodes.length - 1)
    throw new InternalError('kernel', 'the last node of a slow body must be its result');
  return b.push({ op: 'rare', dtype: b.dtypeOf(usual), slow: inner.body(), args: [condition, usual, ...args] });
}
