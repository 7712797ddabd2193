/** Delayed calls as a picture. */
import { ChunkedArray } from '../../array.js';
import { digraph } from '../../observe/dot.js';
import type { Drawable } from '../../observe/draw.js';
import { callOrder, callsIn, DelayedCall } from './node.js';

/** Characters of an argument that are shown. */
const most = 24;

function shown(arg: unknown): string {
  if (arg instanceof DelayedCall) return arg.key;
  if (arg instanceof ChunkedArray) return arg.name;
  if (Array.isArray(arg)) return `[${arg.slice(0, 4).map(shown).join(', ')}${arg.length > 4 ? ', …' : ''}]`;
  if (typeof arg === 'object' && arg !== null) return `{${Object.keys(arg).slice(0, 4).join(', ')}}`;
  const text = typeof arg === 'string' ? JSON.stringify(arg) : String(arg);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

export function drawableOf(root: DelayedCall): Drawable {
  const order = callOrder(root);
  const index = new Map(order.map((node, i) => [node, i]));
  const nodes = order.map((node, i) => ({
    index: i,
    key: node.key,
    text: `${node.call.name || 'delayed'}(${node.args.map(shown).join(', ')})`,
    tooltip: node.key,
    kind: typeof node.call === 'function' ? 'map' : 'source',
    inputs: callsIn(node).map((input) => index.get(input) as number),
  }));
  const data = { calls: nodes.map(({ index: at, key, text, inputs }) => ({ index: at, key, text, inputs })) };
  return { words: `Graph of ${order.length} calls`, dot: (rankdir) => digraph('calls', nodes, rankdir), data };
}
