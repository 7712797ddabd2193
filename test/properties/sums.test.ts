/** Sums and means of whole computations: the exact value, rounded once, however the array is cut, split and run. */
import * as da from 'chunkwise';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type Fraction, fraction, nearest, over, plus } from '../ops/fold.js';

const runs = Number(process.env.CHUNKWISE_RUNS ?? 60);
const pool = await da.threads({ workers: 2 });
afterAll(() => pool.close());
const here = da.sync();

const zero: Fraction = { top: 0n, bottom: 1n };
const total = (xs: Iterable<number>): Fraction => [...xs].map(fraction).reduce(plus, zero);
const positiveZero = (x: number): number => x + 0;

/** Cuts of an axis in up to ten pieces, empty ones among them. */
const cuts = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(length), { maxLength: 9 }).map((at) => {
    const borders = [0, ...at.sort((a, b) => a - b), length];
    return borders.slice(1).map((border, i) => border - (borders[i] as number));
  });

/** A value of random sign and significand, its exponent within `spread` of 0. */
const value = (spread: number): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.double({ min: 1, max: 2, maxExcluded: true, noNaN: true }),
      fc.integer({ min: -spread, max: spread }),
      fc.boolean(),
    )
    .map(([m, e, minus]) => (minus ? -m : m) * 2 ** e);

/** Elements, the cuts of their axis, and how many blocks are merged at a time. */
const cutUp = (element: fc.Arbitrary<number>, maxLength: number) =>
  fc
    .array(element, { minLength: 1, maxLength })
    .chain((xs) => fc.tuple(fc.constant(xs), cuts(xs.length), fc.integer({ min: 2, max: 5 })));

/** Sum of sizes over size of the sum. */
const condition = (xs: readonly number[], exact: number): number =>
  xs.reduce((sum, x) => sum + Math.abs(x), 0) / Math.abs(exact);

describe('by default, for condition numbers up to 1e6', { timeout: 120_000 }, () => {
  test('property: sum and mean are correctly rounded, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        cutUp(value(10), 200),
        fc.integer({ min: 1, max: 19 }),
        async ([some, chunks, splitEvery], k) => {
          const xs = [...some];
          xs[k % xs.length] = -nearest(total(some.filter((_, i) => i !== k % xs.length))) * (1 - 2 ** -k);
          const exact = total(xs);
          fc.pre(condition(xs, nearest(exact)) < 1e6);
          const x = da.fromArray(Float64Array.from(xs), { chunks: [chunks] });
          const [sum, mean] = await da.compute(x.sum({ splitEvery }), x.mean({ splitEvery }), { executor: here });
          expect(sum).toBe(nearest(exact));
          expect(mean).toBe(nearest(over(exact, BigInt(xs.length))));
        },
      ),
      { numRuns: runs },
    );
  });

  test('property: the same of a matrix along either axis and of its transpose', async () => {
    const matrix = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).chain(([rows, columns]) =>
      fc.tuple(
        fc.constant([rows, columns] as const),
        fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), {
          minLength: rows * columns,
          maxLength: rows * columns,
        }),
        fc.tuple(cuts(rows), cuts(columns)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(matrix, async ([[rows, columns], xs, chunks]) => {
        const x = da.fromArray(Float64Array.from(xs)).reshape([rows, columns]).rechunk(chunks);
        const [down, across, turned] = await da.compute(x.sum(0), x.sum(1), x.transpose().sum(0), { executor: here });
        const column = (c: number) => nearest(total(xs.filter((_, i) => i % columns === c)));
        const row = (r: number) => nearest(total(xs.slice(r * columns, (r + 1) * columns)));
        expect([...down.data]).toEqual(Array.from({ length: columns }, (_, c) => column(c)));
        expect([...across.data]).toEqual(Array.from({ length: rows }, (_, r) => row(r)));
        expect([...turned.data]).toEqual([...across.data]);
      }),
      { numRuns: runs },
    );
  });

  test('property: many elements with much cancellation, on threads as here', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 900 }), async (seed, chunk) => {
        const n = 4000;
        const x = da.random.uniform(-1, 1, n, { seed, chunks: chunk });
        const values = (await x.compute({ executor: here })).data as Float64Array;
        const exact = nearest(total(values));
        fc.pre(condition([...values], exact) < 1e6);
        expect(await x.sum().compute({ executor: here })).toBe(exact);
        expect(await x.sum().compute({ executor: pool })).toBe(exact);
        expect(await x.rechunk(1987).sum().compute({ executor: pool })).toBe(exact);
      }),
      { numRuns: Math.min(runs, 10) },
    );
  });
});

describe("method 'exact', always", { timeout: 120_000 }, () => {
  const anything = fc.oneof(
    value(1020),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 1, -1),
  );

  test('property: sum and mean of anything finite, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(cutUp(anything, 8), async ([xs, chunks, splitEvery]) => {
        const balanced = [...xs, ...xs.map((x) => -x).reverse(), 1];
        const x = da.fromArray(Float64Array.from(balanced)).rechunk([[...chunks, xs.length, 1]]);
        const options = { method: 'exact', splitEvery } as const;
        const [sum, mean] = await da.compute(x.sum(options), x.mean(0, options), { executor: here });
        expect([sum, mean]).toEqual([1, 1 / balanced.length]);
      }),
      { numRuns: Math.min(runs, 25) },
    );
  });

  test('property: sums over one axis, compiled as interpreted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value(500), { minLength: 12, maxLength: 12 }),
        cuts(3),
        cuts(4),
        async (xs, rows, columns) => {
          const x = da.fromArray(Float64Array.from(xs)).reshape([3, 4]).rechunk([rows, columns]);
          const sums = await x.sum(0, { method: 'exact' }).compute({ executor: here });
          const exact = [0, 1, 2, 3].map((c) => nearest(total(xs.filter((_, i) => i % 4 === c))));
          expect([...sums.data].map(positiveZero)).toEqual(exact.map(positiveZero));
        },
      ),
      { numRuns: Math.min(runs, 25) },
    );
  });

  test('agrees with the default where that is exact, on threads and for float32', async () => {
    const x = da.random.uniform(0, 1, 100_000, { seed: 5, chunks: 7000 });
    const single = x.astype('float32');
    const [exact, usual, exact32, usual32] = await da.compute(
      x.sum({ method: 'exact' }),
      x.sum(),
      single.mean({ method: 'exact' }),
      single.mean(),
      { executor: pool },
    );
    expect(exact).toBe(usual);
    expect(exact32).toBe(usual32);
  });

  test('is refused where there is none', () => {
    const x = da.ones(3);
    expect(() => x.var({ method: 'exact' })).toThrow(/var has no method "exact"/);
    expect(() => x.sum({ method: 'quick' as 'exact' })).toThrow(/sum has no method "quick"/);
  });
});
