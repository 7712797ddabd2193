/** Writing .npy files block by block, so that an array larger than memory passes through. */
import { createFile, type FileSink } from '#files';
import type { Box } from '../../core/chunks.js';
import type { DType, TypedArray } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import type { Shape } from '../../core/shape.js';
import { type FileArray, machineIsLittle, runsOf } from '../../store/files/spans.js';
import { formatHeader } from './header.js';

/** Part of an array that is there to be written: packed in row-major order. */
export interface WritableBlock {
  readonly origin: readonly number[];
  readonly data: NDArray;
}

/** Writes the blocks as they come. The file appears under its name when the last one is in it; on an error, never. */
export async function writeNpy(
  operation: string,
  path: string | URL,
  array: { readonly dtype: DType; readonly shape: Shape },
  blocks: AsyncIterable<WritableBlock> | Iterable<WritableBlock>,
): Promise<void> {
  const header = formatHeader(array.dtype, array.shape);
  const file: FileArray = { ...array, offset: header.length, order: 'C', littleEndian: machineIsLittle };
  const sink = await createFile(operation, path);
  try {
    await sink.write(header, 0);
    for await (const { origin, data } of blocks) {
      await writeBlock(sink, file, { origin, extent: data.shape }, data.data);
    }
    await sink.commit();
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

async function writeBlock(sink: FileSink, file: FileArray, box: Box, packed: TypedArray): Promise<void> {
  const bytes = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
  for (const { from, at, length } of runsOf(file, box)) await sink.write(bytes.subarray(at, at + length), from);
}
