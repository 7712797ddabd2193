import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DType, Scalar } from '#src/core/dtype.js';
import { dtypeNames } from '#src/core/dtype.js';
import { reductions } from '#src/ops/reduction.js';
import {
  evaluate,
  foldOf,
  fraction,
  type Grouping,
  isRoot,
  minus,
  type Name,
  nearest,
  over,
  sumsOf,
  times,
  total,
} from './fold.js';

const grouping: fc.Arbitrary<Grouping> = fc.array(fc.nat(5), { maxLength: 6 });
/** Numbers of one sign and within a factor of 1e6, so that nothing is lost to cancellation. */
const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
/** Any sign, moderate cancellation. */
const mixed = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const special = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  5e-324,
  1e300,
);

function run(name: Name, of: DType, values: readonly Scalar[], groups: Grouping = [], correction = 0): Scalar {
  const { fold, row } = foldOf(name, of, values.length, correction);
  return evaluate(
    fold,
    values.map((v, i) => (row.index ? [v, BigInt(i)] : [v])),
    groups,
  );
}

/** The same by the fold of `method: 'exact'`. */
function exactSum(values: readonly number[], groups: Grouping = []): Scalar {
  const { row, spec } = foldOf('sum', 'float64', values.length);
  const elements = values.map((v) => [v]);
  return evaluate((row.exact as NonNullable<typeof row.exact>)(spec), elements, groups);
}

describe('float folds against exact arithmetic, however grouped', () => {
  const lists = fc.array(positive, { minLength: 1, maxLength: 30 });

  test('sum is correctly rounded', () => {
    fc.assert(
      fc.property(
        lists,
        grouping,
        (xs, g) => void expect(run('sum', 'float64', xs, g)).toBe(nearest(total(xs.map(fraction)))),
      ),
    );
  });

  test('sum of both signs, while the condition number stays below 1e6', () => {
    fc.assert(
      fc.property(fc.array(mixed, { minLength: 1, maxLength: 30 }), grouping, (xs, g) => {
        const exact = nearest(total(xs.map(fraction)));
        fc.pre(Math.abs(exact) * 1e6 > xs.reduce((s, x) => s + Math.abs(x), 0));
        expect(sumsOf(xs)).toContain(run('sum', 'float64', xs, g));
        expect(exactSum(xs, g)).toBe(exact);
      }),
    );
  });

  test('what tips the balance between two neighbours may be too small for a pair, never for the exact sum', () => {
    const xs = [-999999.9983992882, -999999.9983992862, 5e-324];
    expect(sumsOf(xs)).toStrictEqual([-1999999.9967985745, -1999999.9967985742]);
    expect(sumsOf(xs)).toContain(run('sum', 'float64', xs));
    expect(exactSum(xs)).toBe(-1999999.9967985742);
  });

  test('mean is correctly rounded', () => {
    fc.assert(
      fc.property(lists, grouping, (xs, g) => {
        expect(run('mean', 'float64', xs, g)).toBe(nearest(over(total(xs.map(fraction)), BigInt(xs.length))));
        expect(run('nanmean', 'float64', [...xs, Number.NaN], g)).toBe(
          nearest(over(total(xs.map(fraction)), BigInt(xs.length))),
        );
      }),
    );
  });

  test('var is the exact variance rounded, std its root rounded once', () => {
    fc.assert(
      fc.property(fc.array(positive, { minLength: 3, maxLength: 20 }), grouping, fc.nat(1), (xs, g, correction) => {
        const n = BigInt(xs.length);
        const [s, q] = [total(xs.map(fraction)), total(xs.map((x) => times(fraction(x), fraction(x))))];
        const squares = minus(q, over(times(s, s), n));
        fc.pre(nearest(squares) > 1e-10 * nearest(q));
        const exact = nearest(over(squares, n - BigInt(correction)));
        expect(run('var', 'float64', xs, g, correction)).toBe(exact);
        const std = run('std', 'float64', xs, g, correction) as number;
        expect(isRoot(std, over(squares, n - BigInt(correction)))).toBe(true);
        expect(run('nanvar', 'float64', [Number.NaN, ...xs], g, correction)).toBe(exact);
      }),
    );
  });

  test('var and std of elements a million times as large as their spread', () => {
    const spread = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(spread, fc.double({ min: 1e5, max: 1e6, noNaN: true }), grouping, (around, level, g) => {
        const xs = around.map((x) => level + x);
        const n = BigInt(xs.length);
        const [s, q] = [total(xs.map(fraction)), total(xs.map((x) => times(fraction(x), fraction(x))))];
        const exact = over(minus(q, over(times(s, s), n)), n);
        fc.pre(nearest(exact) * 1e12 > level * level);
        expect(run('var', 'float64', xs, g)).toBe(nearest(exact));
        expect(isRoot(run('std', 'float64', xs, g) as number, exact)).toBe(true);
      }),
    );
  });

  test('prod is correctly rounded, and no partial product overflows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(positive, fc.integer({ min: -200, max: 200 })), { minLength: 1, maxLength: 12 }),
        grouping,
        (pairs, g) => {
          const xs = pairs.flatMap(([x, e]) => [x * 2 ** e, 2 ** -e]);
          const exact = nearest(xs.map(fraction).reduce(times));
          expect(run('prod', 'float64', xs, g)).toBe(exact);
        },
      ),
    );
    expect(run('prod', 'float64', [1e300, 1e300, 1e-300, 1e-300])).toBeCloseTo(1, 14);
    expect(run('prod', 'float64', [5e-324, 2 ** 1000])).toBe(5e-324 * 2 ** 1000);
    expect(run('prod', 'float64', [1e200, 1e200])).toBe(Number.POSITIVE_INFINITY);
    expect(run('prod', 'float64', [1e-200, -1e-200])).toBe(-0);
    expect(run('prod', 'float64', [2 ** -1000, 2 ** -74])).toBe(5e-324);
  });

  test('float32 is accumulated in float64 pairs and rounded once', () => {
    const ones = new Array<number>(100).fill(Math.fround(0.1));
    expect(run('sum', 'float32', ones)).toBe(Math.fround(Math.fround(0.1) * 100));
    expect(run('mean', 'float32', ones)).toBe(Math.fround(0.1));
    expect(run('var', 'float32', ones)).toBe(0);
  });
});

