/** Where the blocks of a batch lie in the memory they share. */
import { sizeOf as blockLength, type Chunks, gridOf, startOf, unravel } from '../core/chunks.js';
import { bytesOf, type DType, makeArray, type TypedArray } from '../core/dtype.js';
import { sizeOf } from '../core/shape.js';
import type { Batch, Stage, StageOutput } from '../plan/types.js';
import type { OutputMemory } from './types.js';

/** Every plane begins at a multiple of this many bytes: a cache line, so that two planes never share one. */
const alignment = 64;

const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

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
    before *= blockLength(cuts, i);
  }
  return total;
}

/** Elements in the blocks of `batch`. */
export function elementsOf(output: StageOutput, blockCount: number, batch: Batch): number {
  const end = batch.to >= blockCount ? sizeOf(output.shape) : elementsBefore(output.chunks, batch.to);
  return end - elementsBefore(output.chunks, batch.from);
}

/** Bytes that planes of `length` elements each take, one after the other. */
const planeBytes = (planes: readonly DType[], length: number): number =>
  planes.reduce((n, dtype) => n + aligned(length * bytesOf(dtype)), 0);

/** One typed array a plane over `buffer`, from byte `offset` on. */
function planesOver(planes: readonly DType[], length: number, buffer: ArrayBufferLike, offset: number): TypedArray[] {
  return planes.map((dtype) => {
    const plane = makeArray(dtype, length, buffer, offset);
    offset += aligned(length * bytesOf(dtype));
    return plane;
  });
}

/** The bytes of one whole output in row-major order. */
export const denseBytes = (output: StageOutput): number => planeBytes(output.planes, sizeOf(output.shape));

export const denseOver = (output: StageOutput, buffer: ArrayBufferLike): OutputMemory => ({
  layout: 'dense',
  data: planesOver(output.planes, sizeOf(output.shape), buffer, 0),
});

/** Which outputs of a stage come packed; the others are dense. */
export type PackedOutputs = readonly boolean[];

/** Bytes of the packed outputs of one batch, which share one buffer. */
export function packedBytes(stage: Stage, packed: PackedOutputs, blockCount: number, batch: Batch): number {
  let bytes = 0;
  stage.outputs.forEach((output, i) => {
    if (packed[i]) bytes += planeBytes(output.planes, elementsOf(output, blockCount, batch));
  });
  return bytes;
}

/** The memory of a batch: its packed outputs over `buffer`, the others as they are in `dense`. */
export function batchOver(
  stage: Stage,
  packed: PackedOutputs,
  blockCount: number,
  batch: Batch,
  buffer: ArrayBufferLike | undefined,
  dense: readonly (OutputMemory | undefined)[],
): OutputMemory[] {
  let offset = 0;
  return stage.outputs.map((output, i) => {
    if (!packed[i] || buffer === undefined) return dense[i] as OutputMemory;
    const length = elementsOf(output, blockCount, batch);
    const data = planesOver(output.planes, length, buffer, offset);
    offset += planeBytes(output.planes, length);
    return { layout: 'packed', data };
  });
}
