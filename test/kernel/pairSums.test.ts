/** Sums of pairs by strips: the exact sum, rounded once, whatever lies in a strip and whatever lay in the one before. */
import * as da from 'chunkwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Runner } from '#src/kernel/run.js';
import { type Fraction, fraction, nearest, plus } from '../ops/fold.js';
import { reduced, reducedRows, waysOf } from './rows.js';

const runs = Number(process.env.CHUNKWISE_RUNS ?? 60);
const total = (xs: Iterable<number>): Fraction => [...xs].map(fraction).reduce(plus, { top: 0n, bottom: 1n });

const source = da.fromArray(new Float64Array(16));
const ways = waysOf(source.sum().expr);
const matrix = da.fromArray(new da.NDArray('float64', new Float64Array(16), [4, 4]));
const summed = (run: Runner, xs: Float64Array): number => reduced(run, xs, new Float64Array(1));

/** Stretches of elements around 2^exponent, of which some are 0. */
const stretch = (exponents: { readonly min: number; readonly max: number }) =>
  fc
    .record({
      length: fc.integer({ min: 1, max: 700 }),
      exponent: fc.integer(exponents),
      spread: fc.integer({ min: 0, max: 40 }),
      zeros: fc.constantFrom(0, 0, 0.5, 1),
      signs: fc.constantFrom(1, 0.5, 0.1),
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    })
    .map(({ length, exponent, spread, zeros, signs, seed }) => {
      let state = seed;
      const draw = (): number => {
        state = (Math.imul(state, 48271) >>> 0) % 2147483647;
        return state / 2147483647;
      };
      return Array.from({ length }, () => {
        const size = (1 + draw() + draw() * 2 ** -30) * 2 ** (exponent - Math.floor(spread * draw()));
        if (draw() < zeros) return 0;
        return draw() < signs ? size : -size;
      });
    });

const condition = (xs: readonly number[], exact: number): number =>
  xs.reduce((n, x) => n + Math.abs(x), 0) / Math.abs(exact);

