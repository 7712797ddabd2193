import { bytesOf, type DType, isFloat, isInteger, kindOf } from '../../core/dtype.js';
import { Builder } from '../../kernel/builder.js';
import type { Body, Node, Value } from '../../kernel/ir.js';
import { Ranges } from '../../kernel/ranges.js';
import { simplify } from '../../kernel/simplify.js';
import type { Rule } from '../rule.js';
import { dropUnread, prune } from '../substitute.js';

/** Whether every value of `from` is a value of `to`. */
function isExact(from: DType, to: DType): boolean {
  if (from === to || from === 'bool') return true;
  if (to === 'bool' || (isFloat(from) && !isFloat(to))) return false;
  const [bits, width] = [bytesOf(from) * 8, bytesOf(to) * 8];
  if (isFloat(to)) return isFloat(from) ? width > bits : bits < width && (to === 'float64' || bits <= 16);
  if (kindOf(from) === kindOf(to)) return width > bits;
  return kindOf(from) === 'uint' && width > bits;
}

/** cast(cast(x, wide), d): the detour is exact and both ways convert alike (from a float, integers saturate). */
function skipExactCast(node: Node, b: Builder): Node | Value {
  if (node.op !== 'cast') return node;
  const inner = b.nodes[node.args[0]] as Node;
  if (inner.op !== 'cast') return node;
  const source = inner.args[0];
  const from = b.dtypeOf(source);
  if (!isExact(from, inner.dtype)) return node;
  if (from === node.dtype) return source;
  const wraps = isInteger(node.dtype) && isFloat(inner.dtype) && !isFloat(from);
  return wraps && !isExact(from, node.dtype) ? node : { ...node, args: [source] };
}

/** `body` and the places of its `values` after local rules that keep every bit. */
function simplified(body: Body, values: readonly Value[]): { body: Body; results: readonly Value[] } {
  const builder = new Builder();
  const ranges = new Ranges(builder.nodes);
  const at = builder.inline(body, (node) => {
    const shorter = skipExactCast(node, builder);
    return typeof shorter === 'number' ? shorter : simplify(builder, shorter, ranges);
  });
  return prune(
    builder.body(),
    values.map((v) => at[v] as Value),
  );
}

const sameBody = (a: Body, b: Body): boolean =>
  a.length === b.length && a.every((node, i) => node === b[i] || JSON.stringify(node) === JSON.stringify(b[i]));

/** Bit-exact algebra inside bodies: what is constant is folded, what is not needed dropped. */
export const simplifyBodies: Rule = {
  name: 'simplify-bodies',
  says: 'x * 1 -> x; x + -0 -> x; 2 * 3 -> 6; cast(cast(x)) -> cast(x); select(true, x, y) -> x; unused nodes -> gone',
  apply(e) {
    if (e.kind !== 'map' && e.kind !== 'reduce' && e.kind !== 'scan') return undefined;
    const values = e.kind !== 'map' ? e.values : [e.body.length - 1];
    const { body, results } = simplified(e.body, values);
    if (sameBody(body, e.body)) return undefined;
    const less = dropUnread({ inputs: e.inputs, loads: e.loads, body });
    const bare = Object.freeze({ ...e, ...less });
    return bare.kind !== 'map' ? Object.freeze({ ...bare, values: results }) : bare;
  },
};
