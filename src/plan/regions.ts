/** Index arithmetic between tasks and memory: what a task covers, what it reads, and where that lies. */
import { type AffineMap, follow } from '../core/affine.js';
import { type Box, blockCount, blockSize, boxOf, type Chunks, gridOf, ravel, unravel } from '../core/chunks.js';
import { type Cuts, range, sizeOf as sizeOfBlock, startOf } from '../core/cuts.js';
import { sizeOf, stridesOf } from '../core/shape.js';
import type { ArrayRef, Batch, Stage, StageOutput } from './types.js';

export type { Box };

/** Part of a read region that lies within one block of a stage's output, or within one source. */
export interface Piece {
  /** The task that makes the block; for a source, its place in Plan.sources. */
  readonly from:
    | { readonly kind: 'stage'; readonly stage: number; readonly output: number; readonly task: number }
    | { readonly kind: 'source'; readonly source: number };
  /** In indices of the array it lies in. */
  readonly box: Box;
  /** Where the piece's first element goes in the gathered region, a row-major array of the region's extent. */
  readonly offset: number;
  /** In elements of the gathered region, one an axis of `box`. */
  readonly strides: readonly number[];
}

type Leaf = Extract<ArrayRef, { kind: 'stage' | 'source' }>;
/** Called with each stage or source that a region touches, the box of it, and where that goes. */
type Visit = (leaf: Leaf, box: Box, offset: number, strides: readonly number[]) => void;

export const taskCount = (stage: Stage): number => blockCount(stage.chunks);

export const taskBox = (stage: Stage, task: number): Box => boxOf(stage.chunks, task);

export const isEmpty = (box: Box): boolean => box.extent.includes(0);

/** How many blocks hold the indices [start, stop). */
function blocksBetween(cuts: Cuts, start: number, stop: number): number {
  const { from, to } = range(cuts, start, stop);
  return to - from;
}

/** The bounding box of `map` over `box`: what a load touches in its input. */
export function mapBox(map: AffineMap, box: Box): Box {
  const origin: number[] = [];
  const extent: number[] = [];
  for (const m of map) {
    const { axis, start, step } = m;
    const from = box.origin[axis] as number;
    const length = box.extent[axis] as number;
    const first = follow(m, from);
    const count = axis === -1 ? 1 : m.cuts === undefined ? length : blocksBetween(m.cuts, from, from + length);
    const span = step * Math.max(0, count - 1);
    origin.push(axis === -1 ? start : Math.min(first, first + span));
    extent.push(axis === -1 ? 1 : count === 0 ? 0 : Math.abs(span) + 1);
  }
  return { origin, extent };
}

/** The map that all loads of an input share. */
export function inputMap(stage: Stage, input: number): AffineMap {
  const load = stage.kernel.loads.find((l) => l.input === input);
  return load === undefined ? [] : load.map;
}

/** The box that input `input` of a task covers, in the read array's indices. */
export const readBox = (stage: Stage, input: number, box: Box): Box => mapBox(inputMap(stage, input), box);

/** The stages and sources behind `box` of `ref`. */
export function visitLeaves(ref: ArrayRef, box: Box, offset: number, strides: readonly number[], visit: Visit): void {
  if (isEmpty(box)) return;
  switch (ref.kind) {
    case 'stage':
    case 'source':
      visit(ref, box, offset, strides);
      return;
    case 'concat':
      visitParts(ref, box, offset, strides, visit);
      return;
    case 'reshape':
      for (const run of runsOf(ref.shape, box, offset, strides)) {
        for (const part of boxesOf(ref.of.shape, run.from, run.to)) {
          const steps = stridesOf(ref.of.shape).map((s) => s * run.step);
          visitLeaves(ref.of, part.box, run.offset + (part.from - run.from) * run.step, steps, visit);
        }
      }
  }
}

function visitParts(
  ref: Extract<ArrayRef, { kind: 'concat' }>,
  box: Box,
  offset: number,
  strides: readonly number[],
  visit: Visit,
): void {
  const { axis } = ref;
  const [first, step] = [box.origin[axis] as number, strides[axis] as number];
  const end = first + (box.extent[axis] as number);
  let start = 0;
  for (const part of ref.parts) {
    const length = part.shape[axis] as number;
    const [from, to] = [Math.max(first, start), Math.min(end, start + length)];
    if (from < to) {
      const inPart = { origin: box.origin.with(axis, from - start), extent: box.extent.with(axis, to - from) };
      visitLeaves(part, inPart, offset + (from - first) * step, strides, visit);
    }
    start += length;
  }
}

/** Elements [from, to) in row-major order; element i lies at `offset + (i - from) * step` of the gathered region. */
interface LinearRun {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  readonly step: number;
}

