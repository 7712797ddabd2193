import * as da from 'chunkwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cheaperSums } from '#src/ops/sums.js';
import { optimize } from '#src/optimize/index.js';
import { postorder } from '#src/optimize/rule.js';
import { evaluate, foldOf, fraction, nearest, over, total } from '../ops/fold.js';

const n = 10_000;
const x = da.random.random(n, { seed: 3, chunks: 900 });
const small = x.less(0.3);
const bytes = da.fromArray(
  Uint8Array.from({ length: 300 }, (_, i) => i % 256),
  { chunks: 70 },
);

/** What the fold of a sum is known to add. */
function kind(value: { readonly expr: unknown }): string {
  const reduce = postorder(optimize([value.expr as never])).find((e) => e.kind === 'reduce' && e.phase !== 'merge');
  const name = reduce?.kind === 'reduce' ? reduce.fold.name : '';
  return /, of (.*)/.exec(name)?.[1] ?? 'anything';
}

const wholes = 'whole numbers';

describe('sums of what is known to be', () => {
  test.each([
    ['where of two numbers', da.where(small, 4, 0).astype('float64').sum(), wholes],
    ['the mean of a comparison', small.mean(), wholes],
    ['the mean of small integers', x.multiply(100).astype('int16').mean(), wholes],
    ['where within where', da.where(small, da.where(x.less(0.1), -65536, 2), 1).mean(), wholes],
    ['dice', x.multiply(6).floor().add(1).sum(), wholes],
    ['numbers that are not whole', da.where(small, 0.5, 0).mean(), 'numbers up to 1'],
    ['numbers that are too large', da.where(small, 65537, 0).mean(), 'numbers up to 131072'],
    ['uniform numbers', x.sum(), 'numbers up to 1'],
    ['their roots', x.sqrt().mean(), 'numbers up to 1'],
    ['arcs', x.arcsin().add(x.arccos()).sum(), 'numbers up to 4'],
    ['roots of bytes', bytes.astype('float64').sqrt().sum(), 'numbers up to 16'],
    ['single ones', bytes.astype('float32').divide(255).mean(), 'numbers up to 2'],
    ['numbers below zero', x.subtract(0.5).sum(), 'anything'],
    ['numbers below zero that wrap', x.multiply(-100).astype('int8').astype('uint64').mean(), 'anything'],
    ['numbers that may be very small', x.subtract(0.5).abs().sum(), 'anything'],
    ['numbers that are stored', da.fromArray(new Float64Array(9), { chunks: 2 }).sum(), 'anything'],
    ['a variance', small.var(), 'anything'],
    ['NaN left out', da.where(small, 4, 0).astype('float64').nanmean(), 'anything'],
  ])('%s', async (_, value, expected) => {
    expect(kind(value)).toBe(expected);
    const [plain, optimized] = await Promise.all([
      value.compute({ optimizeGraph: false }),
      value.compute({ executor: da.sync() }),
    ]);
    expect(Object.is(plain, optimized)).toBe(true);
  });
});

describe('a sum of numbers up to a bound', () => {
  const most = 31;
  const { fold } = foldOf('mean', 'float64', 1);
  /** Between a power of two and the next: 0, the largest, and how far below it the smallest may be. */
  const element = fc.oneof(
    fc.constantFrom(0, -0, most, 2 ** 4, 2 ** -31, 1 + 2 ** -52),
    fc
      .tuple(fc.double({ min: 1, max: 2, maxExcluded: true, noNaN: true }), fc.integer({ min: -31, max: 3 }))
      .map(([m, e]) => m * 2 ** e),
  );
  const few = fc.array(element, { minLength: 1, maxLength: 40 });
  const many = fc
    .tuple(fc.array(element, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 200 }))
    .map(([xs, times]) => Array.from({ length: times }, () => xs).flat());

  test('property: is exact and rounded once, however it is cut and merged', () => {
    const bounded = cheaperSums(fold)?.upTo(most);
    expect(bounded?.init[0]).toBe(32);
    fc.assert(
      fc.property(fc.oneof(few, many), fc.array(fc.nat(50), { maxLength: 6 }), (xs, groups) => {
        const spread = xs.map((value) => [value]);
        const exact = total(xs.map(fraction));
        expect(evaluate(bounded as typeof fold, spread, groups)).toBe(nearest(over(exact, 1n)) + 0);
      }),
      { numRuns: Number(process.env.CHUNKWISE_RUNS ?? 80) },
    );
  });

  test('property: of bytes, computed, is what it is without the optimizer', async () => {
    const cuts = fc.array(fc.nat(60), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.constantFrom('sqrt', 'expm1', 'arctan'), async (chunks, name) => {
        const length = chunks.reduce((sum, cut) => sum + cut, 0);
        const data = Uint8Array.from({ length }, (_, i) => (i * 37) % 256);
        const value = da
          .fromArray(data, { chunks: [chunks] })
          .astype('float64')
          .multiply(1 / 64)
          [name]()
          .sum();
        expect(kind(value)).toMatch(length > 0 ? /numbers up to/ : /./);
        expect(await value.compute({ executor: da.sync() })).toBe(await value.compute({ optimizeGraph: false }));
      }),
      { numRuns: 30 },
    );
  });
});
