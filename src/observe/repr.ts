/** What an array shows of itself at the console: what it is, and what computing it would take. Nothing runs. */

import { planFor } from '../compute.js';
import { formatBytes } from '../core/bytes.js';
import { maxBlock } from '../core/chunks.js';
import { bytesOf } from '../core/dtype.js';
import { sizeOf } from '../core/shape.js';
import type { Expr } from '../expr/types.js';
import { postorder } from '../optimize/rule.js';
import { bytesOfExpr, counted, gridSize, layerGraph } from './graph.js';

export interface ReprOptions {
  /** The first word: the class of what is shown. */
  readonly title?: string;
  /** How many tasks run at a time, for the memory line. */
  readonly workers?: number;
}

/** Graphs of more layers than this are not optimized just to be shown. */
const largestGraph = 2_000;

/** 'sum(axis=[1, 2])', 'sqrt'. */
function describeOperation(e: Expr): string {
  if (e.kind !== 'reduce') return e.label;
  return e.axes.length === e.domain.length ? `${e.label}()` : `${e.label}(axis=[${e.axes.join(', ')}])`;
}

const chunkOf = (e: Expr): readonly number[] => e.chunks.map(maxBlock);

/** What `e` is made from: arrays of one size and origin together, as in '2 x 7.45 GiB, computed, never stored'. */
function describeInputs(order: readonly Expr[]): string {
  const groups = new Map<string, number>();
  for (const e of order) {
    const made = e.kind === 'map' && e.inputs.length === 0 && e.body.some((node) => node.op !== 'const');
    if (e.kind !== 'source' && !made) continue;
    const random = e.kind === 'map' && e.body.some((node) => node.op === 'bits');
    const origin = e.kind === 'source' ? `in ${e.source.kind}` : `${random ? 'random' : 'computed'}, never stored`;
    const key = `${formatBytes(bytesOfExpr(e))}, ${origin}`;
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  return [...groups].map(([what, n]) => `${n} x ${what}`).join('; ');
}

function graphLines(e: Expr, order: readonly Expr[], workers: number): string[] {
  if (order.length > largestGraph) return [`  graph     ${order.length} operations`];
  const written = layerGraph([e]);
  const { tasks } = layerGraph([e], { optimized: true });
  const plan = planFor([e]);
  const task = plan.stages.reduce((most, stage) => Math.max(most, stage.taskBytes), 0);
  const inputs = describeInputs(order);
  const memory = `${formatBytes(task * workers)} for tasks of ${counted(workers, 'worker')}`;
  return [
    `  graph     ${counted(written.layers.length, 'layer')}, ${counted(written.tasks, 'task')} -> ${tasks} after fusion`,
    `  memory    ${memory}${inputs === '' ? '' : `      inputs ${inputs}`}`,
  ];
}

const lengths = (shape: readonly number[]): string => `(${shape.join(', ')})`;

/** A few lines of text. */
export function repr(e: Expr, { title = 'array', workers = 1 }: ReprOptions = {}): string {
  const chunk = chunkOf(e);
  const width = bytesOf(e.dtype);
  const rows = [
    ['', 'array', 'chunk', ''],
    ['shape', lengths(e.shape), lengths(chunk), counted(gridSize(e.chunks), 'block')],
    ['bytes', formatBytes(sizeOf(e.shape) * width), formatBytes(sizeOf(chunk) * width), ''],
  ];
  const widths = [10, 1, 2].map((least, i) =>
    Math.max(least, ...rows.map((row) => (row[i] as string).length + (i ? 4 : 0))),
  );
  const table = rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('')}`.trimEnd());
  return [`${title}  ${describeOperation(e)}  ${e.dtype}`, ...table, ...graphLines(e, postorder([e]), workers)].join(
    '\n',
  );
}
