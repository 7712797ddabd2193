import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fold } from '#src/kernel/ir.js';
import { reductions } from '#src/ops/reduction.js';
import type { ReductionRow } from '#src/ops/types.js';
import { evaluate, type Fraction, foldOf, fraction, type Grouping, plus } from './fold.js';

type Name = 'sum' | 'mean' | 'nansum' | 'nanmean';
type Real = 'float32' | 'float64';

const runs = Number(process.env.CHUNKWISE_RUNS ?? 100);
const zero: Fraction = { top: 0n, bottom: 1n };
const total = (xs: readonly number[]): Fraction => xs.map(fraction).reduce(plus, zero);
const grouping: fc.Arbitrary<Grouping> = fc.array(fc.nat(5), { maxLength: 6 });

/** Folds written before: writing one takes longer than trying it on a few elements. */
const written = new Map<string, Fold>();

function exactFold(name: Name, of: Real, count: number): Fold {
  const key = name === 'mean' ? `${name} ${of} ${count}` : `${name} ${of}`;
  const row: ReductionRow = reductions[name];
  const fold = written.get(key) ?? row.exact?.(foldOf(name, of, count).spec);
  if (fold === undefined) throw new Error(`${name} has no exact fold`);
  written.set(key, fold);
  return fold;
}

function run(name: Name, xs: readonly number[], groups: Grouping = [], of: Real = 'float64'): number {
  const fold = exactFold(name, of, xs.length);
  const given = name === 'nansum' ? xs.filter((x) => !Number.isNaN(x)) : xs;
  return evaluate(
    fold,
    given.map((x) => [x]),
    groups,
  ) as number;
}

const formats = {
  float64: { digits: 53, least: -1074, limit: 1024 },
  float32: { digits: 24, least: -149, limit: 128 },
} as const;

/** The nearest float of a format to top / bottom, ties to even, by integer arithmetic alone; subnormals too. */
function rounded({ top, bottom }: Fraction, of: Real = 'float64'): number {
  if (top === 0n) return 0;
  if (top < 0n) return -rounded({ top: -top, bottom }, of);
  const { digits, least, limit } = formats[of];
  const length = (n: bigint): number => n.toString(2).length;
  const shifted = (e: number): [bigint, bigint] => (e >= 0 ? [top, bottom << BigInt(e)] : [top << BigInt(-e), bottom]);
  let exponent = Math.max(least, length(top) - length(bottom) - digits - 1);
  while (true) {
    const [n, d] = shifted(exponent);
    if (length(n / d) <= digits) break;
    exponent++;
  }
  const [n, d] = shifted(exponent);
  const [quotient, twice] = [n / d, (n % d) * 2n];
  const units = twice > d || (twice === d && quotient % 2n === 1n) ? quotient + 1n : quotient;
  if (length(units) + exponent > limit) return Number.POSITIVE_INFINITY;
  return Number(units) * 2 ** Math.max(exponent, -1000) * 2 ** Math.min(0, exponent + 1000);
}

/** Any finite double, equally likely over all exponents. */
const anything = fc.double({ noNaN: true, noDefaultInfinity: true });
const huge = fc.double({ min: 1e307, max: 1.7e308, noNaN: true });
const power = fc.integer({ min: -1074, max: 1023 }).map((e) => 2 ** e);
const signed = (x: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.tuple(x, fc.boolean()).map(([v, minus]) => (minus ? -v : v));

/** Elements that cancel: some, their negatives in another order, and a little more. */
const cancelling = fc
  .tuple(
    fc.array(anything, { maxLength: 8 }),
    fc.array(signed(power), { maxLength: 4 }),
    fc.infiniteStream(fc.nat(1000)),
  )
  .map(([xs, more, order]) =>
    [...xs, ...xs.map((x) => -x), ...more]
      .map((x) => [order.next().value as number, x] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, x]) => x),
  );
const adversarial = fc.oneof(
  fc.array(anything, { maxLength: 20 }),
  fc.array(signed(power), { maxLength: 30 }),
  fc.array(signed(huge), { maxLength: 12 }),
  cancelling,
);

describe("method 'exact' against rational arithmetic, however grouped", () => {
  test('sum is correctly rounded', () => {
    fc.assert(
      fc.property(adversarial, grouping, (xs, g) => void expect(run('sum', xs, g)).toBe(rounded(total(xs)) + 0)),
      { numRuns: runs },
    );
  });

  test('mean is correctly rounded', () => {
    fc.assert(
      fc.property(adversarial, grouping, (xs, g) => {
        fc.pre(xs.length > 0);
        const { top, bottom } = total(xs);
        const exact = rounded({ top, bottom: bottom * BigInt(xs.length) }) + 0;
        expect(run('mean', xs, g) + 0).toBe(exact);
        expect(run('nanmean', [Number.NaN, ...xs], g) + 0).toBe(exact);
      }),
      { numRuns: runs },
    );
  });

  test('float32 results are rounded once', () => {
    const single = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(single, { minLength: 1, maxLength: 20 }), grouping, (xs, g) => {
        const { top, bottom } = total(xs);
        expect(run('sum', xs, g, 'float32') + 0).toBe(rounded({ top, bottom }, 'float32') + 0);
        const mean = rounded({ top, bottom: bottom * BigInt(xs.length) }, 'float32') + 0;
        expect(run('mean', xs, g, 'float32') + 0).toBe(mean);
      }),
      { numRuns: runs },
    );
  });
});

describe('known sums', () => {
  const [max, min] = [Number.MAX_VALUE, 5e-324];
  test.each<[Name, number[], number]>([
    ['sum', [], 0],
    ['sum', [1e308, 1e308, -1e308], 1e308],
    ['sum', [max, max, max, -max, -max, 1], max],
    ['sum', [max, max], Number.POSITIVE_INFINITY],
    ['sum', [max, 2 ** 969], max],
    ['sum', [max, 2 ** 970], Number.POSITIVE_INFINITY],
    ['sum', [1e300, 1, 1e-300, -1e300, -1], 1e-300],
    ['sum', [1, 2 ** -53], 1],
    ['sum', [1, 2 ** -53, min], 1 + 2 ** -52],
    ['sum', [1, 2 ** -53, -min], 1],
    ['sum', [1 + 2 ** -52, 2 ** -53], 1 + 2 ** -51],
    ['sum', [2 ** 1000, min, -(2 ** 1000)], min],
    ['sum', [min, min, -min], min],
    ['mean', [max, max], max],
    ['mean', [min, min, min], min],
    ['mean', [min, 0], 0],
    ['mean', [3 * min, 0], 2 * min],
    ['mean', [1e300, 1, -1e300], 1 / 3],
    ['mean', [], Number.NaN],
    ['nanmean', [Number.NaN], Number.NaN],
    ['nansum', [Number.NaN, 1e300, 1, -1e300], 1],
    ['sum', [Number.POSITIVE_INFINITY, 1], Number.POSITIVE_INFINITY],
    ['sum', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], Number.NaN],
    ['sum', [Number.NaN, 1], Number.NaN],
    ['mean', [Number.NEGATIVE_INFINITY, 1], Number.NEGATIVE_INFINITY],
  ])('exact %s of %j is %d', (name, xs, expected) => expect(run(name, xs)).toBe(expected));

  test('many elements of the largest size move their carries up', () => {
    const xs = new Array<number>(500).fill(max);
    expect(run('mean', xs)).toBe(max);
    expect(run('sum', [...xs, ...xs.map((x) => -x), 3])).toBe(3);
  });
});
