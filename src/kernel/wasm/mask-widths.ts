/** How wide the lanes of each node of a body are: a mask's are as wide as the widest it is made of. */
import type { Body, Node, Value } from '../ir.js';
import { type Width, widthOf } from './vector.js';

/** Nodes that make a mask lane by lane, or from whole elements. */
const narrowMasks: ReadonlySet<string> = new Set(['rare', 'table', 'bitcast']);

export function widthsOf(body: Body): (v: Value) => Width {
  const widths: Width[] = [];
  const widthAt = (node: Node): Width => {
    if (node.dtype !== 'bool') return widthOf(node.dtype);
    if (!('args' in node) || narrowMasks.has(node.op)) return 4;
    return node.args.some((a) => widths[a] === 8) ? 8 : 4;
  };
  for (const node of body) widths.push(widthAt(node));
  return (v) => widths[v] as Width;
}
