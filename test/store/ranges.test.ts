import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FormatError } from '#src/core/errors.js';
import { fetchRange } from '#src/store/files/http.js';
import { createFile, readBox, readBoxSync, readHead, urlOf } from '#src/store/files/node.js';
import { type FileArray, spansOf } from '#src/store/files/spans.js';

let folder: string;
let server: Server;
let base: string;
const served = new Map<string, Uint8Array>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunkwise-'));
  server = createServer((request, response) => {
    const name = request.url ?? '';
    const bytes = served.get(name);
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    if (bytes === undefined) return response.writeHead(404).end();
    if (name.startsWith('/norange')) return response.end(bytes);
    const part = bytes.subarray(Number(from), Number(to) + 1);
    response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.length}`, etag: '"v1"' }).end(part);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const boxes = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(), fc.nat()).map(([length, a, b]) => {
    const origin = a % length;
    return { length, origin, extent: b % (length - origin + 1) };
  }),
  { maxLength: 4 },
);

describe('boxes of arrays in files', () => {
  test('any box, order and byte order gives its elements, by file and by URL', async () => {
    await fc.assert(
      fc.asyncProperty(
        boxes,
        fc.constantFrom('C' as const, 'F' as const),
        fc.boolean(),
        async (axes, order, littleEndian) => {
          const shape = axes.map((a) => a.length);
          const box = { origin: axes.map((a) => a.origin), extent: axes.map((a) => a.extent) };
          const array: FileArray = { offset: 3, order, littleEndian, shape, dtype: 'int32' };
          const size = shape.reduce((n, d) => n * d, 1);
          const bytes = new Uint8Array(3 + 4 * size);
          for (let i = 0; i < size; i++) new DataView(bytes.buffer).setInt32(3 + 4 * i, i, littleEndian);
          const path = join(folder, 'box.bin');
          await writeFile(path, bytes);
          served.set('/box', bytes);
          const url = pathToFileURL(path).href;
          const expected = elements(shape, box, order);
          for (const read of [readBoxSync(url, array, box), await readBox(`${base}/box`, array, box)]) {
            expect(walk(read.data, box.extent, read.strides)).toEqual(expected);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a block of rows is one read of just its bytes', () => {
    const array: FileArray = { offset: 128, order: 'C', littleEndian: true, shape: [1000, 50, 20], dtype: 'float64' };
    const spans = [...spansOf(array, { origin: [10, 0, 0], extent: [5, 50, 20] })];
    expect(spans).toEqual([expect.objectContaining({ from: 128 + 10 * 8000, to: 128 + 15 * 8000, count: 1 })]);
  });

  test('columns far apart are read one by one, near ones together', () => {
    const wide: FileArray = { offset: 0, order: 'C', littleEndian: true, shape: [10, 100_000], dtype: 'float64' };
    expect([...spansOf(wide, { origin: [0, 5], extent: [10, 2] })].map((s) => s.to - s.from)).toEqual(
      Array(10).fill(16),
    );
    const narrow: FileArray = { ...wide, shape: [10, 100] };
    expect([...spansOf(narrow, { origin: [0, 5], extent: [10, 2] })]).toHaveLength(1);
  });

  test('a file that ends too early is said to', async () => {
    const path = join(folder, 'short.bin');
    await writeFile(path, new Uint8Array(20));
    served.set('/short', new Uint8Array(20));
    const array: FileArray = { offset: 0, order: 'C', littleEndian: true, shape: [10], dtype: 'float64' };
    const box = { origin: [0], extent: [10] };
    expect(() => readBoxSync(pathToFileURL(path).href, array, box)).toThrow(/ends at byte 20/);
    await expect(readBox(`${base}/short`, array, box)).rejects.toThrow(/ends at byte 20/);
  });

  test('missing files, missing URLs and servers without ranges are typed errors', async () => {
    served.set('/norange', new Uint8Array(20));
    await expect(readHead('fromNpy', urlOf(join(folder, 'none.npy')), 10)).rejects.toThrow(FormatError);
    await expect(readHead('fromNpy', `${base}/none`, 10)).rejects.toThrow(/404/);
    await expect(readHead('fromNpy', `${base}/norange`, 10)).rejects.toThrow(/the whole file/);
    await expect(readHead('fromNpy', 'http://127.0.0.1:9/', 10)).rejects.toThrow(/cannot fetch/);
  });

  test('what was fetched carries size and version', async () => {
    served.set('/head', new Uint8Array(20));
    expect(await fetchRange('fromNpy', `${base}/head`, 0, 8)).toMatchObject({ size: 20, version: '20-"v1"' });
  });
});

test('a file appears whole or not at all', async () => {
  const path = join(folder, 'out.bin');
  const draft = await createFile('toNpy', path);
  await draft.write(Uint8Array.of(1, 2, 3), 0);
  await draft.discard();
  await expect(readHead('fromNpy', urlOf(path), 4)).rejects.toThrow(/cannot open/);
  const sink = await createFile('toNpy', path);
  await sink.write(Uint8Array.of(3, 4), 2);
  await sink.write(Uint8Array.of(1, 2), 0);
  await expect(readHead('fromNpy', urlOf(path), 4)).rejects.toThrow(/cannot open/);
  await sink.commit();
  expect([...(await readHead('fromNpy', urlOf(path), 9)).bytes]).toEqual([1, 2, 3, 4]);
});

type Box = { origin: number[]; extent: number[] };

/** The row-major list of element numbers in a box of an array whose elements are numbered in file order. */
function elements(shape: number[], box: Box, order: 'C' | 'F'): number[] {
  const step = (axis: number) =>
    (order === 'C' ? shape.slice(axis + 1) : shape.slice(0, axis)).reduce((n, d) => n * d, 1);
  let all = [0];
  for (const [axis, extent] of box.extent.entries()) {
    all = all.flatMap((n) => Array.from({ length: extent }, (_, i) => n + ((box.origin[axis] ?? 0) + i) * step(axis)));
  }
  return all;
}

function walk(data: ArrayLike<number | bigint>, extent: readonly number[], strides: readonly number[]): unknown[] {
  let all = [0];
  for (const [axis, length] of extent.entries()) {
    all = all.flatMap((at) => Array.from({ length }, (_, i) => at + i * (strides[axis] ?? 0)));
  }
  return all.map((at) => data[at]);
}
