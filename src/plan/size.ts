/** What tasks weigh: bytes held, time taken, and so how many are handed out together. */
import { largestBlock, maxBlock } from '../core/chunks.js';
import type { Cuts } from '../core/cuts.js';
import { bytesOf, type DType } from '../core/dtype.js';
import { sizeOf } from '../core/shape.js';
import { productIn } from '../kernel/ir.js';
import { inputMap, taskCount } from './regions.js';
import type { ArrayRef, Batch, Plan, Stage } from './types.js';

/** Tile buffers and state of one running kernel; panels of matrices are larger. */
const scratchBytes = 2 ** 20;
export const panelBytes = 5 * 2 ** 20;
/** Nanoseconds a body node takes for one element, and one task besides: rough, only the ratio to `usualBatchMs` matters. */
const nodeTime = 0.3;
/** The same for one product that is added to a sum of products. */
const productTime = 0.25;
const handOutTime = 300;
/** A batch should take some milliseconds: handing one out costs some microseconds, on a busy machine a turn of its own. */
const usualBatchMs = 2;
/** Each slot should get at least so many batches, so that none waits long for another at the end. */
const batchesPerSlot = 8;
/** Most bytes of output that one batch collects. */
const batchBytes = 4 * 2 ** 20;
/** A batch that workers share should take each of them so long: what is handed out seldom holds no core up, and is seen to go on. */
const togetherMs = 100;
/** Nanoseconds of a stage that is one batch: a second one would take longer to hand out. */
const briefTime = 10_000;
/** Stages whose outputs take less than this keep them whole: readers then find everything in one place. */
export const wholeBelow = 16 * 2 ** 20;

export const widthOf = (planes: readonly DType[]): number => planes.reduce((n, d) => n + bytesOf(d), 0);

/** Bytes of an array, whole. */
export const arrayBytes = ({ shape, planes }: Pick<ArrayRef, 'shape' | 'planes'>): number =>
  sizeOf(shape) * widthOf(planes);

/** Bytes of all that a stage makes. */
export const stageBytes = ({ outputs }: Stage): number => outputs.reduce((n, output) => n + arrayBytes(output), 0);

/** Elements of the largest block of the iteration space. */
export const largestTask = (stage: Stage): number => largestBlock(stage.chunks);

/** Bytes of one input's region for the largest task, when it must be gathered. */
export function regionBytes(stage: Stage, input: number): number {
  const ref = stage.reads[input] as ArrayRef;
  const elements = inputMap(stage, input).reduce((n, { axis, step, cuts }, d) => {
    const most =
      axis === -1 || cuts !== undefined ? 1 : Math.abs(step) * (maxBlock(stage.chunks[axis] as Cuts) - 1) + 1;
    return n * Math.min(most, Math.max(1, ref.shape[d] as number));
  }, 1);
  return elements * widthOf(ref.planes);
}

/** Bytes of the largest block of each output together. */
export const outputBytes = (stage: Stage): number =>
  stage.outputs.reduce((n, { chunks, planes }) => n + largestBlock(chunks) * widthOf(planes), 0);

/** Largest bytes one task holds: what it gathers, what it writes, and scratch. */
export const taskBytesOf = (stage: Stage): number =>
  stage.reads.reduce((n, _, input) => n + regionBytes(stage, input), 0) +
  outputBytes(stage) +
  (multiplies(stage) ? panelBytes : scratchBytes);

/** Whether a stage multiplies matrices. */
export const multiplies = ({ kernel }: Stage): boolean => productIn(kernel) !== undefined;

/** Rough nanoseconds for one element of the iteration space. */
const elementTime = (stage: Stage): number =>
  multiplies(stage) ? productTime : (stage.kernel.body.length + 2) * nodeTime;

/** Rough nanoseconds that the largest task takes. */
export const taskTime = (stage: Stage): number => largestTask(stage) * elementTime(stage) + handOutTime;

/** Rough nanoseconds that a batch takes at most. */
export const batchTime = (stage: Stage, { from, to }: Batch): number => (to - from) * taskTime(stage);

/** What decides how many tasks are handed out together. */
export interface GrainOptions {
  /** How many batches run at a time. */
  readonly slots: number;
  /** How long a batch should take at least, in milliseconds. Default: 2. */
  readonly batchMs?: number | undefined;
  /** How many workers share a batch of this stage. Default: 1. */
  readonly together?: number;
}

/** How many consecutive tasks are handed out together. */
export function grainOf(stage: Stage, { slots, batchMs = usualBatchMs, together = 1 }: GrainOptions): number {
  const count = taskCount(stage);
  if (stage.reads.length > 0 && stageTime(stage) <= briefTime) return Math.max(1, count);
  const shared = together > 1;
  const wanted = Math.floor(((shared ? together * togetherMs : batchMs) * 1e6) / taskTime(stage));
  const fair = shared ? count : Math.floor(count / (slots * batchesPerSlot));
  const room = Math.floor(batchBytes / Math.max(1, outputBytes(stage)));
  return Math.max(1, Math.min(wanted, fair, room));
}

/** Elements of the iteration space. */
export const stageElements = ({ chunks }: Pick<Stage, 'chunks'>): number =>
  chunks.reduce((n, cuts) => n * cuts.length, 1);

/** Rough nanoseconds for all tasks of a stage on one thread. */
export const stageTime = (stage: Stage): number =>
  stageElements(stage) * elementTime(stage) + taskCount(stage) * handOutTime;

/** Rough nanoseconds for all of a plan on one thread. */
export const planTime = ({ stages }: Plan): number => stages.reduce((n, stage) => n + stageTime(stage), 0);
