/** Scans of whole computations: every prefix exact and rounded once, however the array is cut and run. */
import * as da from 'chunkwise';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { fraction, nearest } from '../ops/fold.js';

const runs = Number(process.env.CHUNKWISE_RUNS ?? 50);
const pool = await da.threads({ workers: 2 });
afterAll(() => pool.close());
const here = da.sync();

const positiveZero = (x: number): number => x + 0;

/** Every double is a whole number of these. */
const unit = 1n << 1074n;

function prefixSums(xs: readonly number[]): number[] {
  let top = 0n;
  return xs.map((x) => {
    const { top: n, bottom } = fraction(x);
    top += n * (unit / bottom);
    return nearest({ top, bottom: unit });
  });
}

/** Cuts of an axis in up to ten pieces, empty ones among them. */
const cuts = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(length), { maxLength: 9 }).map((at) => {
    const borders = [0, ...at.sort((a, b) => a - b), length];
    return borders.slice(1).map((border, i) => border - (borders[i] as number));
  });
const cutUp = (element: fc.Arbitrary<number>, maxLength: number) =>
  fc
    .array(element, { minLength: 1, maxLength })
    .chain((xs) => fc.tuple(fc.constant(xs), cuts(xs.length), fc.boolean()));

const values = async (x: da.ChunkedArray, executor: da.Executor = here, optimizeGraph = true): Promise<number[]> => {
  const result = (await x.compute({ executor, optimizeGraph })) as da.NDArray;
  return [...(result.data as Float64Array)];
};

describe('cumulativeSum', { timeout: 120_000 }, () => {
  const element = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

  test('property: every prefix is the exact sum rounded, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(cutUp(element, 60), async ([xs, chunks, optimized]) => {
        const x = da.fromArray(Float64Array.from(xs), { chunks: [chunks] });
        expect(await values(x.cumulativeSum(), here, optimized)).toEqual(prefixSums(xs));
      }),
      { numRuns: runs },
    );
  });

  test('property: along either axis of a matrix, and of its transpose', async () => {
    const matrix = fc
      .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
      .chain(([rows, columns]) =>
        fc.tuple(
          fc.constant([rows, columns] as const),
          fc.array(element, { minLength: rows * columns, maxLength: rows * columns }),
          fc.tuple(cuts(rows), cuts(columns)),
        ),
      );
    await fc.assert(
      fc.asyncProperty(matrix, async ([[rows, columns], xs, chunks]) => {
        const x = da.fromArray(Float64Array.from(xs)).reshape([rows, columns]).rechunk(chunks);
        const row = (r: number) => prefixSums(xs.slice(r * columns, (r + 1) * columns));
        const column = (c: number) => prefixSums(xs.filter((_, i) => i % columns === c));
        const across = Array.from({ length: rows }, (_, r) => row(r)).flat();
        const down = Array.from({ length: columns }, (_, c) => column(c)).flat();
        expect(await values(x.cumulativeSum(1))).toEqual(across);
        expect(await values(x.cumulativeSum(0).transpose())).toEqual(down);
        expect(await values(x.transpose().cumulativeSum(-1))).toEqual(down);
      }),
      { numRuns: runs },
    );
  });

  test('the same bits on threads, in other chunks, and unoptimised', async () => {
    const n = 6000;
    const x = da.random.uniform(-1, 1, n, { seed: 3, chunks: 170 });
    const exact = prefixSums(await values(x));
    expect(await values(x.cumulativeSum())).toEqual(exact);
    expect(await values(x.cumulativeSum(), pool)).toEqual(exact);
    expect(await values(x.cumulativeSum(), pool, false)).toEqual(exact);
    expect(await values(x.rechunk(1613).cumulativeSum(), pool)).toEqual(exact);
    expect(await values(x.reshape([100, 60]).rechunk([7, 13]).cumsum(), pool)).toEqual(exact);
  });

  test("property: method 'exact' of anything finite", async () => {
    const anything = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 1, -1),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 5 }), cuts(3), async (xs, chunks) => {
        const balanced = [...xs, ...xs.map((v) => -v).reverse(), 1, 2, 3];
        const x = da.fromArray(Float64Array.from(balanced)).rechunk([[2 * xs.length, ...chunks]]);
        const sums = await values(x.cumulativeSum({ method: 'exact' }));
        expect(sums.slice(0, xs.length).map(positiveZero)).toEqual(prefixSums(xs).map(positiveZero));
        expect(sums.slice(-4)).toEqual([0, 1, 3, 6]);
      }),
      { numRuns: Math.min(runs, 10) },
    );
  });

  test('property: integers wrap', async () => {
    const some = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 1, max: 7 }), async (xs, chunk) => {
        const x = da.fromArray(BigInt64Array.from(xs), { chunks: chunk });
        let [sum, product] = [0n, 1n];
        const sums = xs.map((v) => (sum = BigInt.asIntN(64, sum + v)));
        const products = xs.map((v) => (product = BigInt.asIntN(64, product * v)));
        expect(await values(x.cumulativeSum())).toEqual(sums);
        expect(await values(x.cumulativeProd())).toEqual(products);
      }),
      { numRuns: runs },
    );
  });
});

