/** Local rules that keep every bit: what is constant is folded with the interpreter's own arithmetic. */
import { type DType, isFloat, isInteger, isWide } from '../core/dtype.js';
import type { Builder } from './builder.js';
import { fromLiteral, type Node, type PrimitiveName, primitives, toLiteral, type Value } from './ir.js';
import type { Range, Ranges } from './ranges.js';
import { type Scalar, scalarBitcast, scalarCast, scalarPrimitive } from './scalars.js';

type Known = Scalar | undefined;

/** A node as the rules see it: its arguments' nodes, and their values where they are constant. */
interface Sight {
  readonly b: Builder;
  readonly node: Node & { readonly args: readonly Value[] };
  readonly known: readonly Known[];
  readonly ranges: Ranges;
}

type Rule = (sight: Sight) => Node | Value | undefined;

const nodeAt = (b: Builder, v: Value | undefined): Node => b.nodes[v as Value] as Node;

function knownValue(b: Builder, v: Value): Known {
  const node = nodeAt(b, v);
  return node.op === 'const' ? fromLiteral(node.value, node.dtype) : undefined;
}

const isPrimitive = (op: string): op is PrimitiveName => Object.hasOwn(primitives, op);

/** The value of a node all of whose arguments are known. A NaN keeps its bits only if it is not made a literal. */
const foldConstant: Rule = ({ b, node, known }) => {
  if (node.args.length === 0 || known.includes(undefined)) return undefined;
  const from = nodeAt(b, node.args[0]).dtype;
  const value = constantOf(node, from, known as readonly Scalar[]);
  if (value === undefined || (node.op === 'bitcast' && Number.isNaN(value))) return undefined;
  return { op: 'const', dtype: node.dtype, value: toLiteral(value, node.dtype) };
};

function constantOf(node: Node, from: DType, known: readonly Scalar[]): Known {
  const [a, b = a] = known as [Scalar, Scalar?];
  if (node.op === 'cast') return scalarCast(from, node.dtype)(a);
  if (node.op === 'bitcast') return scalarBitcast(from, node.dtype)(a);
  if (isPrimitive(node.op)) return scalarPrimitive(node.op, from)(a, b);
  return undefined;
}

/** x op c is x: whose neutral constant stands on the right (and, for the commutative, on the left). */
const neutral: Rule = ({ node, known }) => {
  const [left, right] = node.args;
  const float = isFloat(node.dtype);
  const is = (x: Known, n: number): boolean => x !== undefined && x !== false && Object.is(Number(x), n);
  switch (node.op) {
    case 'add':
    case 'or':
    case 'xor':
      if (is(known[1], node.op === 'add' && float ? -0 : 0) || known[1] === false) return left;
      return is(known[0], node.op === 'add' && float ? -0 : 0) || known[0] === false ? right : undefined;
    case 'multiply':
      if (is(known[1], 1)) return left;
      return is(known[0], 1) ? right : undefined;
    case 'subtract':
    case 'shiftLeft':
    case 'shiftRight':
      return is(known[1], 0) ? left : undefined;
    case 'divide':
    case 'floorDivide':
      return is(known[1], 1) ? left : undefined;
    default:
      return undefined;
  }
};

/** Integers only: 0 swallows the other factor. */
const absorbing: Rule = ({ node, known }) => {
  if (!isInteger(node.dtype) || (node.op !== 'multiply' && node.op !== 'and')) return undefined;
  const zero = known.findIndex((k) => k !== undefined && Number(k) === 0);
  return zero === -1 ? undefined : node.args[zero];
};

const choose: Rule = ({ node, known }) => {
  const [, yes, no] = node.args;
  if (node.op === 'rare') return known[0] === false ? yes : undefined;
  if (node.op !== 'select') return undefined;
  if (yes === no || known[0] === true) return yes;
  return known[0] === false ? no : undefined;
};

/** The exponent of a positive power of two below the sign bit. */
function powerOfTwo(known: Known): number | undefined {
  const x = Number(known ?? 0);
  if (!(x > 0) || x >= 2 ** 63) return undefined;
  const exponent = Math.log2(x);
  return Number.isInteger(exponent) && 2 ** exponent === x ? exponent : undefined;
}

/** floor(x / 2^k) is an arithmetic shift and x mod 2^k a mask; a float's x / 2^k is a product when 2^-k is normal. */
const byPowerOfTwo: Rule = ({ b, node, known }) => {
  const [left] = node.args as [Value];
  if (node.op !== 'floorDivide' && node.op !== 'remainder' && node.op !== 'divide') return undefined;
  const d = node.dtype;
  if (node.op === 'divide') {
    const exponent = powerOfTwo(known[1]);
    if (exponent === undefined || Math.abs(exponent) > 100) return undefined;
    return b.prim('multiply', left, b.const(2 ** -exponent, d));
  }
  const exponent = Number(known[1] ?? 0) < 2 ** 53 ? powerOfTwo(known[1]) : undefined;
  if (exponent === undefined) return undefined;
  if (node.op === 'floorDivide') return b.prim('shiftRight', left, b.const(exponent, d));
  return b.prim('and', left, b.const(2 ** exponent - 1, d));
};

