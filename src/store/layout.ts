/** Where the blocks of a batch lie in the memory they share. */
import { bytesOf, type DType, makeArray, type TypedArray } from '../core/dtype.js';
import { sizeOf } from '../core/shape.js';
import { elementsOf } from '../plan/regions.js';
import type { Batch, Stage, StageOutput } from '../plan/types.js';
import type { OutputMemory } from './types.js';

/** Every plane begins at a multiple of this many bytes: a cache line, so that two planes never share one. */
const alignment = 64;

const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

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
export function packedBytes(stage: Stage, packed: PackedOutputs, batch: Batch): number {
  let bytes = 0;
  stage.outputs.forEach((output, i) => {
    if (packed[i]) bytes += planeBytes(output.planes, elementsOf(output, batch));
  });
  return bytes;
}

/** The memory of a batch: its packed outputs over `buffer`, the others as they are in `dense`. */
export function batchOver(
  stage: Stage,
  packed: PackedOutputs,
  batch: Batch,
  buffer: ArrayBufferLike | undefined,
  dense: readonly (OutputMemory | undefined)[],
): OutputMemory[] {
  let offset = 0;
  return stage.outputs.map((output, i) => {
    if (!packed[i] || buffer === undefined) return dense[i] as OutputMemory;
    const length = elementsOf(output, batch);
    const data = planesOver(output.planes, length, buffer, offset);
    offset += planeBytes(output.planes, length);
    return { layout: 'packed', data };
  });
}
