/** A layer graph in the DOT language, as Graphviz and most graph tools read it. */
import { formatBytes } from '../core/bytes.js';
import { formatShape } from '../core/shape.js';
import type { RankDir } from './draw.js';
import { counted, type Layer, type LayerGraph } from './graph.js';

const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** As many operations as fit, each once, then how many more. */
function listed(names: readonly string[], most = 6): string {
  const labels = [...new Set(names.map((name) => name.replace(/-[^-]*$/, '')))];
  return labels.length <= most ? labels.join(' ') : `${labels.slice(0, most).join(' ')} +${labels.length - most}`;
}

/** Operation; what it has taken in; dtype and shape; chunks; tasks and bytes. */
function nodeText({ label, layers, dtype, shape, chunk, blocks, tasks, bytes }: Layer): string {
  const lines = [
    label,
    ...(layers.length === 1 ? [] : [`of ${listed(layers.slice(0, -1))}`]),
    `${dtype} ${formatShape(shape)}`,
    `${blocks} x ${formatShape(chunk)}`,
    `${counted(tasks, 'task')}, ${formatBytes(bytes)}`,
  ];
  return lines.join('\n');
}

export function dotOf(graph: LayerGraph, rankdir: RankDir = 'TB'): string {
  const nodes = graph.layers.map((layer) => ({ ...layer, text: nodeText(layer), tooltip: layer.name }));
  return digraph('layers', nodes, rankdir);
}

export interface DotNode {
  readonly index: number;
  readonly text: string;
  readonly tooltip: string;
  /** What the style sheet calls it. */
  readonly kind: string;
  /** Indices of the nodes it reads. */
  readonly inputs: readonly number[];
}

export function digraph(name: string, all: readonly DotNode[], rankdir: RankDir): string {
  const nodes = all.map(
    ({ index, text, tooltip, kind }) =>
      `  n${index} [label=${quote(text)}, tooltip=${quote(tooltip)}, class="${kind}"];`,
  );
  const edges = all.flatMap(({ index, inputs }) => inputs.map((input) => `  n${input} -> n${index};`));
  return [
    `digraph ${name} {`,
    `  graph [rankdir=${rankdir}, bgcolor="transparent", nodesep=0.3, ranksep=0.4];`,
    '  node [shape=box, style="rounded,filled", fontname="Courier", fontsize=11, margin="0.12,0.08"];',
    '  edge [arrowsize=0.7];',
    ...nodes,
    ...edges,
    '}',
    '',
  ].join('\n');
}