/** A conversion to what it is already, and two in a row that undo each other. */
const conversion: Rule = ({ b, node }) => {
  if (node.op !== 'cast' && node.op !== 'bitcast') return undefined;
  const inner = nodeAt(b, node.args[0]);
  if (inner.dtype === node.dtype) return node.args[0];
  const undone = inner.op === node.op && (node.op === 'bitcast' || (isWide(inner.dtype) && isWide(node.dtype)));
  return undone && nodeAt(b, inner.args[0]).dtype === node.dtype ? inner.args[0] : undefined;
};

/** -(-x), not not x. */
const twice: Rule = ({ b, node }) => {
  if (node.op !== 'negative' && node.op !== 'not') return undefined;
  const inner = nodeAt(b, node.args[0]);
  return inner.op === node.op ? inner.args[0] : undefined;
};

/** Comparisons of floats that come out the same for all that two ranges hold. */
const comparisons: Readonly<Record<string, (x: Range, y: Range) => boolean | undefined>> = {
  less: (x, y) => (x.most < y.least ? true : x.least >= y.most ? false : undefined),
  lessEqual: (x, y) => (x.most <= y.least ? true : x.least > y.most ? false : undefined),
  greater: (x, y) => comparisons.less?.(y, x),
  greaterEqual: (x, y) => comparisons.lessEqual?.(y, x),
  equal: (x, y) => (x.most < y.least || x.least > y.most ? false : undefined),
  notEqual: (x, y) => (x.most < y.least || x.least > y.most ? true : undefined),
};

const decided: Rule = ({ b, node, ranges }) => {
  const compare = comparisons[node.op];
  const [x, y] = node.args as [Value, Value];
  if (compare === undefined || !isFloat(b.dtypeOf(x))) return undefined;
  const [left, right] = [ranges.of(x), ranges.of(y)];
  const answer = left && right && compare(left, right);
  return answer === undefined ? undefined : b.const(answer, 'bool');
};

const isPositive = (range: Range | undefined): range is Range => range !== undefined && range.least > 0;

const signed = (bits: bigint): bigint => BigInt.asIntN(64, bits);

/**
 * Between which numbers the 64 bits of `v` lie, read as a signed integer, where they are those of a float64 above 0, which are
 * ordered as the numbers are; or a constant more.
 */
function bitsBetween({ b, ranges }: Pick<Sight, 'b' | 'ranges'>, v: Value): readonly [bigint, bigint] | undefined {
  const node = nodeAt(b, v);
  if (node.dtype !== 'float64' && !isWide(node.dtype)) return undefined;
  const range = node.dtype === 'float64' ? ranges.of(v) : undefined;
  if (isPositive(range)) {
    const bits = scalarBitcast('float64', 'int64');
    return [bits(range.least) as bigint, bits(range.most) as bigint];
  }
  if (node.op === 'bitcast') return bitsBetween({ b, ranges }, node.args[0]);
  if (node.op !== 'add' || node.dtype === 'float64') return undefined;
  const [from, more] = [bitsBetween({ b, ranges }, node.args[0] as Value), knownValue(b, node.args[1] as Value)];
  if (from === undefined || typeof more !== 'bigint') return undefined;
  const [low, high] = [signed(from[0] + more), signed(from[1] + more)];
  return low <= high ? [low, high] : undefined;
}

/** |x| is x, and its sign bit 0, where x is above 0; and what is asked of the bits of such numbers may be known. */
const positive: Rule = (sight) => {
  const { b, node, known, ranges } = sight;
  const [x] = node.args as [Value];
  if (node.op === 'abs') return isFloat(node.dtype) && isPositive(ranges.of(x)) ? x : undefined;
  if ((node.op !== 'and' && node.op !== 'greater') || typeof known[1] !== 'bigint') return undefined;
  const between = bitsBetween(sight, x);
  if (between === undefined) return undefined;
  const [low, high] = between;
  if (node.op === 'and') return low >= 0n && signed(known[1]) === -(1n << 63n) ? b.const(0n, node.dtype) : undefined;
  if (b.dtypeOf(x) !== 'int64') return undefined;
  if (high <= known[1]) return b.const(false, 'bool');
  return low > known[1] ? b.const(true, 'bool') : undefined;
};

const rules: readonly Rule[] = [
  foldConstant,
  choose,
  neutral,
  absorbing,
  byPowerOfTwo,
  conversion,
  twice,
  decided,
  positive,
];

/** What stands in the place of `node`, whose arguments are in `b` already. */
export function simplify(b: Builder, node: Node, ranges: Ranges): Node | Value {
  if (!('args' in node)) return node;
  const sight: Sight = { b, node, known: node.args.map((a) => knownValue(b, a)), ranges };
  for (const rule of rules) {
    const found = rule(sight);
    if (found !== undefined) return found;
  }
  return node;
}
