/** What tables are made with, and the table that logarithms start from. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixed, log, nearest, quotient, sqrt, times } from '#src/kernel/math/fixedPoint.js';
import { intervals, ln2, ln10, logarithmsTo, logTable, lowest } from '#src/kernel/math/logTable.js';

/** The first 30 decimal places, and what stands before the point. */
const decimals = (x: bigint): bigint => (x * 10n ** 30n) >> 128n;
const power = (exponent: number): bigint => fixed(2 ** exponent);
const size = (x: bigint): bigint => (x < 0n ? -x : x);

describe('functions in fixed point', () => {
  test.each([
    ['the root of 2', sqrt(fixed(2)), 1414213562373095048801688724209n],
    ['the root of 1/2', sqrt(fixed(0.5)), 707106781186547524400844362104n],
    ['log 2', ln2(), 693147180559945309417232121458n],
    ['log 10', ln10(), 2302585092994045684017991454684n],
    ['a third', quotient(fixed(1), fixed(3)), 333333333333333333333333333333n],
    ['a quarter', times(fixed(0.5), fixed(0.5)), 250000000000000000000000000000n],
  ])('%s', (_, x, expected) => {
    expect(decimals(x)).toBe(expected);
  });

  test('property: the logarithm of a product is a sum', () => {
    const number = fc.double({ min: 0.75, max: 1.4, noNaN: true });
    fc.assert(
      fc.property(number, number, (x, y) => {
        const [a, b] = [fixed(x), fixed(y)];
        expect(size(log(times(a, b)) - log(a) - log(b)) < power(-118)).toBe(true);
      }),
    );
  });

  test('nearest rounds to a double', () => {
    expect(nearest(fixed(1) + 1n)).toBe(1);
    expect(nearest(fixed(1) + power(-53) + 1n)).toBe(1 + 2 ** -52);
    expect(nearest(-fixed(0.1))).toBe(-0.1);
  });
});

describe('the table of logarithms', () => {
  const { places, inverses, logarithms } = logTable();
  const view = new DataView(new ArrayBuffer(8));
  /** Where interval `i` begins. */
  const start = (i: number): number => {
    view.setBigInt64(0, lowest + (BigInt(i) << 45n));
    return view.getFloat64(0);
  };

  test('has a place for each interval, and 1 for its own', () => {
    expect([places, inverses, logarithms].map((column) => column.length)).toEqual([intervals, intervals, intervals]);
    expect([places[74], inverses[74], logarithms[74]]).toEqual([1, 1, 0]);
    expect(start(74)).toBeLessThan(1);
    expect(start(75)).toBeGreaterThan(1);
  });

  test('has places a 255th of their size from either end of their intervals at most', () => {
    places.forEach((c, i) => {
      for (const end of [start(i), start(i + 1)]) expect(Math.abs(end - c) / c).toBeLessThan(1 / 255);
    });
  });

  test('has logarithms that are nearly multiples of 2^-42, and inverses that are nearly doubles', () => {
    places.forEach((c, i) => {
      const logarithm = logarithms[i] as number;
      expect(Number.isInteger(logarithm * 2 ** 42)).toBe(true);
      const most = power(Math.abs(logarithm) < 2 ** -4 ? -66 : -63);
      expect(size(log(fixed(c)) - fixed(logarithm)) <= (most * 1001n) / 1000n).toBe(true);
      expect(size(times(fixed(c), fixed(inverses[i] as number)) - fixed(1)) < power(-58)).toBe(true);
    });
  });

  test('to another base has a high part on the grid, and what is left', () => {
    const { high, low } = logarithmsTo(ln10());
    places.forEach((c, i) => {
      const [above, below] = [high[i] as number, low[i] as number];
      expect(Number.isInteger(above * 2 ** 42)).toBe(true);
      expect(Math.abs(below)).toBeLessThan(2 ** -42);
      const sum = times(fixed(above) + fixed(below), ln10());
      expect(size(sum - log(fixed(c))) < power(-94)).toBe(true);
    });
  });
});
