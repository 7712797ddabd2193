/** What `console.log` shows of an array before anything is computed. */
import { planFor } from '../compute.js';
import { formatBytes } from '../core/bytes.js';
import { blockCount, largestBlock, maxBlock } from '../core/chunks.js';
import { bytesOf } from '../core/dtype.js';
import { ChunkwiseError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Expr } from '../expr/types.js';

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const lengths = (shape: readonly number[]): string => `(${shape.join(', ')})`;

/** Nodes of the graph, each once. */
function layersOf(root: Expr): number {
  const seen = new Set<Expr>();
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    e.inputs.forEach(visit);
  };
  visit(root);
  return seen.size;
}

/** 'sum(axis=[1, 2])' for reductions, the label alone for the rest. */
const heading = (e: Expr): string => (e.kind === 'reduce' ? `${e.label}(axis=[${e.axes.join(', ')}])` : e.label);

/** Tasks as written and as run, or why there is no plan. */
function graphText(root: Expr): string {
  const layers = count(layersOf(root), 'layer');
  try {
    const [written, fused] = [false, true].map((optimizeGraph) => planFor([root], { optimizeGraph }));
    return `${layers}, ${count(written?.tasks ?? 0, 'task')} -> ${fused?.tasks} after fusion`;
  } catch (error) {
    if (error instanceof ChunkwiseError) return `${layers}; ${error.message.split('\n')[0]}`;
    throw error;
  }
}

export function describeArray(root: Expr): string {
  const { shape, chunks, dtype } = root;
  const block = chunks.map(maxBlock);
  const bytes = formatBytes(sizeOf(shape) * bytesOf(dtype));
  const [a, b] = [lengths(shape), lengths(block)];
  const width = Math.max(a.length, bytes.length, 9) + 3;
  const rows = [
    ['', 'array', 'chunk'],
    ['shape', a, `${b}     ${count(blockCount(chunks), 'block')}`],
    ['bytes', bytes, formatBytes(largestBlock(chunks) * bytesOf(dtype))],
  ] as const;
  const table = rows.map(([name, left, right]) => `  ${name.padEnd(8)}${left.padEnd(width)}${right}`);
  return [`ChunkedArray  ${heading(root)}  ${dtype}`, ...table, `  graph   ${graphText(root)}`].join('\n');
}
