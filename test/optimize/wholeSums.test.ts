import * as da from 'chunkwise';
import { describe, expect, test } from 'vitest';
import { optimize } from '#src/optimize/index.js';
import { postorder } from '#src/optimize/rule.js';

const n = 10_000;
const x = da.random.random(n, { seed: 3, chunks: 900 });
const small = x.less(0.3);
const whole = (value: { readonly expr: unknown }): boolean =>
  postorder(optimize([value.expr as never])).some(
    (e) => e.kind === 'reduce' && e.phase === 'partial' && e.fold.name.endsWith('of whole numbers'),
  );

describe('sums of small whole numbers', () => {
  test.each([
    ['where of two numbers', da.where(small, 4, 0).astype('float64').sum(), true],
    ['the mean of a comparison', small.mean(), true],
    ['the mean of small integers', x.multiply(100).astype('int16').mean(), true],
    ['where within where', da.where(small, da.where(x.less(0.1), -65536, 2), 1).mean(), true],
    ['a number that is not whole', da.where(small, 0.5, 0).mean(), false],
    ['a number that is too large', da.where(small, 65537, 0).mean(), false],
    ['numbers below zero that wrap', x.multiply(-100).astype('int8').astype('uint64').mean(), false],
    ['what was computed', x.sum(), false],
    ['a variance', small.var(), false],
    ['NaN left out', da.where(small, 4, 0).astype('float64').nanmean(), false],
  ])('%s', async (_, value, applies) => {
    expect(whole(value)).toBe(applies);
    const [plain, optimized] = await Promise.all([
      value.compute({ optimizeGraph: false }),
      value.compute({ executor: da.sync() }),
    ]);
    expect(Object.is(plain, optimized)).toBe(true);
  });
});
