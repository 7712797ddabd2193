/** Who needs whom among the batches of a plan, by index arithmetic alone. */

import type { AffineMap } from '../core/affine.js';
import {
  type Box,
  blocks,
  type Chunks,
  type Cuts,
  find,
  gridOf,
  range,
  sizeOf as sizeOfBlock,
  startOf,
} from '../core/chunks.js';
import { stridesOf } from '../core/shape.js';
import {
  batchesOf,
  blocksIn,
  boxesOf,
  elementsOf,
  inputMap,
  isEmpty,
  readBox,
  runsOf,
  taskBox,
  taskCount,
  visitLeaves,
} from './regions.js';
import { widthOf } from './size.js';
import type { ArrayRef, Batch, Plan, Stage } from './types.js';

/** The dependencies of batches, as functions: nothing is enumerated before it is asked for. */
export interface BatchGraph {
  /** The batches wanted, in the order wanted. */
  readonly roots: Iterable<Batch>;
  /** The batches whose blocks `batch` reads, each once. */
  inputsOf(batch: Batch): readonly Batch[];
  /** How many batches read blocks of `batch`. */
  readersOf(batch: Batch): number;
  /** Bytes that its blocks hold until they are released. */
  bytesOf(batch: Batch): number;
  /** Whether it is asked for by the caller, who releases it. */
  isRoot(batch: Batch): boolean;
}

/** Tasks [from, to) of one stage. */
type Interval = readonly [from: number, to: number];
/** Block indices [from, to) along every axis. */
type GridBox = readonly { readonly from: number; readonly to: number }[];

/** The graph of `plan`, whose wanted blocks are those of the stages in `roots`. */
export function batchGraph(plan: Plan, roots: readonly Stage[]): BatchGraph {
  const wanted = new Set(roots.map((stage) => stage.id));
  const readers = readersByStage(plan);
  return {
    roots: (function* () {
      for (const stage of roots) yield* batchesOf(stage);
    })(),
    inputsOf: (batch) => inputsOf(plan, batch),
    readersOf: (batch) => (readers[batch.stage] ?? []).reduce((n, edge) => n + readingBatches(plan, batch, edge), 0),
    bytesOf: (batch) => batchBytes(plan.stages[batch.stage] as Stage, batch),
    isRoot: (batch) => wanted.has(batch.stage),
  };
}

/** Bytes that the outputs of a batch hold. */
export const batchBytes = (stage: Stage, batch: Batch): number =>
  stage.outputs.reduce((n, output) => n + elementsOf(output, batch) * widthOf(output.planes), 0);

/** The batches whose blocks `batch` reads, each once. */
export function inputsOf(plan: Plan, batch: Batch): Batch[] {
  const stage = plan.stages[batch.stage] as Stage;
  const found = new Map<number, Interval[]>();
  for (const box of readingBoxes(stage, batch)) {
    stage.reads.forEach((ref, input) => {
      const region = readBox(stage, input, box);
      visitLeaves(ref, region, 0, stridesOf(region.extent), (leaf, part) => {
        if (leaf.kind === 'source') return;
        const intervals = found.get(leaf.stage) ?? [];
        found.set(leaf.stage, intervals);
        if (!hasEmptyBlocks(leaf.chunks)) pushIntervals(leaf.chunks, rangesOf(leaf.chunks, part), intervals);
        else for (const { task: block } of blocksIn(leaf.chunks, part)) intervals.push([block, block + 1]);
      });
    });
  }
  return [...found].flatMap(([id, intervals]) => batchesIn(plan.stages[id] as Stage, intervals));
}

/** The parts of the iteration space in which `batch` reads: its tasks, taken together where they read without gaps. */
function* readingBoxes(stage: Stage, batch: Batch): Generator<Box> {
  const dense = stage.kernel.loads.every(({ map }) => isDense(map));
  if (dense && !hasEmptyBlocks(stage.chunks)) yield* boxesOfTasks(stage.chunks, batch);
  else {
    for (let task = batch.from; task < batch.to; task++) {
      const box = taskBox(stage, task);
      if (!isEmpty(box)) yield box;
    }
  }
}

