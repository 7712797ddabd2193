/** How an array is cut into blocks: normalisation of what users give, and the grid the blocks stand in. */
import {
  blocks,
  type Cuts,
  cutsOf,
  evenly,
  maxBlock,
  regular,
  sameCuts,
  sizeOf as sizeOfBlock,
  startOf,
  whole,
} from './cuts.js';
import { bytesOf, type DType } from './dtype.js';
import { ChunkError } from './errors.js';
import { asAxis, formatShape, type Shape, sizeOf } from './shape.js';

export * from './cuts.js';

/** One Cuts an axis. */
export type Chunks = readonly Cuts[];

/** Part of an array: the index of its first element, and its lengths. */
export interface Box {
  readonly origin: readonly number[];
  readonly extent: readonly number[];
}

/** How one axis is to be cut: a block length, -1 or null for the whole axis, 'auto', or the length of each block; cuts as they are. */
export type AxisSpec = number | null | 'auto' | readonly number[] | Cuts;

/** Chunks as users give them: one AxisSpec for all axes, one an axis, or `{ axis: spec }`. */
export type ChunkSpec = Exclude<AxisSpec, Cuts> | readonly AxisSpec[] | { readonly [axis: number]: AxisSpec };

export interface ChunkOptions {
  /** Most bytes of a block along 'auto' axes. */
  readonly target?: number;
  /** 'auto' makes at least so many blocks, as long as they keep a useful size. */
  readonly minBlocks?: number;
  /** What axes missing in `{ axis: spec }` keep; whole axes without it. */
  readonly current?: Chunks;
}

/** 128 MiB, as in Dask: handing out a block costs nothing beside it, and fused kernels never hold one. */
const targetBytes = 128 * 2 ** 20;
/** Several for each worker of most machines, so that none waits long for another at the end. */
const fewBlocks = 32;
/** Under 1 MiB a block is not worth handing to another thread. */
const smallestBytes = 2 ** 20;

const isList = (spec: unknown): spec is readonly AxisSpec[] => Array.isArray(spec);

/** The chunks that `spec` means for an array of `shape`; a ChunkError naming the fix where it means none. */
export function normalizeChunks(
  operation: string,
  spec: ChunkSpec,
  shape: Shape,
  dtype: DType,
  options: ChunkOptions = {},
): Chunks {
  const specs = perAxis(operation, spec, shape, options.current);
  const fixed = specs.map((s, axis) => (s === 'auto' ? undefined : axisCuts(operation, s, shape, axis)));
  if (!specs.includes('auto')) return Object.freeze(fixed as Cuts[]);
  const sizes = autoSizes(shape, fixed, dtype, options);
  return Object.freeze(
    fixed.map(
      (cuts, axis) =>
        cuts ?? evenly(shape[axis] as number, Math.ceil((shape[axis] as number) / (sizes[axis] as number))),
    ),
  );
}

function perAxis(operation: string, spec: ChunkSpec, shape: Shape, current: Chunks | undefined): readonly AxisSpec[] {
  const ndim = shape.length;
  if (isList(spec)) {
    const lists = ndim === 1 && spec.length !== 1 && spec.every((n) => typeof n === 'number');
    if (lists) return [spec as readonly number[]];
    if (spec.length === ndim) return spec;
    throw new ChunkError(
      operation,
      `${spec.length} chunk entries for the ${ndim} axes of shape ${formatShape(shape)}`,
      {
        hint: `chunks: [${shape.map(() => "'auto'").join(', ')}]   (one entry an axis; -1 keeps an axis whole)`,
      },
    );
  }
  if (typeof spec !== 'object' || spec === null) return shape.map(() => spec);
  const specs: AxisSpec[] = shape.map((length, axis) => current?.[axis] ?? whole(length));
  for (const [key, value] of Object.entries(spec)) specs[asAxis(operation, Number(key), ndim)] = value;
  return specs;
}

function axisCuts(operation: string, spec: Exclude<AxisSpec, 'auto'>, shape: Shape, axis: number): Cuts {
  const length = shape[axis] as number;
  if (spec === null || spec === -1) return whole(length);
  if (typeof spec === 'number') return regular(length, blockLength(operation, spec, shape, axis));
  if (isList(spec)) return listedCuts(operation, spec as readonly number[], shape, axis);
  if (typeof spec === 'object' && 'length' in spec) return spec;
  return refuse(operation, spec, shape, axis);
}

/** The integer meant by `n`: what arithmetic such as 0.1 * n leaves may be off by its rounding error. */
function integral(n: number): number {
  const near = Math.round(n);
  return Math.abs(n - near) <= 4 * Number.EPSILON * Math.abs(n) ? near : Number.NaN;
}

function blockLength(operation: string, n: number, shape: Shape, axis: number): number {
  const size = integral(n);
  if (size === 0 && shape[axis] === 0) return 1;
  return size >= 1 && Number.isFinite(size) ? size : refuse(operation, n, shape, axis);
}

