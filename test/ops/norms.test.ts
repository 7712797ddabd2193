/** Norms and weighted averages against exact rational arithmetic, however the elements are grouped. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fold } from '#src/kernel/ir.js';
import { reductions } from '#src/ops/reduction.js';
import type { FoldSpec } from '#src/ops/types.js';
import {
  evaluate,
  type Fraction,
  foldOf,
  fraction,
  type Grouping,
  isRoot,
  nearest,
  sumsOf,
  times,
  total,
} from './fold.js';

const grouping: fc.Arbitrary<Grouping> = fc.array(fc.nat(5), { maxLength: 6 });
const square = (x: Fraction): Fraction => times(x, x);

const folds = new Map<string, Fold>();
function normFold(ord: number, of: FoldSpec['of'] = 'float64'): Fold {
  const made = folds.get(`${ord} ${of}`) ?? reductions.norm.fold({ ...foldOf('norm', of, 0).spec, ord });
  folds.set(`${ord} ${of}`, made);
  return made;
}
const norm = (xs: readonly number[], ord: number, groups: Grouping = []): number =>
  evaluate(
    normFold(ord),
    xs.map((x) => [x]),
    groups,
  ) as number;

const usual = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const anything = fc.double({ min: -1e307, max: 1e307, noNaN: true });
const tiny = fc.integer({ min: -1000, max: 1000 }).map((n) => n * 5e-324);
const small = fc.double({ min: -1e-300, max: 1e-300, noNaN: true });
const border = fc
  .tuple(fc.constantFrom(2 ** -440, 2 ** 480), fc.double({ min: 0.25, max: 4, noNaN: true }))
  .map(([at, by]) => at * by);

describe('the Euclidean norm', () => {
  test.each([
    ['usual', usual],
    ['of all sizes', anything],
    ['subnormal', tiny],
    ['small', small],
    ['about the limits of scaling', border],
    ['mixed', fc.oneof(usual, anything, tiny, small, border)],
  ] as const)('property: correctly rounded for %s elements', (_, element) => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 12 }), grouping, (xs, groups) => {
        expect(isRoot(norm(xs, 2, groups), total(xs.map(fraction).map(square)))).toBe(true);
      }),
    );
  });

  test.each([
    [[], 0],
    [[0, -0], 0],
    [[1e200, 1e200], Math.SQRT2 * 1e200],
    [[3e-320, 4e-320], 5e-320],
    [[5e-324], 5e-324],
    [[1.581926194735781e-308], 1.581926194735781e-308],
    [[-Number.MAX_VALUE], Number.MAX_VALUE],
    [[Number.MAX_VALUE, Number.MAX_VALUE], Number.POSITIVE_INFINITY],
    [[Number.NEGATIVE_INFINITY, 1], Number.POSITIVE_INFINITY],
    [[Number.NaN, 1e-310], Number.NaN],
    [[Number.NaN, Number.POSITIVE_INFINITY], Number.NaN],
    [[Number.NaN, 1e300], Number.NaN],
  ])('of %j is %d', (xs, value) => {
    expect(norm(xs, 2)).toBe(value);
    expect(norm([...xs].reverse(), 2, [1, 0, 1])).toBe(value);
  });

  test('of float32 needs no scaling', () => {
    const xs = [2 ** 127, 2 ** -149].map((x) => [x]);
    expect(evaluate(normFold(2, 'float32'), xs, [1])).toBe(2 ** 127);
  });
});

describe('norms of other orders', () => {
  const lists = fc.array(usual, { minLength: 1, maxLength: 20 });

  test('property: 1 is the correctly rounded sum of sizes', () => {
    fc.assert(
      fc.property(lists, grouping, (xs, groups) => {
        expect(sumsOf(xs.map(Math.abs))).toContain(norm(xs, 1, groups));
      }),
    );
  });

  test('property: 0 counts, infinity and its negative are the extremes', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(usual, fc.constantFrom(0, -0)), { minLength: 1 }), grouping, (xs, groups) => {
        const sizes = xs.map(Math.abs);
        expect(norm(xs, 0, groups)).toBe(xs.filter((x) => x !== 0).length);
        expect(norm(xs, Number.POSITIVE_INFINITY, groups)).toBe(Math.max(...sizes));
        expect(norm(xs, Number.NEGATIVE_INFINITY, groups)).toBe(Math.min(...sizes));
      }),
    );
  });

  test('property: any other is close to the power of the sum of powers, and the same for all groupings', () => {
    const orders = fc.constantFrom(3, 0.5, -1, -2, 2.5);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1 }),
        orders,
        grouping,
        (xs, p, groups) => {
          const value = xs.reduce((sum, x) => sum + x ** p, 0) ** (1 / p);
          expect(norm(xs, p, groups) / value).toBeCloseTo(1, 13);
          expect(norm(xs, p, groups)).toBe(norm(xs, p));
        },
      ),
    );
  });

  test.each([
    [1, 0],
    [0, 0],
    [3, 0],
    [Number.POSITIVE_INFINITY, 0],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    [-1, Number.POSITIVE_INFINITY],
  ])('%d of no elements is %d', (ord, value) => expect(norm([], ord)).toBe(value));

  test.each([0.5, 1, 2, 3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('NaN is the norm %d of NaN', (ord) => {
    expect(norm([1, Number.NaN, 2], ord, [1])).toBeNaN();
  });
});

describe('the weighted average', () => {
  const { spec } = foldOf('average', 'float64', 0);
  const fold = reductions.average.fold({ ...spec, weighted: true });
  const average = (pairs: readonly (readonly number[])[], groups: Grouping = []) => evaluate(fold, pairs, groups);

  test('property: correctly rounded, whatever the grouping', () => {
    const weight = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    // Where products underflow, their rounding errors do.
    const value = usual.map((x) => (Math.abs(x) < 1e-200 ? 0 : x));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, weight), { minLength: 1, maxLength: 20 }), grouping, (pairs, groups) => {
        const sum = total(pairs.map(([x, w]) => times(fraction(x), fraction(w))));
        const weights = total(pairs.map(([, w]) => fraction(w)));
        const size = total(pairs.map(([x, w]) => times(fraction(Math.abs(x)), fraction(w))));
        fc.pre(sum.top !== 0n && nearest(size) / Math.abs(nearest(sum)) < 1e6);
        const exact = nearest({ top: sum.top * weights.bottom, bottom: sum.bottom * weights.top });
        expect(average(pairs, groups)).toBe(exact);
      }),
    );
  });

  test.each([
    [
      [
        [1, 0],
        [2, 0],
      ],
      Number.NaN,
    ],
    [
      [
        [1, 1],
        [2, -1],
      ],
      Number.NEGATIVE_INFINITY,
    ],
    [
      [
        [Number.NaN, 1],
        [2, 1],
      ],
      Number.NaN,
    ],
    [
      [
        [Number.POSITIVE_INFINITY, 0],
        [2, 1],
      ],
      Number.NaN,
    ],
    [
      [
        [Number.POSITIVE_INFINITY, 1],
        [2, 1],
      ],
      Number.POSITIVE_INFINITY,
    ],
    [
      [
        [1, Number.POSITIVE_INFINITY],
        [2, 1],
      ],
      Number.NaN,
    ],
    [[], Number.NaN],
  ])('of %j is %d', (pairs, value) => expect(average(pairs)).toBe(value));
});