/** Whether neighbouring boxes read neighbouring regions: every index stepped through one by one, by one axis at most. */
function isDense(map: AffineMap): boolean {
  const followed = map.filter(({ axis }) => axis !== -1);
  return (
    followed.every(({ step }) => Math.abs(step) === 1) && new Set(followed.map((m) => m.axis)).size === followed.length
  );
}

/** The elements of blocks [from, to), as boxes. */
function* boxesOfTasks(chunks: Chunks, { from, to }: Batch): Generator<Box> {
  for (const { box } of boxesOf(gridOf(chunks), from, to)) {
    const origin = chunks.map((cuts, axis) => startOf(cuts, box.origin[axis] as number));
    const extent = chunks.map((cuts, axis) => {
      const last = (box.origin[axis] as number) + (box.extent[axis] as number) - 1;
      return startOf(cuts, last) + sizeOfBlock(cuts, last) - (origin[axis] as number);
    });
    yield { origin, extent };
  }
}

const hasEmptyBlocks = (chunks: Chunks): boolean =>
  chunks.some((cuts) => cuts.length === 0 || ('sizes' in cuts && cuts.sizes.includes(0)));

const rangesOf = (chunks: Chunks, box: Box): GridBox =>
  chunks.map((cuts, axis) => {
    const start = box.origin[axis] as number;
    return range(cuts, start, start + (box.extent[axis] as number));
  });

/** The tasks of `ranges` as row-major intervals, appended to `out` (joined to its last where they touch). */
function pushIntervals(chunks: Chunks, ranges: GridBox, out: Interval[]): void {
  if (ranges.some((r) => r.from >= r.to)) return;
  const grid = gridOf(chunks);
  const box = { origin: ranges.map((r) => r.from), extent: ranges.map((r) => r.to - r.from) };
  for (const { from, to } of runsOf(grid, box, 0, stridesOf(grid))) {
    const last = out.at(-1);
    if (last !== undefined && last[1] === from) out[out.length - 1] = [last[0], to];
    else if (last === undefined || last[0] !== from || last[1] !== to) out.push([from, to]);
  }
}

/** The batches of `stage` that hold a task of `intervals`. */
function batchesIn(stage: Stage, intervals: readonly Interval[]): Batch[] {
  const count = taskCount(stage);
  const batches: Batch[] = [];
  eachBatch(stage, intervals, (from) => {
    batches.push({ stage: stage.id, from, to: Math.min(from + stage.grain, count) });
  });
  return batches;
}

/** Calls `visit` with the first task of every batch that holds a task of `intervals`, each once, in order. */
function eachBatch({ grain }: Stage, intervals: readonly Interval[], visit: (from: number) => void): void {
  const sorted = intervals.length < 2 ? intervals : [...intervals].sort((a, b) => a[0] - b[0]);
  let next = 0;
  for (const [from, to] of sorted) {
    for (let batch = Math.max(next, Math.floor(from / grain)); batch * grain < to; batch++) {
      visit(batch * grain);
      next = batch + 1;
    }
  }
}

/** A stage that reads another, and through which inputs. */
interface Edge {
  readonly reader: Stage;
  readonly inputs: readonly number[];
  /** Some of the reader's tasks are empty and read nothing, so that ranges of them must be looked at one by one. */
  readonly sparse: boolean;
}

function readersByStage(plan: Plan): Edge[][] {
  const edges: Edge[][] = plan.stages.map(() => []);
  for (const reader of plan.stages) {
    const sparse = hasEmptyBlocks(reader.chunks);
    const inputs = new Map<number, number[]>();
    reader.reads.forEach((ref, input) => {
      for (const id of stagesBehind(ref)) inputs.set(id, [...(inputs.get(id) ?? []), input]);
    });
    for (const [id, through] of inputs) (edges[id] as Edge[]).push({ reader, inputs: through, sparse });
  }
  return edges;
}

