/** The graph as layers, one an operation, as written or as optimized. Nothing runs. */
import { formatBytes } from '../core/bytes.js';
import { blocks, type Chunks, type Cuts, maxBlock } from '../core/chunks.js';
import { bytesOf } from '../core/dtype.js';
import { sizeOf } from '../core/shape.js';
import type { Expr } from '../expr/types.js';
import { optimize } from '../optimize/index.js';
import { postorder } from '../optimize/rule.js';

export interface Layer {
  readonly index: number;
  readonly name: string;
  readonly label: string;
  readonly kind: Expr['kind'];
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The lengths of the largest block. */
  readonly chunk: readonly number[];
  readonly blocks: number;
  /** Tasks that make it; none for what exists already or is read in place. */
  readonly tasks: number;
  readonly bytes: number;
  /** Indices of the layers it reads. */
  readonly inputs: readonly number[];
  /** Names of the operations it computes, its own last. */
  readonly layers: readonly string[];
}

export const gridSize = (chunks: Chunks): number => chunks.reduce((n, cuts) => n * blocks(cuts), 1);

/** Bytes of all elements; of all states for a reduction under way. */
export function bytesOfExpr(e: Expr): number {
  const isState = e.kind === 'reduce' && (e.phase === 'partial' || e.phase === 'merge');
  const width = isState ? e.fold.state.reduce((n, d) => n + bytesOf(d), 0) : bytesOf(e.dtype);
  return sizeOf(e.shape) * width;
}

function tasksOf(e: Expr, optimized: boolean): number {
  if (e.kind === 'source') return 0;
  if (optimized && (e.kind === 'concat' || e.kind === 'reshape')) return 0;
  const grid = gridSize(e.kind === 'reduce' ? e.domainChunks : e.chunks);
  if (e.kind !== 'scan') return grid;
  const along = blocks(e.chunks[e.axis] as Cuts);
  return along === 1 ? grid : 2 * grid + grid / along;
}

/** A few characters of the token tell layers apart. */
const shortName = ({ label, name }: Layer): string =>
  name.length > label.length + 5 ? `${name.slice(0, label.length + 5)}…` : name;

/** '1 task', '12 tasks'. */
export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

const column = (texts: readonly string[]): ((text: string) => string) => {
  const width = Math.max(0, ...texts.map((text) => text.length));
  return (text) => text.padEnd(width);
};

/** Layers in the order they are computed. `String(graph)` lists them. */
export class LayerGraph {
  readonly layers: readonly Layer[];
  readonly tasks: number;

  constructor(layers: readonly Layer[]) {
    this.layers = Object.freeze(layers);
    this.tasks = layers.reduce((n, layer) => n + layer.tasks, 0);
  }

  toString(): string {
    const rows = this.layers.map((layer) => ({
      name: ` ${String(layer.index).padStart(String(this.layers.length - 1).length)}. ${shortName(layer)}`,
      tasks: counted(layer.tasks, 'task'),
      bytes: formatBytes(layer.bytes),
    }));
    const names = column(rows.map((row) => row.name));
    const tasks = column(rows.map((row) => row.tasks));
    const lines = rows.map((row) => `${names(row.name)}  ${tasks(row.tasks)}  ${row.bytes}`);
    const count = counted(this.layers.length, 'layer');
    return [`LayerGraph with ${count}, ${counted(this.tasks, 'task')}`, ...lines].join('\n');
  }
}

export interface LayerGraphOptions {
  /** After fusion rather than as written. */
  readonly optimized?: boolean;
}

/** What computing `roots` goes through, reductions in the steps of their trees. */
export function layerGraph(roots: readonly Expr[], { optimized = false }: LayerGraphOptions = {}): LayerGraph {
  const order = postorder(optimize(roots, { level: optimized ? 'full' : 'none' }));
  const index = new Map(order.map((e, i) => [e, i]));
  return new LayerGraph(
    order.map((e, i) =>
      Object.freeze({
        index: i,
        name: e.name,
        label: e.label,
        kind: e.kind,
        dtype: e.dtype,
        shape: e.shape,
        chunk: e.chunks.map(maxBlock),
        blocks: gridSize(e.chunks),
        tasks: tasksOf(e, optimized),
        bytes: bytesOfExpr(e),
        inputs: [...new Set(e.inputs.map((input) => index.get(input) as number))],
        layers: e.layers ?? [e.name],
      }),
    ),
  );
}
