/** Products of whole arrays: what is written out, bit for bit, however the operands are cut, turned, sliced and run. */
import * as da from 'chunkwise';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { productOf } from '../oracle/product.js';

const runs = Number(process.env.CHUNKWISE_RUNS ?? 40);
const pool = await da.threads({ workers: 2 });
afterAll(() => pool.close());
const here = da.sync();

type Element = number | bigint;
type Matrix = readonly (readonly Element[])[];

const cuts = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(length), { maxLength: 4 }).map((at) => {
    const borders = [0, ...at.sort((a, b) => a - b), length];
    return borders.slice(1).map((border, i) => border - (borders[i] as number));
  });

const dtypes = ['float64', 'float32', 'int64', 'int32', 'uint8', 'int16', 'bool'] as const;
type Tested = (typeof dtypes)[number];

/** A stream of elements that are not round, the same for the same seed. */
function elements(dtype: Tested, seed: number): () => Element {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const word = state ^ (state >>> 13);
    if (dtype === 'float64') return word / 3e7;
    if (dtype === 'float32') return Math.fround(word / 3e7);
    if (dtype === 'int64') return BigInt.asIntN(64, BigInt(word) * 0x1_2345_6789n);
    if (dtype === 'bool') return word % 5 === 0 ? 1 : 0;
    return dtype === 'uint8' ? word & 0xff : dtype === 'int16' ? (word << 16) >> 16 : word;
  };
}

const filled = (rows: number, columns: number, next: () => Element): Matrix =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, next));

const transposed = (m: Matrix, columns: number): Matrix =>
  Array.from({ length: columns }, (_, j) => m.map((row) => row[j] as Element));

/** `matrix` as an array that lies in memory or is computed, as it is or as the transpose, or a slice, of another. */
function arrayOf(matrix: Matrix, columns: number, dtype: Tested, way: number): da.ChunkedArray {
  const rows = matrix.length;
  const plain = (m: Matrix, shape: readonly number[]): da.ChunkedArray =>
    da.asarray(m.flat().map((x) => (dtype === 'bool' ? Boolean(x) : x)) as never[], { dtype }).reshape(shape);
  if (way === 1) return plain(transposed(matrix, columns), [columns, rows]).T;
  if (way === 2) {
    const wide = matrix.flatMap((row) => [row.flatMap((x) => [0, x]).reverse(), row.flatMap(() => [1, 1])]) as Matrix;
    const apart = dtype === 'int64' ? wide.map((row) => row.map((x) => BigInt(x))) : wide;
    return plain(apart, [2 * rows, 2 * columns])
      .slice('::2', '::2')
      .flip(1);
  }
  return way === 3 ? plain(matrix, [rows, columns]).rechunk(2) : plain(matrix, [rows, columns]);
}

const lengths = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 17) },
);
const depths = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom(256, 257, 520) },
);

const sizes = fc.tuple(lengths, lengths, depths);

const cases = sizes.chain(([m, n, k]) =>
  fc.record({
    shape: fc.constant([m, n, k] as const),
    dtype: fc.constantFrom(...dtypes),
    seed: fc.nat(),
    ways: fc.tuple(fc.nat(3), fc.nat(3)),
    left: fc.tuple(cuts(m), cuts(k)),
    right: fc.tuple(cuts(k), cuts(n)),
    optimizeGraph: fc.boolean(),
  }),
);

const computed = async (x: da.ChunkedArray, options: da.ComputeOptions = { executor: here }): Promise<Element[]> => {
  const result = (await x.compute(options)) as da.NDArray;
  return [...(result.data as Float64Array)];
};

