/** Pairs of nodes that vector code does in one: what it reads is then not the argument, but the argument's argument. */
import { isFloat, isInteger, isWide } from '../../core/dtype.js';
import { type Body, fromLiteral, type Node, type Value } from '../ir.js';

/** The value of a constant integer. */
export function knownInteger(body: Body, v: Value): bigint | undefined {
  const node = body[v] as Node;
  if (node.op !== 'const' || !isInteger(node.dtype)) return undefined;
  return BigInt(fromLiteral(node.value, node.dtype));
}

/** Whether a mask keeps the integer `v` from 0 to below `length`. */
export function isBelow(body: Body, v: Value, length: number): boolean {
  const node = body[v] as Node;
  if (node.op === 'bitcast') return isBelow(body, node.args[0], length);
  return (
    node.op === 'and' &&
    node.args
      .map((a) => knownInteger(body, a))
      .some((mask) => mask !== undefined && mask >= 0n && mask < BigInt(length))
  );
}

/** The 64-bit value x of which `node` is (x >> 32) as a 32-bit integer: the odd ones of its 32-bit lanes. */
export function upperWordOf(body: Body, node: Node): Value | undefined {
  if (node.op !== 'cast' || (node.dtype !== 'int32' && node.dtype !== 'uint32')) return undefined;
  const inner = body[node.args[0]] as Node;
  if (inner.op !== 'shiftRight' || knownInteger(body, inner.args[1] as Value) !== 32n) return undefined;
  return inner.args[0] as Value;
}

/** The uint32 value that `v` widens to 64 bits; a constant below 2^32 is its own. */
export function halfOf(body: Body, v: Value): Value | undefined {
  const node = body[v] as Node;
  const widens = node.op === 'cast' && isWide(node.dtype) && (body[node.args[0]] as Node).dtype === 'uint32';
  if (widens) return node.args[0];
  const known = knownInteger(body, v);
  return known !== undefined && known >= 0n && known <= 0xffffffffn && node.dtype === 'uint64' ? v : undefined;
}

/** The smaller or larger one of two floats, where a `select` asks for it: `x` where they are equal or one is NaN. */
export interface Extreme {
  readonly op: 'pmin' | 'pmax';
  readonly x: Value;
  readonly y: Value;
}

/** What `condition ? yes : no` is if the condition compares just these two: one instruction. */
export function extremeOf(body: Body, [condition, yes, no]: readonly [Value, Value, Value]): Extreme | undefined {
  const { op, args } = body[condition] as Node & { readonly args: readonly Value[] };
  if ((op !== 'less' && op !== 'greater') || !isFloat((body[yes] as Node).dtype)) return undefined;
  const picks = args[0] === yes && args[1] === no;
  if (!picks && !(args[0] === no && args[1] === yes)) return undefined;
  return { op: (op === 'less') === picks ? 'pmin' : 'pmax', x: no, y: yes };
}
