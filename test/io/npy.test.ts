import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exprOf } from '#src/array/operands.js';
import { ChunkedArray } from '#src/array.js';
import { type DType, dtypeNames, isWide, makeArray } from '#src/core/dtype.js';
import { ArgumentError, AxisError, ChunkError, DTypeError, FormatError, ShapeError } from '#src/core/errors.js';
import { NDArray } from '#src/core/ndarray.js';
import { sync } from '#src/exec/sync.js';
import { formatHeader } from '#src/io/npy/header.js';
import { fromNpy, fromNpyStack, toNpy } from '#src/io/npy.js';

const cells = new URL('../../examples/data/cells.npy', import.meta.url);
const executor = sync();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunkwise-npy-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** 0, 1, 2 ... as any dtype. */
function counted(dtype: DType, shape: number[]): NDArray {
  const data = makeArray(
    dtype,
    shape.reduce((n, d) => n * d, 1),
  );
  for (let i = 0; i < data.length; i++) {
    const value = dtype === 'bool' ? i % 2 : i % 100;
    (data as Record<number, unknown>)[i] = isWide(dtype) ? BigInt(value) : value;
  }
  return new NDArray(dtype, data as never, shape);
}

const listOf = (x: unknown): unknown[] => [...(x as NDArray).data];

describe('fromNpy', () => {
  test('knows shape, dtype and chunks without reading the elements', async () => {
    const x = await fromNpy(cells, { chunks: [10, -1, 64], name: 'frames' });
    expect(x).toBeInstanceOf(ChunkedArray);
    expect([x.shape, x.dtype, x.numblocks, x.expr.label]).toEqual([[48, 96, 128], 'uint8', [5, 1, 2], 'frames']);
  });

  test('computes what is known of the stack', async () => {
    const truth = JSON.parse(await readFile(new URL('cells.json', cells), 'utf8'));
    const x = await fromNpy(cells, { chunks: [10, 50, -1] });
    expect(await x.mean().compute({ executor })).toBe(truth.mean);
    expect(await x.std().compute({ executor })).toBeCloseTo(truth.std, 12);
    expect(await x.max(0).sum().compute({ executor })).toBe(truth.projectionSum);
  });

  test('is cut into contiguous runs of the file by default', async () => {
    const path = join(folder, 'long.npy');
    const header = formatHeader('float64', [200, 100, 300]);
    await writeFile(path, header);
    await truncate(path, header.length + 8 * 200 * 100 * 300);
    const x = await fromNpy(path);
    expect(x.numblocks.slice(1)).toEqual([1, 1]);
    expect(x.numblocks[0]).toBeGreaterThan(1);
  });

  test('equal files have equal names, other content another', async () => {
    const path = join(folder, 'name.npy');
    await toNpy(path, counted('int8', [4]), { executor });
    const [a, b] = [await fromNpy(path), await fromNpy(path)];
    expect(a.name).toBe(b.name);
    await toNpy(path, counted('int8', [5]), { executor });
    expect((await fromNpy(path)).name).not.toBe(a.name);
  });

  test('a header longer than the first read is read whole', async () => {
    const path = join(folder, 'header.npy');
    const text = new TextEncoder().encode(
      `${"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }".padEnd(6000)}\n`,
    );
    const length = Buffer.alloc(2);
    length.writeUInt16LE(text.length);
    await writeFile(
      path,
      Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, text, Buffer.from([7, 9])]),
    );
    expect(listOf(await (await fromNpy(path)).compute({ executor }))).toEqual([7, 9]);
  });

  test('wrong input is a typed error', async () => {
    await expect(fromNpy(join(folder, 'none.npy'))).rejects.toThrow(FormatError);
    await writeFile(join(folder, 'text.npy'), 'not an array');
    await expect(fromNpy(join(folder, 'text.npy'))).rejects.toThrow(/fromNpy: text.npy does not begin/);
    await expect(fromNpy(cells, { chunks: [7] })).rejects.toThrow(ChunkError);
    const short = join(folder, 'short.npy');
    await writeFile(short, (await readFile(cells)).subarray(0, 9000));
    await expect(fromNpy(short)).rejects.toThrow(/cut short/);
  });

  test('a file that shrinks after it was opened is said to', async () => {
    const path = join(folder, 'shrinks.npy');
    await copyFile(cells, path);
    const x = await fromNpy(path);
    await writeFile(path, (await readFile(path)).subarray(0, 9000));
    await expect(x.sum().compute({ executor })).rejects.toThrow(/ends at byte 9000/);
  });
});

describe('toNpy', () => {
  test('any dtype, shape and chunks are read back as they were written', async () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...dtypeNames),
        shapes,
        fc.integer({ min: 1, max: 4 }),
        async (dtype, shape, n) => {
          const path = join(folder, 'back.npy');
          const array = counted(dtype, shape);
          await toNpy(path, new ChunkedArray(exprOf('asarray', array, { chunks: n })), { executor });
          const back = await fromNpy(path, { chunks: Math.max(1, n - 1) });
          expect([back.dtype, back.shape]).toEqual([dtype, shape]);
          const value = await back.compute({ executor });
          if (shape.length > 0) expect(listOf(value)).toEqual([...array.data]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('an error leaves the old file, and nothing beside it', async () => {
    const path = join(folder, 'kept', 'x.npy');
    await mkdir(join(folder, 'kept'));
    await toNpy(path, counted('uint8', [3]), { executor });
    const before = await readFile(path);
    const signal = AbortSignal.abort();
    await expect(toNpy(path, counted('uint8', [9]), { executor, signal })).rejects.toThrow();
    expect(await readFile(path)).toEqual(before);
    expect(await readdir(join(folder, 'kept'))).toEqual(['x.npy']);
  });

  test('only local files can be written, in folders that are there', async () => {
    await expect(toNpy('http://localhost/x.npy', [1])).rejects.toThrow(/cannot write/);
    await expect(toNpy(join(folder, 'none', 'x.npy'), [1])).rejects.toThrow(/cannot create/);
  });
});

describe('fromNpyStack', () => {
  test('a folder is stacked by number, along any new axis', async () => {
    const stack = join(folder, 'stack');
    await mkdir(stack);
    for (const i of [10, 2, 1])
      await toNpy(join(stack, `${i}.npy`), new NDArray('int8', Int8Array.of(i, -i), [2]), { executor });
    await writeFile(join(stack, 'notes.txt'), 'left aside');
    const rows = await fromNpyStack(pathToFileURL(stack));
    expect(rows.shape).toEqual([3, 2]);
    expect(listOf(await rows.compute({ executor }))).toEqual([1, -1, 2, -2, 10, -10]);
    const columns = await fromNpyStack(stack, { axis: -1 });
    expect(listOf(await columns.compute({ executor }))).toEqual([1, 2, 10, -1, -2, -10]);
  });

  test('what does not stack is refused by name', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, `${name}.npy`)) as [string, string, string];
    await toNpy(a, counted('int8', [3]), { executor });
    await toNpy(b, counted('int8', [4]), { executor });
    await toNpy(c, counted('int16', [3]), { executor });
    await expect(fromNpyStack([a, b])).rejects.toThrow(ShapeError);
    await expect(fromNpyStack([a, c])).rejects.toThrow(DTypeError);
    await expect(fromNpyStack([])).rejects.toThrow(ArgumentError);
    await expect(fromNpyStack([a], { axis: 3 })).rejects.toThrow(AxisError);
  });
});