describe('matmul', { timeout: 120_000 }, () => {
  test('property: what is written out, in any chunks, of operands that lie in any way', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, dtype, seed, ways, left, right, optimizeGraph }) => {
        const [m, n, k] = shape;
        const next = elements(dtype, seed);
        const [a, b] = [filled(m, k, next), filled(k, n, next)];
        const x = arrayOf(a, k, dtype, ways[0]).rechunk(left);
        const y = arrayOf(b, n, dtype, ways[1]).rechunk(right);
        const product = x.matmul(y);
        expect([product.shape, product.dtype]).toEqual([[m, n], dtype]);
        expect(product.chunks).toEqual([x.chunks[0], y.chunks[1]]);
        const wanted = productOf(
          dtype,
          [m, n, k],
          (i, l) => (a[i] as Element[])[l] as Element,
          (l, j) => (b[l] as Element[])[j] as Element,
        );
        expect(await computed(product, { executor: here, optimizeGraph })).toEqual(wanted);
      }),
      { numRuns: runs },
    );
  });

  test('the same bits on threads, of operands that are computed, and in what follows', async () => {
    const x = da.random.normal(0, 1, [150, 700], { seed: 3, chunks: [40, 300] });
    const y = da.random.normal(0, 1, [700, 90], { seed: 4, chunks: [128, 50] });
    const here1 = await computed(x.matmul(y).exp().add(1));
    expect(await computed(x.rechunk([150, 700]).matmul(y.rechunk(33)).exp().add(1), { executor: pool })).toEqual(here1);
    expect(await computed(x.matmul(y).exp().add(1), { executor: pool, optimizeGraph: false })).toEqual(here1);
    const kept = await x.matmul(y).persist({ executor: pool });
    expect(await computed(kept.exp().add(1), { executor: pool })).toEqual(here1);
  });

  test('a product of an array with itself, beside what else is made of it', async () => {
    const x = da.random.uniform(0, 1, [60, 60], { seed: 5, chunks: 23 });
    const [gram, mean] = await da.compute(x.matmul(x.T), x.mean(), { executor: pool });
    expect([...((gram as da.NDArray).data as Float64Array)]).toEqual(await computed(x.rechunk(60).matmul(x.T)));
    expect(mean).toBe(await x.mean().compute());
  });

  test('stacks are products of their matrices', async () => {
    const x = da.random.uniform(0, 1, [2, 1, 3, 7], { seed: 6, chunks: [1, 1, 2, 3] });
    const y = da.random.uniform(0, 1, [4, 7, 5], { seed: 7, chunks: [3, 7, 2] });
    const all = await computed(x.matmul(y), { executor: pool });
    const single = [0, 1].flatMap((i) => [0, 1, 2, 3].map((j) => computed(x.slice(i, 0).matmul(y.slice(j)))));
    expect(all).toEqual((await Promise.all(single)).flat());
  });
});

describe('other products', () => {
  const x = da.arange(60).reshape([3, 4, 5]).rechunk([2, 3, 2]);
  const y = da.arange(24).reshape([4, 3, 2]).rechunk(2);

  test('tensordot sums over every pair of axes', async () => {
    const product = da.tensordot(x, y, [
      [1, 0],
      [0, 1],
    ]);
    const wanted = Array.from({ length: 10 }, (_, at) => {
      const [i, j] = [Math.floor(at / 2), at % 2];
      let sum = 0;
      for (let k = 0; k < 3; k++) for (let l = 0; l < 4; l++) sum += (20 * k + 5 * l + i) * (6 * l + 2 * k + j);
      return sum;
    });
    expect([product.shape, await computed(product)]).toEqual([[5, 2], wanted]);
  });

  test('tensordot keeps the other axes in order, whichever of them is longest', async () => {
    const product = da.tensordot(x, y, [1, 0]);
    const direct = x
      .permuteDims([0, 2, 1])
      .reshape([15, 4])
      .matmul(y.reshape([4, 6]))
      .reshape([3, 5, 3, 2]);
    expect(product.shape).toEqual([3, 5, 3, 2]);
    expect(await computed(product, { executor: pool })).toEqual(await computed(direct));
  });

  test('vectors are summed block by block, and rounded as sums are', async () => {
    const v = da.random.normal(0, 1, 100_000, { seed: 8, chunks: 1000 });
    const w = da.random.normal(0, 1, 100_000, { seed: 9, chunks: 900 });
    const sum = await v.multiply(w).sum().compute();
    const products = [v.matmul(w), v.dot(w), da.vecdot(v, w), da.vdot(v, w), da.tensordot(v, w, 1)];
    for (const product of products) expect(await product.compute({ executor: pool })).toBe(sum);
    expect(v.matmul(w).explain()).toContain('100 tasks');
  });
});