/** `box` of an array of `shape` as runs that are contiguous in row-major order, as long as possible. */
export function* runsOf(
  shape: readonly number[],
  box: Box,
  offset: number,
  strides: readonly number[],
): Generator<LinearRun> {
  const ndim = shape.length;
  const full = stridesOf(shape);
  if (ndim === 0) return yield { from: 0, to: 1, offset, step: 1 };
  let inner = ndim - 1;
  const follows = (axis: number) =>
    box.extent[axis] === shape[axis] && strides[axis - 1] === (strides[axis] as number) * (shape[axis] as number);
  while (inner > 0 && follows(inner)) inner--;
  let length = 1;
  for (let axis = inner; axis < ndim; axis++) length *= box.extent[axis] as number;
  const index = new Array<number>(inner).fill(0);
  for (;;) {
    let from = 0;
    let at = offset;
    for (let axis = 0; axis < ndim; axis++) {
      const i = axis < inner ? (index[axis] as number) : 0;
      from += ((box.origin[axis] as number) + i) * (full[axis] as number);
      at += i * (strides[axis] as number);
    }
    yield { from, to: from + length, offset: at, step: strides[ndim - 1] as number };
    let axis = inner - 1;
    for (; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (box.extent[axis] as number)) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Elements [from, to) of an array of `shape`, in row-major order, as boxes: at most two an axis. */
export function* boxesOf(shape: readonly number[], from: number, to: number): Generator<{ from: number; box: Box }> {
  const full = stridesOf(shape);
  let at = from;
  while (at < to) {
    // The largest aligned piece: whole rows of the outermost axis for which `at` is a multiple and enough is left.
    let axis = shape.length - 1;
    while (axis > 0 && at % (full[axis - 1] as number) === 0 && at + (full[axis - 1] as number) <= to) axis--;
    const stride = full[axis] ?? 1;
    const origin = shape.map((d, a) => Math.floor(at / (full[a] as number)) % Math.max(1, d));
    const room = axis < 0 ? 1 : (shape[axis] as number) - (origin[axis] as number);
    const count = Math.min(room, Math.floor((to - at) / stride));
    yield { from: at, box: { origin, extent: shape.map((d, a) => (a < axis ? 1 : a === axis ? count : d)) } };
    at += count * stride;
  }
}

/** What input `input` of a task reads, block by block. An empty task reads nothing. */
export function piecesOf(stage: Stage, input: number, box: Box): Piece[] {
  if (isEmpty(box)) return [];
  const region = readBox(stage, input, box);
  const pieces: Piece[] = [];
  visitLeaves(stage.reads[input] as ArrayRef, region, 0, stridesOf(region.extent), (leaf, part, offset, strides) => {
    if (leaf.kind === 'source') {
      pieces.push({ from: { kind: 'source', source: leaf.source }, box: part, offset, strides });
    } else {
      for (const { task, box: block } of blocksIn(leaf.chunks, part)) {
        const shift = block.origin.reduce(
          (n, o, axis) => n + (o - (part.origin[axis] as number)) * (strides[axis] as number),
          offset,
        );
        pieces.push({
          from: { kind: 'stage', stage: leaf.stage, output: leaf.output, task },
          box: block,
          offset: shift,
          strides,
        });
      }
    }
  });
  return pieces;
}

/** The blocks that `box` meets, each with the part of it inside. */
export function* blocksIn(chunks: Chunks, box: Box): Generator<{ task: number; box: Box }> {
  const grid = gridOf(chunks);
  const ranges = chunks.map((cuts, axis) =>
    range(cuts, box.origin[axis] as number, (box.origin[axis] as number) + (box.extent[axis] as number)),
  );
  if (ranges.some((r) => r.from >= r.to)) return;
  const index = ranges.map((r) => r.from);
  for (;;) {
    const origin = index.map((i, axis) => Math.max(startOf(chunks[axis] as Cuts, i), box.origin[axis] as number));
    const extent = index.map((i, axis) => {
      const end = Math.min(
        startOf(chunks[axis] as Cuts, i) + sizeOfBlock(chunks[axis] as Cuts, i),
        (box.origin[axis] as number) + (box.extent[axis] as number),
      );
      return end - (origin[axis] as number);
    });
    if (!extent.some((n) => n <= 0)) yield { task: ravel(index, grid), box: { origin, extent } };
    let axis = index.length - 1;
    for (; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (ranges[axis] as { to: number }).to) break;
      index[axis] = (ranges[axis] as { from: number }).from;
    }
    if (axis < 0) return;
  }
}

/** The batch that task `task` of a stage belongs to: batches are [0, grain), [grain, 2 grain) ... */
export function batchOf(stage: Stage, task: number): Batch {
  const from = task - (task % stage.grain);
  return { stage: stage.id, from, to: Math.min(from + stage.grain, taskCount(stage)) };
}

/** Every batch of a stage, in order. */
export function* batchesOf(stage: Stage): Generator<Batch> {
  const count = taskCount(stage);
  for (let from = 0; from < count; from += stage.grain) {
    yield { stage: stage.id, from, to: Math.min(from + stage.grain, count) };
  }
}

/**
 * How many elements the blocks before block `block` have, in row-major order of blocks. Those blocks agree with it in
 * the axes before some axis a and start earlier along a: so the sum over a of
 * (lengths of the block along axes before a) * (its start along a) * (whole lengths of the axes after a).
 */
export function elementsBefore(chunks: Chunks, block: number): number {
  const index = unravel(block, gridOf(chunks));
  let after = chunks.reduce((n, cuts) => n * cuts.length, 1);
  let before = 1;
  let total = 0;
  for (let axis = 0; axis < chunks.length; axis++) {
    const cuts = chunks[axis] as Chunks[number];
    const i = index[axis] as number;
    if (cuts.length === 0) return 0;
    after /= cuts.length;
    total += before * startOf(cuts, i) * after;
    before *= sizeOfBlock(cuts, i);
  }
  return total;
}

/** Elements of one plane of an output that the tasks of `batch` write. */
export function elementsOf({ shape, chunks }: StageOutput, batch: Batch): number {
  if (batch.to === batch.from + 1) return blockSize(chunks, batch.from);
  const end = batch.to >= blockCount(chunks) ? sizeOf(shape) : elementsBefore(chunks, batch.to);
  return end - elementsBefore(chunks, batch.from);
}

/** Where block `task` begins in the packed memory of its batch's output, in elements. */
export const packedOffset = ({ chunks }: StageOutput, batch: Batch, task: number): number =>
  elementsBefore(chunks, task) - elementsBefore(chunks, batch.from);
