/** Who needs whom among the batches of a plan, by index arithmetic alone. */

import type { AffineMap } from '../core/affine.js';
import {
  type Box,
  boxOf,
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
    readersOf: (batch) =>
      (readers[batch.stage] as Edge[]).reduce((n, edge) => n + readingBatches(plan, batch, edge), 0),
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
  if (stage.reads.every(({ kind }) => kind === 'source')) return [];
  const found = new Map<number, Interval[]>();
  for (const box of readingBoxes(stage, batch)) {
    stage.reads.forEach((ref, input) => {
      const region = readBox(stage, input, box);
      visitLeaves(ref, region, 0, stridesOf(region.extent), (leaf, part) => {
        if (leaf.kind === 'source') return;
        const intervals = found.get(leaf.stage) ?? [];
        found.set(leaf.stage, intervals);
        if (!hasEmptyBlocks(leaf.chunks)) pushIntervals(gridOf(leaf.chunks), rangesOf(leaf.chunks, part), intervals);
        else for (const { task: block } of blocksIn(leaf.chunks, part)) intervals.push([block, block + 1]);
      });
    });
  }
  const inputs: Batch[] = [];
  for (const [id, intervals] of found) pushBatches(plan.stages[id] as Stage, intervals, inputs);
  return inputs;
}

/** The parts of the iteration space in which `batch` reads: its tasks, taken together where they read without gaps. */
function readingBoxes(stage: Stage, batch: Batch): readonly Box[] {
  const dense = stage.kernel.loads.every(({ map }) => isDense(map));
  if (dense && !hasEmptyBlocks(stage.chunks)) return boxesOfTasks(stage.chunks, batch);
  return Array.from({ length: batch.to - batch.from }, (_, i) => taskBox(stage, batch.from + i)).filter(
    (box) => !isEmpty(box),
  );
}

/** Whether neighbouring boxes read neighbouring regions: every index stepped through one by one, by one axis at most. */
function isDense(map: AffineMap): boolean {
  const followed = map.filter(({ axis }) => axis !== -1);
  return (
    followed.every(({ step }) => Math.abs(step) === 1) && new Set(followed.map((m) => m.axis)).size === followed.length
  );
}

/** The elements of blocks [from, to), as boxes. */
function boxesOfTasks(chunks: Chunks, { from, to }: Batch): Box[] {
  if (to === from + 1) return [boxOf(chunks, from)];
  return Array.from(boxesOf(gridOf(chunks), from, to), ({ box }) => {
    const origin = chunks.map((cuts, axis) => startOf(cuts, box.origin[axis] as number));
    const extent = chunks.map((cuts, axis) => {
      const last = (box.origin[axis] as number) + (box.extent[axis] as number) - 1;
      return startOf(cuts, last) + sizeOfBlock(cuts, last) - (origin[axis] as number);
    });
    return { origin, extent };
  });
}

const hasEmptyBlocks = (chunks: Chunks): boolean =>
  chunks.some((cuts) => cuts.length === 0 || ('sizes' in cuts && cuts.sizes.includes(0)));

const rangesOf = (chunks: Chunks, box: Box): GridBox =>
  chunks.map((cuts, axis) => {
    const start = box.origin[axis] as number;
    return range(cuts, start, start + (box.extent[axis] as number));
  });

/** The tasks of `ranges` of `grid` as row-major intervals, appended to `out` (joined to its last where they touch). */
function pushIntervals(grid: readonly number[], ranges: GridBox, out: Interval[]): void {
  if (ranges.some((r) => r.from >= r.to)) return;
  const row = inOneRow(grid, ranges);
  if (row !== undefined) pushInterval(row[0], row[1], out);
  else {
    const box = { origin: ranges.map((r) => r.from), extent: ranges.map((r) => r.to - r.from) };
    for (const { from, to } of runsOf(grid, box, 0, stridesOf(grid))) pushInterval(from, to, out);
  }
}

/** `ranges` as one interval, where they are single along the outer axes and whole along the inner ones: most often. */
function inOneRow(grid: readonly number[], ranges: GridBox): Interval | undefined {
  let [start, count] = [0, 1];
  for (let axis = 0; axis < grid.length; axis++) {
    const [{ from, to }, length] = [ranges[axis] as GridBox[number], grid[axis] as number];
    if (count > 1 && to - from < length) return undefined;
    start = start * length + from;
    count *= to - from;
  }
  return [start, start + count];
}

function pushInterval(from: number, to: number, out: Interval[]): void {
  const last = out.at(-1);
  if (last !== undefined && last[1] === from) out[out.length - 1] = [last[0], to];
  else if (last === undefined || last[0] !== from || last[1] !== to) out.push([from, to]);
}