describe('infinities and NaN', () => {
  const lists = fc
    .array(fc.oneof(special, mixed), { maxLength: 8 })
    .filter((xs) => xs.filter((x) => x === 1e300).length < 2);

  test('sum, mean and prod give what plain arithmetic gives', () => {
    fc.assert(
      fc.property(lists, grouping, (xs, g) => {
        const sum = xs.reduce((s, x) => s + x, 0);
        if (!Number.isFinite(sum)) {
          expect(run('sum', 'float64', xs, g)).toBe(sum);
          expect(run('mean', 'float64', xs, g)).toBe(sum);
        }
        const product = xs.reduce((p, x) => p * (Number.isFinite(x) ? Math.sign(x) : x), 1);
        if (!xs.every(Number.isFinite)) expect(run('prod', 'float64', xs, g)).toBe(product);
      }),
    );
  });

  test.each<[Name, number[], number]>([
    ['var', [Number.POSITIVE_INFINITY, 1], Number.NaN],
    ['var', [Number.NaN, 1], Number.NaN],
    ['var', [1e200, -1e200], Number.POSITIVE_INFINITY],
    ['var', [3, 3, 3], 0],
    ['var', [0.1, 0.1, 0.1], 0],
    ['std', [1e8 + 1, 1e8 + 2, 1e8 + 3], Math.sqrt(2 / 3)],
    ['mean', [1.7e308], 1.7e308],
    ['mean', [5e-324, 5e-324], 5e-324],
    ['nanmean', [Number.NaN], Number.NaN],
    ['nanvar', [Number.NaN], Number.NaN],
    ['nanmax', [Number.NaN, Number.NaN], Number.NaN],
    ['nanmin', [Number.NaN, 4, -2], -2],
  ])('%s of %j is %d', (name, xs, expected) => expect(run(name, 'float64', xs)).toBe(expected));

  test('a divisor that is not positive gives NaN or infinity', () => {
    expect(run('var', 'float64', [2], [], 1)).toBe(Number.NaN);
    expect(run('var', 'float64', [0.1], [], 1)).toBe(Number.NaN);
    expect(run('var', 'float64', [1, 2], [], 2)).toBe(Number.POSITIVE_INFINITY);
    expect(run('std', 'float64', [1, 2], [], 5)).toBe(Number.POSITIVE_INFINITY);
  });

  test('sum of nothing is +0, never -0', () => expect(Object.is(run('sum', 'float64', []), 0)).toBe(true));
});

/** JavaScript's idea of the extremes, NaN included. */
const before = (sense: 1 | -1) => (x: number, y: number) =>
  Number.isNaN(y) ? false : Number.isNaN(x) || (sense === 1 ? x > y : x < y);

