import betaOracle from '@stdlib/random-base-beta';
import gammaOracle from '@stdlib/random-base-gamma';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SourceSpec } from '#src/expr/types.js';
import { streamKey } from '#src/kernel/random.js';
import { readDistribution } from '#src/store/distribution.js';

type Spec = Extract<SourceSpec, { kind: 'distribution' }>;
type Name = Spec['distribution'];

const spec = (distribution: Name, params: number[], shape: number[], seed = 1n): Spec => ({
  kind: 'distribution',
  distribution,
  params,
  generator: 'splitmix64',
  key: streamKey(seed, 0, 'splitmix64'),
  shape,
});

const draw = (name: Name, params: number[], n: number, seed = 1n): number[] =>
  Array.from(readDistribution(spec(name, params, [n], seed), [0], [n]) as ArrayLike<number | bigint>, Number);

const cases: readonly (readonly [Name, number[]])[] = [
  ['gamma', [2, 1]],
  ['gamma', [0.3, 2]],
  ['beta', [2, 3]],
  ['beta', [0.5, 0.5]],
  ['poisson', [4]],
  ['poisson', [50]],
  ['poisson', [0]],
  ['binomial', [10, 0.3]],
  ['binomial', [100, 0.7]],
];

describe('any region is the same part of the whole', () => {
  test.each(cases)('%s(%j)', (name, params) => {
    const shape = [4, 5, 6];
    const whole = readDistribution(spec(name, params, shape), [0, 0, 0], shape);
    const along = (length: number) =>
      fc
        .integer({ min: 0, max: length - 1 })
        .chain((start) => fc.tuple(fc.constant(start), fc.integer({ min: 0, max: length - start })));
    fc.assert(
      fc.property(along(4), along(5), along(6), (...axes) => {
        const origin = axes.map(([start]) => start);
        const extent = axes.map(([, length]) => length);
        const part = readDistribution(spec(name, params, shape), origin, extent);
        const expected: (number | bigint)[] = [];
        for (let i = 0; i < extent[0]!; i++)
          for (let j = 0; j < extent[1]!; j++)
            for (let k = 0; k < extent[2]!; k++)
              expected.push(whole[(origin[0]! + i) * 30 + (origin[1]! + j) * 6 + origin[2]! + k]!);
        expect([...part]).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

const mean = (xs: number[]): number => xs.reduce((s, x) => s + x, 0) / xs.length;
const variance = (xs: number[]): number => {
  const m = mean(xs);
  return mean(xs.map((x) => (x - m) ** 2));
};

describe('mean and variance are the distribution’s, within five standard errors', () => {
  const moments: readonly (readonly [Name, number[], number, number])[] = [
    ['gamma', [2, 1], 2, 2],
    ['gamma', [0.3, 2], 0.6, 1.2],
    ['beta', [2, 3], 0.4, 0.04],
    ['beta', [0.5, 0.5], 0.5, 0.125],
    ['beta', [0.01, 0.01], 0.5, 0.25 / 1.02],
    ['poisson', [4], 4, 4],
    ['poisson', [1000], 1000, 1000],
    ['binomial', [10, 0.3], 3, 2.1],
    ['binomial', [100, 0.3], 30, 21],
    ['binomial', [100, 0.7], 70, 21],
    ['binomial', [1_000_000_000, 1e-9], 1, 1],
    ['binomial', [1_000_000, 0.5], 500_000, 250_000],
  ];
  test.each(moments)('%s(%j)', (name, params, m, v) => {
    const n = 40_000;
    const xs = draw(name, params, n);
    expect(Math.abs(mean(xs) - m)).toBeLessThan(5 * Math.sqrt(v / n));
    const fourth = mean(xs.map((x) => (x - m) ** 4));
    expect(Math.abs(variance(xs) - v)).toBeLessThan(5 * Math.sqrt((fourth - v * v) / n) + 1e-12);
  });
});

describe('counts follow the probability mass (chi-square)', () => {
  const logFactorial = (k: number): number => {
    let s = 0;
    for (let i = 2; i <= k; i++) s += Math.log(i);
    return s;
  };
  const choose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k);
  const binomial = (n: number, p: number) => (k: number) =>
    k > n ? 0 : Math.exp(choose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
  const poisson = (m: number) => (k: number) => Math.exp(k * Math.log(m) - m - logFactorial(k));
  const laws: readonly (readonly [Name, number[], (k: number) => number])[] = [
    ['binomial', [10, 0.3], binomial(10, 0.3)],
    ['binomial', [40, 0.25], binomial(40, 0.25)],
    ['binomial', [100, 0.3], binomial(100, 0.3)],
    ['binomial', [100, 0.9], binomial(100, 0.9)],
    ['poisson', [4], poisson(4)],
    ['poisson', [35], poisson(35)],
  ];
  test.each(laws)('%s(%j)', (name, params, mass) => {
    const n = 60_000;
    const counts = new Map<number, number>();
    for (const k of draw(name, params, n, 7n)) counts.set(k, (counts.get(k) ?? 0) + 1);
    let [chi, cells] = [0, 0];
    for (let k = 0; k <= 150; k++) {
      const expected = n * mass(k);
      if (expected < 8) continue;
      chi += ((counts.get(k) ?? 0) - expected) ** 2 / expected;
      cells++;
    }
    expect(chi).toBeLessThan(cells + 5 * Math.sqrt(2 * cells));
  });
});

/** The largest distance between two samples' distribution functions. */
function kolmogorov(a: number[], b: number[]): number {
  const [x, y] = [a, b].map((s) => Float64Array.from(s).sort()) as [Float64Array, Float64Array];
  let [i, j, most] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    if (x[i]! <= y[j]!) i++;
    else j++;
    most = Math.max(most, Math.abs(i / x.length - j / y.length));
  }
  return most;
}

describe('gamma and beta are distributed as those of @stdlib (Kolmogorov and Smirnov)', () => {
  const n = 20_000;
  const limit = 1.95 * Math.sqrt(2 / n);
  test.each([
    [2, 1],
    [0.3, 2],
    [1, 1],
    [30, 0.5],
  ])('gamma(%d, %d)', (shape, scale) => {
    const oracle = gammaOracle.factory(shape, 1 / scale, { seed: 12 });
    expect(
      kolmogorov(
        draw('gamma', [shape, scale], n),
        Array.from({ length: n }, () => oracle()),
      ),
    ).toBeLessThan(limit);
  });
  test.each([
    [2, 3],
    [0.5, 0.5],
    [1, 1],
    [8, 2],
  ])('beta(%d, %d)', (a, b) => {
    const oracle = betaOracle.factory(a, b, { seed: 12 });
    expect(
      kolmogorov(
        draw('beta', [a, b], n),
        Array.from({ length: n }, () => oracle()),
      ),
    ).toBeLessThan(limit);
  });
});

test('neighbouring seeds have nothing in common', () => {
  const [a, b] = [draw('gamma', [2, 1], 5_000, 1n), draw('gamma', [2, 1], 5_000, 2n)];
  const [ma, mb] = [mean(a), mean(b)];
  const correlation = mean(a.map((x, i) => (x - ma) * (b[i]! - mb))) / Math.sqrt(variance(a) * variance(b));
  expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(5_000));
});

test('0-d and empty regions', () => {
  expect(readDistribution(spec('gamma', [2, 1], []), [], [])).toHaveLength(1);
  expect(readDistribution(spec('poisson', [2], [3, 0]), [0, 0], [3, 0])).toHaveLength(0);
});

test('the digits of a seed stay what they are', () => {
  expect(draw('poisson', [4], 12)).toMatchInlineSnapshot(`
    [
      4,
      3,
      3,
      2,
      3,
      2,
      3,
      4,
      1,
      3,
      4,
      4,
    ]
  `);
  expect(draw('binomial', [100, 0.3], 12)).toMatchInlineSnapshot(`
    [
      30,
      26,
      28,
      41,
      30,
      26,
      27,
      32,
      23,
      30,
      36,
      35,
    ]
  `);
  expect(draw('gamma', [2, 1], 3)).toMatchInlineSnapshot(`
    [
      1.8217608095465314,
      0.5583879504742406,
      0.19235081976501467,
    ]
  `);
});
