/** Bodies as expressions keep them. */
import type { Builder } from '../kernel/builder.js';
import type { Body, Node, Value } from '../kernel/ir.js';

/** The nodes that `values` need and nothing else; where the values stand in them. */
export function prune(nodes: Body, values: readonly Value[]): { body: Body; values: Value[] } {
  const needed = new Set<Value>(values);
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as Node;
    if (needed.has(i) && 'args' in node) for (const arg of node.args) needed.add(arg);
  }
  const at = new Map<Value, Value>();
  const body: Node[] = [];
  nodes.forEach((node, i) => {
    if (!needed.has(i)) return;
    at.set(i, body.length);
    body.push('args' in node ? Object.freeze({ ...node, args: node.args.map((arg) => at.get(arg)) } as Node) : node);
  });
  return { body: Object.freeze(body), values: values.map((value) => at.get(value) as Value) };
}

/** The body of which `value` is the last node: its ancestors all stand before it. */
export const bodyOf = (b: Builder, value: Value): Body => prune(b.nodes, [value]).body;