export function stagesBehind(ref: ArrayRef): Set<number> {
  if (ref.kind === 'stage') return new Set([ref.stage]);
  if (ref.kind === 'concat') return new Set(ref.parts.flatMap((part) => [...stagesBehind(part)]));
  return ref.kind === 'reshape' ? stagesBehind(ref.of) : new Set();
}

/** How many batches of `edge.reader` read blocks of `batch`. */
function readingBatches(plan: Plan, batch: Batch, { reader, inputs, sparse }: Edge): number {
  const stage = plan.stages[batch.stage] as Stage;
  const intervals: Interval[] = [];
  for (const input of inputs) {
    const map = inputMap(reader, input);
    stage.outputs.forEach(({ chunks }, output) => {
      for (const made of boxesOfTasks(chunks, batch)) {
        for (const box of lift(reader.reads[input] as ArrayRef, batch.stage, output, made)) {
          pushIntervals(reader.chunks, readingBlocks(reader.chunks, map, box), intervals);
        }
      }
    });
  }
  let count = 0;
  eachBatch(reader, intervals, (from) => {
    const candidate = { stage: reader.id, from, to: Math.min(from + reader.grain, taskCount(reader)) };
    if (!sparse || inputsOf(plan, candidate).some((b) => b.stage === batch.stage && b.from === batch.from)) count++;
  });
  return count;
}

/** Where the elements of `box` of a stage's output stand in `ref`. */
function* lift(ref: ArrayRef, stage: number, output: number, box: Box): Generator<Box> {
  if (isEmpty(box)) return;
  switch (ref.kind) {
    case 'source':
      return;
    case 'stage':
      if (ref.stage === stage && ref.output === output) yield box;
      return;
    case 'concat': {
      let start = 0;
      for (const part of ref.parts) {
        for (const inner of lift(part, stage, output, box)) {
          yield {
            origin: inner.origin.with(ref.axis, (inner.origin[ref.axis] as number) + start),
            extent: inner.extent,
          };
        }
        start += part.shape[ref.axis] as number;
      }
      return;
    }
    case 'reshape':
      for (const inner of lift(ref.of, stage, output, box)) {
        for (const run of runsOf(ref.of.shape, inner, 0, stridesOf(inner.extent))) {
          for (const part of boxesOf(ref.shape, run.from, run.to)) yield part.box;
        }
      }
  }
}

/** The blocks of `chunks` whose bounding box under `map` meets `box`. */
function readingBlocks(chunks: Chunks, map: AffineMap, box: Box): GridBox {
  const ranges = chunks.map((cuts) => ({ from: 0, to: blocks(cuts) }));
  map.forEach(({ axis, start, step }, d) => {
    const low = box.origin[d] as number;
    const high = low + (box.extent[d] as number) - 1;
    if (axis === -1) {
      if (start < low || start > high) ranges[0] = { from: 0, to: 0 };
      return;
    }
    const [near, far] =
      step > 0 ? [(low - start) / step, (high - start) / step] : [(high - start) / step, (low - start) / step];
    const found = meeting(chunks[axis] as Cuts, Math.ceil(near), Math.floor(far));
    const range = ranges[axis] as { from: number; to: number };
    ranges[axis] = { from: Math.max(range.from, found.from), to: Math.min(range.to, found.to) };
  });
  return ranges;
}

/**
 * The blocks that have an index >= `first` and one <= `last`. first may be last + 1: a block that steps over the
 * region without touching it counts, as it does in the bounding box the reader asks for.
 */
function meeting(cuts: Cuts, first: number, last: number): { from: number; to: number } {
  if (first >= cuts.length || last < 0) return { from: 0, to: 0 };
  return { from: find(cuts, Math.max(0, first)), to: find(cuts, Math.min(cuts.length - 1, last)) + 1 };
}