function firstExtreme(xs: readonly number[], sense: 1 | -1): number {
  const beats = before(sense);
  return xs.reduce((best, x, i) => (beats(x, xs[best] as number) ? i : best), 0);
}

describe('extremes', () => {
  const few = fc.array(
    fc.constantFrom(0, -0, 1, 2, 2, -3, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    { minLength: 1, maxLength: 12 },
  );

  test('max and min let NaN win and tell -0 from 0', () => {
    fc.assert(
      fc.property(few, grouping, (xs, g) => {
        expect(run('max', 'float64', xs, g)).toBe(Math.max(...xs));
        expect(run('min', 'float64', xs, g)).toBe(Math.min(...xs));
        const present = xs.filter((x) => !Number.isNaN(x));
        expect(run('nanmax', 'float64', xs, g)).toBe(present.length === 0 ? Number.NaN : Math.max(...present));
      }),
    );
  });

  test('argmax and argmin give the first index, whatever the grouping', () => {
    fc.assert(
      fc.property(few, grouping, (xs, g) => {
        expect(run('argmax', 'float64', xs, g)).toBe(BigInt(firstExtreme(xs, 1)));
        expect(run('argmin', 'float64', xs, g)).toBe(BigInt(firstExtreme(xs, -1)));
        const present = xs.flatMap((x, i) => (Number.isNaN(x) ? [] : [i]));
        const at =
          present[
            firstExtreme(
              present.map((i) => xs[i] as number),
              1,
            )
          ];
        expect(run('nanargmax', 'float64', xs, g)).toBe(BigInt(at ?? -1));
      }),
      { numRuns: 300 },
    );
    expect(run('argmax', 'bool', [false, true, true], [1])).toBe(1n);
    expect(run('argmin', 'bool', [true, true, false, false], [1, 1])).toBe(2n);
    expect(run('argmax', 'int64', [-(2n ** 63n)], [0, 0])).toBe(0n);
  });
});

describe('integers and bool', () => {
  test('64-bit sums and products wrap and keep every digit', () => {
    const wide = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 8 });
    fc.assert(
      fc.property(wide, grouping, (xs, g) => {
        expect(run('sum', 'int64', xs, g)).toBe(
          BigInt.asIntN(
            64,
            xs.reduce((s, x) => s + x, 0n),
          ),
        );
        expect(run('prod', 'int64', xs, g)).toBe(
          BigInt.asIntN(
            64,
            xs.reduce((p, x) => p * x, 1n),
          ),
        );
      }),
    );
  });

  test('all, any and countNonzero', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 8 }), grouping, (xs, g) => {
        expect(Boolean(run('all', 'bool', xs, g))).toBe(xs.every(Boolean));
        expect(Boolean(run('any', 'bool', xs, g))).toBe(xs.some(Boolean));
        expect(
          run(
            'countNonzero',
            'bool',
            xs.map((x) => (x ? 1n : 0n)),
            g,
          ),
        ).toBe(BigInt(xs.filter(Boolean).length));
      }),
    );
  });

  test.each<[Name, DType, DType]>([
    ['sum', 'bool', 'int64'],
    ['sum', 'uint8', 'uint64'],
    ['sum', 'int8', 'int64'],
    ['sum', 'float32', 'float32'],
    ['prod', 'uint32', 'uint64'],
    ['mean', 'int32', 'float64'],
    ['mean', 'float32', 'float32'],
    ['var', 'bool', 'float64'],
    ['max', 'uint8', 'uint8'],
    ['argmax', 'float32', 'int64'],
    ['any', 'float64', 'bool'],
    ['countNonzero', 'float64', 'int64'],
  ])('%s of %s gives %s', (name, of, gives) => expect(reductions[name].gives(of)).toBe(gives));
});

describe('every fold', () => {
  const all = Object.keys(reductions).flatMap((name) => dtypeNames.map((of) => [name as Name, of] as const));
  test.each(all)('%s of %s: the empty state changes nothing', (name, of) => {
    const { spec } = foldOf(name, of, 3);
    const value = (n: number): Scalar => {
      if (name === 'countNonzero') return BigInt(n & 1);
      if (spec.takes === 'bool') return n % 2 === 1;
      return spec.takes === 'int64' || spec.takes === 'uint64' ? BigInt(n) : n;
    };
    const xs = [3, 1, 2].map(value);
    const plain = run(name, of, xs);
    for (const g of [[0], [0, 1], [1, 0], [1, 0, 0, 1, 0], [2, 1, 0, 0]]) expect(run(name, of, xs, g)).toEqual(plain);
  });
});