/** The batches of `stage` that hold a task of `intervals`, appended to `out`. */
function pushBatches(stage: Stage, intervals: readonly Interval[], out: Batch[]): void {
  const count = taskCount(stage);
  eachBatch(stage, intervals, (from) => {
    out.push({ stage: stage.id, from, to: Math.min(from + stage.grain, count) });
  });
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

/** A stage that reads another, and how. */
interface Edge {
  readonly reader: Stage;
  readonly grid: readonly number[];
  readonly inputs: readonly { readonly ref: ArrayRef; readonly map: AffineMap }[];
  /** Some of the reader's tasks are empty and read nothing, so that ranges of them must be looked at one by one. */
  readonly sparse: boolean;
}

function readersByStage(plan: Plan): Edge[][] {
  const edges: Edge[][] = plan.stages.map(() => []);
  for (const reader of plan.stages) {
    const sparse = hasEmptyBlocks(reader.chunks);
    const inputs = new Map<number, { ref: ArrayRef; map: AffineMap }[]>();
    reader.reads.forEach((ref, input) => {
      const read = { ref, map: inputMap(reader, input) };
      for (const id of stagesBehind(ref)) inputs.set(id, [...(inputs.get(id) ?? []), read]);
    });
    const grid = gridOf(reader.chunks);
    for (const [id, through] of inputs) (edges[id] as Edge[]).push({ reader, grid, inputs: through, sparse });
  }
  return edges;
}

export function stagesBehind(ref: ArrayRef): Set<number> {
  if (ref.kind === 'stage') return new Set([ref.stage]);
  if (ref.kind === 'concat') return new Set(ref.parts.flatMap((part) => [...stagesBehind(part)]));
  return ref.kind === 'reshape' ? stagesBehind(ref.of) : new Set();
}

/** How many batches of `edge.reader` read blocks of `batch`. */
function readingBatches(plan: Plan, batch: Batch, { reader, grid, inputs, sparse }: Edge): number {
  const stage = plan.stages[batch.stage] as Stage;
  const intervals: Interval[] = [];
  for (const { ref, map } of inputs) {
    stage.outputs.forEach(({ chunks }, output) => {
      for (const made of boxesOfTasks(chunks, batch)) {
        for (const box of lift(ref, batch.stage, output, made)) {
          pushIntervals(grid, readingBlocks(reader.chunks, grid, map, box), intervals);
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
function lift(ref: ArrayRef, stage: number, output: number, box: Box): Box[] {
  if (isEmpty(box)) return [];
  switch (ref.kind) {
    case 'source':
      return [];
    case 'stage':
      return ref.stage === stage && ref.output === output ? [box] : [];
    case 'concat': {
      let start = 0;
      return ref.parts.flatMap((part) => {
        const before = start;
        start += part.shape[ref.axis] as number;
        return lift(part, stage, output, box).map(({ origin, extent }) => ({
          origin: origin.with(ref.axis, (origin[ref.axis] as number) + before),
          extent,
        }));
      });
    }
    case 'reshape':
      return lift(ref.of, stage, output, box).flatMap((inner) =>
        Array.from(runsOf(ref.of.shape, inner, 0, stridesOf(inner.extent))).flatMap((run) =>
          Array.from(boxesOf(ref.shape, run.from, run.to), (part) => part.box),
        ),
      );
  }
}

/** The blocks of `chunks`, which stand in `grid`, whose bounding box under `map` meets `box`. */
function readingBlocks(chunks: Chunks, grid: readonly number[], map: AffineMap, box: Box): GridBox {
  const ranges = grid.map((to) => ({ from: 0, to }));
  const meet = (axis: number, found: { from: number; to: number }): void => {
    const range = ranges[axis] as { from: number; to: number };
    ranges[axis] = { from: Math.max(range.from, found.from), to: Math.min(range.to, found.to) };
  };
  map.forEach(({ axis, start, step, cuts: counted }, d) => {
    const low = box.origin[d] as number;
    const high = low + (box.extent[d] as number) - 1;
    if (axis === -1) {
      if (start < low || start > high) ranges[0] = { from: 0, to: 0 };
      return;
    }
    const cuts = chunks[axis] as Cuts;
    if (counted !== undefined) {
      const last = startOf(counted, high) + sizeOfBlock(counted, high) - 1;
      meet(axis, meeting(cuts, startOf(counted, low), last));
      return;
    }
    const [near, far] =
      step > 0 ? [(low - start) / step, (high - start) / step] : [(high - start) / step, (low - start) / step];
    meet(axis, meeting(cuts, Math.ceil(near), Math.floor(far)));
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
