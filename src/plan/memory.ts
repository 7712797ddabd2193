/** What a plan must hold at least, decided before it runs. */
import { formatBytes } from '../core/bytes.js';
import { boxOf, largestBlock, maxBlock } from '../core/chunks.js';
import { MemoryLimitError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import { arrayBytes, multiplies, outputBytes, panelBytes, regionBytes, taskBytesOf } from './size.js';
import type { ArrayRef, Plan, Stage } from './types.js';

/** No single piece of memory may be larger: engines end typed arrays near here. */
const largestBuffer = 2 ** 32;

/** Throws a MemoryLimitError naming the array, the size and the edit, where the plan can never fit `limit`. */
export function checkMemory(plan: Plan, limit: number | undefined, results: readonly ArrayRef[]): void {
  const resultBytes = results.reduce((n, ref) => n + arrayBytes(ref), 0);
  for (const ref of results) {
    if (arrayBytes(ref) > largestBuffer)
      throw tooLarge(plan, ref, `one result can hold ${formatBytes(largestBuffer)} at most`);
  }
  if (limit !== undefined && resultBytes > limit) {
    const [largest] = [...results].sort((a, b) => arrayBytes(b) - arrayBytes(a));
    if (largest !== undefined) throw tooLarge(plan, largest, `the memory limit is ${formatBytes(limit)}`);
  }
  for (const stage of plan.stages) {
    const block = outputBytes(stage);
    if (block > largestBuffer) throw taskTooLarge(stage, block, largestBuffer);
    const room = limit === undefined ? Number.POSITIVE_INFINITY : limit - resultBytes;
    if (stage.taskBytes > room) throw taskTooLarge(stage, stage.taskBytes, room);
  }
}

function tooLarge(plan: Plan, ref: ArrayRef, why: string): MemoryLimitError {
  const label = ref.kind === 'stage' ? (plan.stages[ref.stage] as Stage).label : ref.kind;
  return new MemoryLimitError(
    'compute',
    `the result ${label} ${formatShape(ref.shape)} takes ${formatBytes(arrayBytes(ref))}; ${why}`,
    {
      hint: 'reduce or slice it, go through it with x.blocks(), or write it with toNpy',
    },
  );
}

function taskTooLarge(stage: Stage, bytes: number, limit: number): MemoryLimitError {
  const { origin, extent } = boxOf(stage.chunks, 0);
  const inputs = stage.reads.map((_, input) => regionBytes(stage, input));
  const parts = `inputs ${formatBytes(inputs.reduce((a, b) => a + b, 0))}, outputs ${formatBytes(outputBytes(stage))}`;
  return new MemoryLimitError(
    stage.label,
    `block [${origin.map(() => 0)}] of ${formatShape(extent)} needs ${formatBytes(bytes)} (${parts}); there is room for ${formatBytes(Math.max(0, limit))}`,
    { hint: multiplies(stage) ? smallerMatrices(stage, limit) : smallerBlock(stage, bytes, limit, extent) },
  );
}

function smallerBlock(stage: Stage, bytes: number, limit: number, extent: readonly number[]): string {
  const elements = largestBlock(stage.chunks);
  const shrink = Math.max(1, Math.floor((elements * limit) / bytes));
  const longest = extent.indexOf(Math.max(...extent));
  const chunk = extent.map((d, axis) => (axis === longest ? Math.max(1, Math.floor((d * shrink) / elements)) : d));
  return `x.rechunk([${chunk}])`;
}

/** Fewer rows and columns: the axis that is summed along is read whole. */
function smallerMatrices(stage: Stage, limit: number): string {
  const [rows, columns] = stage.chunks.slice(-3, -1).map(maxBlock) as [number, number];
  const share = (limit - panelBytes) / (taskBytesOf(stage) - panelBytes);
  const [fewer, narrower] = [Math.floor(rows * share), Math.floor(columns * share)];
  if (fewer >= 1 && narrower >= 1) return `a.rechunk({ '-2': ${fewer} }).matmul(b.rechunk({ '-1': ${narrower} }))`;
  return 'a larger memoryLimit: whole rows and columns are read, however they are cut';
}