function listedCuts(operation: string, list: readonly number[], shape: Shape, axis: number): Cuts {
  const sizes = list.map((n) => (typeof n === 'number' ? integral(n) : Number.NaN));
  if (sizes.length === 0 && shape[axis] === 0) return whole(0);
  if (sizes.length === 0 || sizes.some((n) => !(n >= 0))) return refuse(operation, list, shape, axis);
  const cuts = cutsOf(sizes);
  if (cuts.length === shape[axis]) return cuts;
  const shown = list.length > 8 ? `${list.slice(0, 8).join(', ')}, ...` : list.join(', ');
  throw new ChunkError(
    operation,
    `chunks [${shown}] add up to ${cuts.length}, axis ${axis} of shape ${formatShape(shape)} is ${shape[axis]} long`,
    {
      hint: `chunks: ${Math.max(...sizes, 1)}   (one length for all blocks, the last one shorter)`,
    },
  );
}

function refuse(operation: string, spec: unknown, shape: Shape, axis: number): never {
  const given =
    typeof spec === 'string' ? `'${spec}'` : Array.isArray(spec) ? `[${spec.slice(0, 8).join(', ')}]` : String(spec);
  const near = typeof spec === 'number' && spec > 0 && Number.isFinite(spec) ? Math.max(1, Math.round(spec)) : "'auto'";
  throw new ChunkError(operation, `cannot cut axis ${axis} of shape ${formatShape(shape)} into chunks of ${given}`, {
    hint: `chunks: ${near}   (a positive integer, -1 for the whole axis, 'auto', or the length of each block)`,
  });
}

/**
 * Block lengths along the 'auto' axes: about equal sides, so that reading along any axis touches few blocks, and the
 * block near `target` bytes or, if that gives fewer than `minBlocks` blocks, smaller. The block count is a multiple of
 * `minBlocks` where that is cheap, so that workers finish together.
 */
function autoSizes(shape: Shape, fixed: readonly (Cuts | undefined)[], dtype: DType, options: ChunkOptions): number[] {
  const { target = targetBytes, minBlocks = fewBlocks } = options;
  const sizes = shape.map((length) => Math.max(1, length));
  const free = sizes.map((_, axis) => axis).filter((axis) => fixed[axis] === undefined);
  const slab = fixed.reduce((bytes, cuts) => bytes * Math.max(1, cuts ? maxBlock(cuts) : 1), bytesOf(dtype));
  const bytes = free.reduce((n, axis) => n * (sizes[axis] as number), slab);
  const others = fixed.reduce((n, cuts) => n * (cuts ? blocks(cuts) : 1), 1);
  const wanted = Math.max(bytes / target, Math.min(minBlocks / others, bytes / Math.min(smallestBytes, target)));
  const count = wanted > 1 ? Math.ceil(wanted / minBlocks) * minBlocks : 1;
  let elements = Math.max(1, bytes / (wanted > minBlocks ? count : Math.ceil(wanted)) / slab);
  for (const [i, axis] of free.toSorted((a, b) => (sizes[a] as number) - (sizes[b] as number)).entries()) {
    const side = Math.max(1, Math.ceil(elements ** (1 / (free.length - i)) - 1e-9));
    sizes[axis] = Math.min(sizes[axis] as number, side);
    elements = Math.max(1, elements / (sizes[axis] as number));
  }
  return sizes;
}

/** Blocks an axis. */
export const gridOf = (chunks: Chunks): number[] => chunks.map(blocks);

/** Blocks in all: 1 for a 0-d array. */
export const blockCount = (chunks: Chunks): number => sizeOf(gridOf(chunks));

export const shapeOf = (chunks: Chunks): number[] => chunks.map((cuts) => cuts.length);

export const sameChunks = (a: Chunks, b: Chunks): boolean =>
  a.length === b.length && a.every((cuts, axis) => sameCuts(cuts, b[axis] as Cuts));

/** The position in `grid` of block number `block`, counted in row-major order. */
export function unravel(block: number, grid: readonly number[]): number[] {
  const index = new Array<number>(grid.length);
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    const length = grid[axis] as number;
    index[axis] = block % length;
    block = Math.floor(block / length);
  }
  return index;
}

/** The number of the block at `index` of `grid`. */
export const ravel = (index: readonly number[], grid: readonly number[]): number =>
  grid.reduce((block, length, axis) => block * length + (index[axis] as number), 0);

/** Where block number `block` lies. */
export function boxOf(chunks: Chunks, block: number): Box {
  const origin = new Array<number>(chunks.length);
  const extent = new Array<number>(chunks.length);
  for (let axis = chunks.length - 1; axis >= 0; axis--) {
    const cuts = chunks[axis] as Cuts;
    const count = blocks(cuts);
    const i = block % count;
    origin[axis] = startOf(cuts, i);
    extent[axis] = sizeOfBlock(cuts, i);
    block = Math.floor(block / count);
  }
  return { origin, extent };
}

/** Elements of block number `block`. */
export function blockSize(chunks: Chunks, block: number): number {
  let size = 1;
  for (let axis = chunks.length - 1; axis >= 0; axis--) {
    const cuts = chunks[axis] as Cuts;
    const count = blocks(cuts);
    size *= sizeOfBlock(cuts, block % count);
    block = Math.floor(block / count);
  }
  return size;
}

/** Elements of the largest block. */
export const largestBlock = (chunks: Chunks): number => chunks.reduce((n, cuts) => n * maxBlock(cuts), 1);
