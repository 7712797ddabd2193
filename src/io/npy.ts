/** NumPy's .npy files as arrays, and arrays as .npy files. */
import { isFolder, listFiles } from '#files';
import { exprOf } from '../array/operands.js';
import type { Operand } from '../array/types.js';
import { ChunkedArray } from '../array.js';
import { type Block, blocksOf, type ComputeOptions } from '../compute.js';
import type { DType } from '../core/dtype.js';
import { type NpyOptions, type NpyStackOptions, npySource, npyStack } from './npy/read.js';
import { writeNpy } from './npy/write.js';

export type { NpyOptions, NpyStackOptions } from './npy/read.js';

/**
 * The array in a .npy file, or behind a URL that answers range requests. Only the header is read now; a task reads the
 * bytes of its block. Throws a FormatError where the file is not what it says, a DTypeError where it holds what
 * chunkwise has no dtype for.
 */
export const fromNpy = async (path: string | URL, options?: NpyOptions): Promise<ChunkedArray<DType, 'array'>> =>
  new ChunkedArray(await npySource('fromNpy', path, options));

/**
 * Several .npy files of one shape and dtype as one array, with a new axis (`axis`, 0 by default) that counts them. A
 * folder stands for its .npy files by name, 2.npy before 10.npy.
 */
export async function fromNpyStack(
  files: string | URL | readonly (string | URL)[],
  options?: NpyStackOptions,
): Promise<ChunkedArray<DType, 'array'>> {
  const list = typeof files === 'string' || files instanceof URL ? await filesOf(files) : files;
  return new ChunkedArray(await npyStack('fromNpyStack', list, options));
}

const filesOf = async (path: string | URL): Promise<readonly (string | URL)[]> =>
  (await isFolder(path)) ? listFiles('fromNpyStack', path, '.npy') : [path];

/**
 * Writes an array as a .npy file in C order. Blocks are written as they are done, so the array need not fit in memory,
 * and the file appears under its name when it is whole.
 */
export async function toNpy(path: string | URL, x: Operand, options?: ComputeOptions): Promise<void> {
  const expr = exprOf('toNpy', x);
  await writeNpy('toNpy', path, expr, blocksOf(expr, options) as AsyncIterable<Block>);
}