describe('sums of long arrays', { timeout: 120_000 }, () => {
  test.each(ways)('property: are correctly rounded, %s', (_, run) => {
    fc.assert(
      fc.property(fc.array(stretch({ min: -30, max: 30 }), { minLength: 1, maxLength: 4 }), (stretches) => {
        const xs = stretches.flat();
        const exact = nearest(total(xs));
        fc.pre(exact === 0 || condition(xs, exact) < 1e6);
        expect(summed(run, Float64Array.from(xs))).toBe(exact);
      }),
      { numRuns: runs },
    );
  });

  /** Bodies of several loops, of which the last one sums what the others leave in a strip of memory. */
  describe.each(waysOf(source.exp().sum().expr))('of exponentials, %s', (_, run) => {
    const exact = async (xs: Float64Array): Promise<number> => {
      const powers = (await da.fromArray(xs).exp().compute({ executor: da.sync() })).data as Float64Array;
      return nearest(total(powers));
    };

    test('property: are correctly rounded', async () => {
      const around = fc.record({ length: fc.integer({ min: 1, max: 900 }), middle: fc.integer({ min: -9, max: 9 }) });
      const parts = fc.array(around, { minLength: 1, maxLength: 4 });
      const scale = fc.integer({ min: -600, max: 600 });
      await fc.assert(
        fc.asyncProperty(parts, scale, fc.constantFrom(0, 1, 9), async (stretches, base, width) => {
          const xs = stretches.flatMap(({ length, middle }) =>
            Array.from({ length }, (_, i) => base + middle + width * ((i * 0.6180339887498949) % 1)),
          );
          const row = Float64Array.from(xs);
          expect(summed(run, row)).toBe(await exact(row));
        }),
        { numRuns: runs },
      );
    });

    test('where a few are rare', async () => {
      const row = Float64Array.from({ length: 3000 }, (_, i) => (i % 700 === 0 ? -740 - i / 700 : i / 3000));
      expect(summed(run, row)).toBe(await exact(row));
      expect(summed(run, row.fill(800, 1234, 1235))).toBe(Number.POSITIVE_INFINITY);
      expect(summed(run, row.fill(Number.NaN, 2000, 2001))).toBeNaN();
    });
  });

  test('property: are the same however strips before them were', () => {
    const [, run] = ways[0] as (typeof ways)[0];
    fc.assert(
      fc.property(stretch({ min: -900, max: 900 }), stretch({ min: -900, max: 900 }), (one, other) => {
        fc.pre(condition(other, nearest(total(other))) < 1e6);
        summed(run, Float64Array.from(one));
        expect(summed(run, Float64Array.from(other))).toBe(nearest(total(other)));
      }),
      { numRuns: runs },
    );
  });

  /** Rows too short for a strip are shorter strips, and the anchor of one call of the loops is there in the next. */
  test.each(waysOf(matrix.sum(1).expr))('property: are correctly rounded row by row, %s', (_, run) => {
    const shapes = fc.record({ rows: fc.integer({ min: 1, max: 40 }), columns: fc.integer({ min: 60, max: 300 }) });
    const sizes = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(shapes, sizes, ({ rows, columns }, exponents) => {
        const xs = Float64Array.from({ length: rows * columns }, (_, i) => {
          const exponent = exponents[Math.floor(i / columns) % exponents.length] as number;
          return (1 + ((i * 0.6180339887498949) % 1)) * 2 ** exponent;
        });
        const row = (r: number): Float64Array => xs.subarray(r * columns, (r + 1) * columns);
        const expected = Float64Array.from({ length: rows }, (_, r) => nearest(total(row(r))));
        expect(reducedRows(run, xs, columns)).toEqual(expected);
      }),
      { numRuns: runs },
    );
  });

  const long = (at: number, value: number, fill = 0.1): Float64Array =>
    new Float64Array(3000).fill(fill).fill(value, at, at + 1);
  test.each([
    ['an infinity', long(1700, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY],
    ['an infinity at the start', long(0, Number.NEGATIVE_INFINITY), Number.NEGATIVE_INFINITY],
    ['NaN', long(2100, Number.NaN), Number.NaN],
    ['NaN in every element', new Float64Array(3000).fill(Number.NaN), Number.NaN],
    ['infinities of both signs', long(9, Number.POSITIVE_INFINITY).fill(Number.NEGATIVE_INFINITY, 2000), Number.NaN],
    ['the largest number', long(1000, Number.MAX_VALUE), Number.MAX_VALUE],
    ['numbers near the largest', new Float64Array(1024).fill(2 ** 1013), 2 ** 1023],
    ['an overflow', new Float64Array(3000).fill(Number.MAX_VALUE), Number.POSITIVE_INFINITY],
    ['the smallest number', new Float64Array(3000).fill(5e-324), 3000 * 5e-324],
    ['subnormal numbers of both signs', new Float64Array(3001).map((_, i) => (i % 2 ? -1e-310 : 1e-310)), 1e-310],
    ['zeros', new Float64Array(3000), 0],
    ['numbers after zeros', new Float64Array(3000).fill(3, 2999), 3],
    ['one large among small ones', long(1500, 2 ** 60, 2 ** -20), 2 ** 60 + 2999 * 2 ** -20],
    [
      'large ones that cancel',
      long(300, 2 ** 28)
        .fill(-(2 ** 28), 2300, 2301)
        .fill(1, 2301),
      699 + 2299 * 0.1,
    ],
  ])('of %s', (_, xs, expected) => {
    const finite = xs.every(Number.isFinite) && Number.isFinite(expected);
    for (const [, run] of ways) expect(summed(run, xs)).toBe(finite ? nearest(total(xs)) : expected);
  });

  test('of products, and of float32, as they are without strips', async () => {
    const x = da.random.uniform(-1, 1, 3000, { seed: 3 });
    const values = (await x.compute()).data as Float64Array;
    const array = da.fromArray(values);
    const single = da.fromArray(Float32Array.from(values));
    const [products, singles] = await da.compute(array.multiply(array).sum(), single.mean(), { executor: da.sync() });
    expect(products).toBe(nearest(total(values.map((v) => v * v))));
    const exact = total(Float32Array.from(values));
    expect(singles).toBe(Math.fround(nearest({ top: exact.top, bottom: exact.bottom * BigInt(values.length) })));
  });
});
