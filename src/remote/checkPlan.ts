/** What a plan from elsewhere must satisfy before a byte is allocated for it. */

import type { AffineMap, AxisMap } from '../core/affine.js';
import { formatBytes } from '../core/bytes.js';
import { blocks, type Chunks, type Cuts, maxBlock, sameChunks, sameCuts } from '../core/chunks.js';
import { bytesOf } from '../core/dtype.js';
import { MemoryLimitError, RefusedError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import { type Kernel, planesOf, reducesAxes } from '../kernel/ir.js';
import { inputMap, mapBox, taskCount } from '../plan/regions.js';
import { outputBytes, regionBytes, taskBytesOf } from '../plan/size.js';
import type { ArrayRef, Batch, Plan, Stage, StageOutput } from '../plan/types.js';
import { checkKernel } from './checkKernel.js';
import type { Spec, SpecSource } from './spec.js';

export interface PlanLimits {
  /** Most bytes that one task or one array sent along may take. */
  readonly memory: number;
  /** Whether a worker may read from this URL. */
  readonly mayRead: (url: string) => boolean;
}

/** A task that touches more blocks than this costs more to arrange than to compute. */
const mostPieces = 4_000_000;
/** Concatenations within reshapes within concatenations. */
const deepest = 64;

const refused = (where: string, problem: string): RefusedError => new RefusedError('plan', `${where} ${problem}`);

/** Throws a typed error unless `spec` is a plan that can be run within `limits`. */
export function checkPlan(spec: Spec, limits: PlanLimits): void {
  spec.sources.forEach((source, i) => {
    checkSource(`source ${i}`, source, limits);
  });
  spec.stages.forEach((stage, i) => {
    if (stage.id !== i) throw refused(`stage ${i}`, `calls itself ${stage.id}`);
    checkStage(`stage ${i}`, stage, spec, limits);
  });
}

/** Throws unless `batch` is one that the plan hands out. */
export function checkBatch(plan: Pick<Plan, 'stages'>, batch: Batch, memory: number): void {
  const stage = plan.stages[batch.stage];
  const where = `batch ${batch.stage}.${batch.from}`;
  if (stage === undefined) throw refused(where, `is of a stage that is not among the ${plan.stages.length}`);
  const end = Math.min(batch.from + stage.grain, taskCount(stage));
  if (batch.from % stage.grain !== 0 || batch.from >= end || batch.to !== end)
    throw refused(where, 'is not one of its stage');
  const bytes = outputBytes(stage) * (batch.to - batch.from);
  if (bytes > memory) throw tooLarge(where, bytes, memory);
}

function checkSource(where: string, source: SpecSource, { memory, mayRead }: PlanLimits): void {
  const { shape, dtype } = source;
  const elements = checkShape(where, shape);
  switch (source.kind) {
    case 'file':
      if (!URL.canParse(source.url) || !mayRead(new URL(source.url).href)) {
        throw new RefusedError('plan', `${where} is a file that this worker may not read`, {
          hint: 'start the worker with --allow-data and the beginning of its URL',
        });
      }
      return;
    case 'uploaded': {
      const { length, strides, offset } = source;
      if (length * bytesOf(dtype) > memory) throw tooLarge(where, length * bytesOf(dtype), memory);
      if (strides.length !== shape.length) throw refused(where, 'has strides for other axes');
      const reach = (sign: number) =>
        strides.reduce((n, s, axis) => n + (s * sign > 0 ? s * ((shape[axis] as number) - 1) : 0), offset);
      if (elements > 0 && (reach(1) >= length || reach(-1) < 0)) throw refused(where, 'reaches beyond its elements');
      return;
    }
    case 'distribution':
  }
}

function checkShape(where: string, shape: readonly number[]): number {
  const elements = sizeOf(shape);
  if (!Number.isSafeInteger(elements)) throw refused(where, 'has too many elements to count');
  return elements;
}

function checkStage(where: string, stage: Stage, spec: Spec, { memory }: PlanLimits): void {
  const { kernel, chunks, reads, outputs } = stage;
  if (kernel.rank !== chunks.length) throw refused(where, `has ${chunks.length} axes for a kernel of ${kernel.rank}`);
  checkChunks(where, chunks);
  for (const ref of reads) checkRef(where, ref, spec, 0);
  checkKernel(where, kernel);
  checkLoads(where, stage);
  if (outputs.length !== kernel.outputs.length) throw refused(where, 'has outputs that its kernel has not');
  outputs.forEach((output, i) => {
    checkOutput(`output ${i} of ${where}`, output, stage, planesOf(kernel.outputs[i] as Kernel['outputs'][number]));
  });
  const bytes = taskBytesOf(stage);
  if (!(bytes <= memory)) throw tooLarge(where, bytes, memory);
}

function checkChunks(where: string, chunks: Chunks): void {
  for (const cuts of chunks) {
    const wrong = 'size' in cuts ? cuts.first > cuts.size : !addsUp(cuts);
    if (wrong) throw refused(where, 'is cut into blocks that do not add up');
  }
  if (!Number.isSafeInteger(taskCount({ chunks } as Stage))) throw refused(where, 'has too many blocks to count');
  checkShape(
    where,
    chunks.map((cuts) => cuts.length),
  );
}

function addsUp(cuts: Exclude<Cuts, { size: number }>): boolean {
  let at = 0;
  for (const [i, size] of cuts.sizes.entries()) {
    if (cuts.starts[i] !== at) return false;
    at += size;
  }
  return cuts.sizes.length === cuts.starts.length && at === cuts.length;
}

function checkRef(where: string, ref: ArrayRef, spec: Spec, depth: number): void {
  if (depth > deepest) throw refused(where, 'reads through too many arrangements');
  const elements = checkShape(where, ref.shape);
  switch (ref.kind) {
    case 'stage': {
      const made = spec.stages[ref.stage]?.outputs[ref.output];
      if (made === undefined)
        throw refused(where, `reads output ${ref.output} of stage ${ref.stage}, which is not there`);
      if (!sameChunks(made.chunks, ref.chunks) || !same(made.shape, ref.shape) || !same(made.planes, ref.planes)) {
        throw refused(where, `reads output ${ref.output} of stage ${ref.stage} as something else`);
      }
      return;
    }
    case 'source': {
      const source = spec.sources[ref.source];
      if (source === undefined) throw refused(where, `reads source ${ref.source}, which is not there`);
      if (!same(source.shape, ref.shape) || !same([source.dtype], ref.planes)) {
        throw refused(where, `reads source ${ref.source} as something else`);
      }
      return;
    }
    case 'concat': {
      const { axis, parts, shape } = ref;
      if (axis >= shape.length) throw refused(where, `joins along axis ${axis} of ${shape.length}`);
      const fits = parts.every(
        (part) =>
          same(part.planes, ref.planes) &&
          part.shape.length === shape.length &&
          same(part.shape.with(axis, 0), shape.with(axis, 0)),
      );
      const length = parts.reduce((n, part) => n + (part.shape[axis] as number), 0);
      if (!fits || length !== shape[axis]) throw refused(where, 'joins arrays that do not fit');
      for (const part of parts) checkRef(where, part, spec, depth + 1);
      return;
    }
    case 'reshape':
      if (sizeOf(ref.of.shape) !== elements || !same(ref.of.planes, ref.planes))
        throw refused(where, 'reshapes what does not fit');
      checkRef(where, ref.of, spec, depth + 1);
  }
}

function checkLoads(where: string, stage: Stage): void {
  const { kernel, chunks, reads } = stage;
  const domain = { origin: chunks.map(() => 0), extent: chunks.map((cuts) => cuts.length) };
  for (const { input, plane, dtype, map } of kernel.loads) {
    const ref = reads[input];
    if (ref === undefined || ref.planes[plane] !== dtype || map.length !== ref.shape.length) {
      throw refused(where, `loads plane ${plane} of input ${input}, which is not there`);
    }
    if (map.some(({ axis }) => axis < -1 || axis >= kernel.rank))
      throw refused(where, 'loads along an axis it has not');
    if (!map.every((m) => countsBlocks(m, chunks))) throw refused(where, 'counts other blocks than its own');
    if (domain.extent.includes(0)) continue;
    const { origin, extent } = mapBox(map, domain);
    if (origin.some((o, axis) => o < 0 || o + (extent[axis] as number) > (ref.shape[axis] as number))) {
      throw refused(where, `loads from beyond input ${input}`);
    }
    if (!sameMap(map, inputMap(stage, input))) throw refused(where, `loads input ${input} through two maps`);
  }
  reads.forEach((ref, input) => {
    const pieces = piecesOf(ref, stage, input);
    if (pieces > mostPieces) throw refused(where, `reads ${pieces} blocks in one task`);
  });
}

/** Whether blocks that a map counts are those of the stage. */
const countsBlocks = ({ axis, step, cuts }: AxisMap, chunks: Chunks): boolean =>
  cuts === undefined || (step === 1 && axis !== -1 && sameCuts(cuts, chunks[axis] as Cuts));

const sameMap = (a: AffineMap, b: AffineMap): boolean =>
  a.every(({ axis, start, step, cuts }, i) => {
    const other = b[i];
    const counted = cuts === undefined ? other?.cuts === undefined : other?.cuts !== undefined;
    return counted && axis === other?.axis && start === other.start && step === other.step;
  });

/** At most how many blocks one task reads through an input: those there are, or one an element. */
function piecesOf(ref: ArrayRef, stage: Stage, input: number): number {
  const width = ref.planes.reduce((n, dtype) => n + bytesOf(dtype), 0);
  return Math.min(blocksBehind(ref), regionBytes(stage, input) / Math.max(1, width));
}

function blocksBehind(ref: ArrayRef): number {
  if (ref.kind === 'stage') return ref.chunks.reduce((n, cuts) => n * blocks(cuts), 1);
  if (ref.kind === 'source') return 1;
  return ref.kind === 'reshape' ? blocksBehind(ref.of) : ref.parts.reduce((n, part) => n + blocksBehind(part), 0);
}

function checkOutput(where: string, output: StageOutput, stage: Stage, planes: StageOutput['planes']): void {
  const { chunks, kernel } = stage;
  checkChunks(where, output.chunks);
  if (!same(output.planes, planes)) throw refused(where, 'has planes that its kernel does not write');
  if (
    !same(
      output.shape,
      output.chunks.map((cuts) => cuts.length),
    )
  )
    throw refused(where, 'has chunks of another shape');
  if (output.chunks.length !== chunks.length) throw refused(where, 'has other axes than its stage');
  const made = kernel.outputs[stage.outputs.indexOf(output)];
  const reduces = made !== undefined && reducesAxes(made);
  output.chunks.forEach((cuts, axis) => {
    const given = chunks[axis] as Cuts;
    const fits =
      reduces && kernel.reduced.includes(axis)
        ? blocks(cuts) === blocks(given) && maxBlock(cuts) <= 1
        : sameCuts(cuts, given);
    if (!fits) throw refused(where, 'has other blocks than its stage');
  });
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);

const tooLarge = (where: string, bytes: number, memory: number): MemoryLimitError =>
  new MemoryLimitError('plan', `${where} takes ${formatBytes(bytes)}; this worker has ${formatBytes(memory)} a task`, {
    hint: 'smaller chunks, or workers with a larger --memory',
  });