describe('what scans are given', () => {
  const x = da.arange(6, { chunks: 4 });

  test('the value of nothing comes first where asked for', async () => {
    expect(await values(x.cumulativeSum({ includeInitial: true }))).toEqual([0, 0, 1, 3, 6, 10, 15]);
    const products = x.add(1).reshape([2, 3]).cumulativeProd(1, { includeInitial: true });
    expect(products.shape).toEqual([2, 4]);
    expect(await values(products)).toEqual([1, 1, 2, 6, 1, 4, 20, 120]);
    expect(await values(da.zeros([0, 2]).cumulativeSum(0, { includeInitial: true }))).toEqual([0, 0]);
  });

  test('dtypes are those of sums, or what is asked for', async () => {
    expect(x.astype('uint8').cumulativeSum().dtype).toBe('uint64');
    expect(x.astype('bool').cumulativeSum().dtype).toBe('int64');
    expect(x.astype('float32').cumulativeSum().dtype).toBe('float32');
    expect(x.cumulativeSum({ dtype: 'int8' }).dtype).toBe('int8');
    expect(await values(da.full(4, 100, { dtype: 'int8', chunks: 2 }).cumulativeSum({ dtype: 'int8' }))).toEqual([
      100, -56, 44, -112,
    ]);
  });

  test('NaN and infinity go on; nancumsum leaves NaN out', async () => {
    const odd = da.asarray([1, Number.NaN, 2], { chunks: 1 });
    expect(await values(odd.cumulativeSum())).toEqual([1, Number.NaN, Number.NaN]);
    expect(await values(odd.nancumsum())).toEqual([1, 1, 3]);
    expect(await values(odd.nancumprod())).toEqual([1, 1, 2]);
    const infinite = da.asarray([Infinity, 1, -Infinity], { chunks: 1 });
    expect(await values(infinite.cumulativeSum())).toEqual([Infinity, Infinity, Number.NaN]);
  });

  test('empty axes stay empty, and what cannot be is refused by name', async () => {
    expect(await values(da.zeros(0).cumulativeSum())).toEqual([]);
    expect(await values(da.zeros([3, 0]).cumulativeSum(0))).toEqual([]);
    expect(() => da.ones([2, 3]).cumulativeSum()).toThrow(da.AxisError);
    expect(() => da.asarray(1).cumulativeSum()).toThrow(da.AxisError);
    expect(() => x.cumulativeSum(1)).toThrow(/axis 1 is out of range/);
    expect(() => x.cumulativeSum({ keepdims: true } as object)).toThrow(/no option keepdims/);
    expect(() => x.cumulativeProd({ method: 'exact' })).toThrow(/no method "exact"/);
    expect(await values(da.asarray(5).cumsum())).toEqual([5]);
  });

  test('needs no more memory than its tasks', async () => {
    const large = da.random.uniform(0, 1, 4e6, { seed: 1, chunks: 1e5 });
    const { value, stats } = await large.cumulativeSum().max().profile({ executor: here });
    expect(value).toBe(await large.sum().compute({ executor: here }));
    expect(stats.peakBytes).toBeLessThan(8e6);
  });
});
