/** The largest and smallest floats in vectors, one by one and interpreted: NaN, zeros of both signs, any tail. */
import * as da from 'chunkwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reduced, waysOf } from './rows.js';

const arrays = { float32: Float32Array, float64: Float64Array };
const present = (xs: readonly number[]): number[] => xs.filter((x) => !Number.isNaN(x));
const oracles = {
  max: (xs: readonly number[]) => Math.max(...xs),
  min: (xs: readonly number[]) => Math.min(...xs),
  nanmax: (xs: readonly number[]) => (present(xs).length === 0 ? Number.NaN : Math.max(...present(xs))),
  nanmin: (xs: readonly number[]) => (present(xs).length === 0 ? Number.NaN : Math.min(...present(xs))),
};

/** Long runs of one value with a few others among them: what decides may be a single element. */
const rows = fc
  .record({
    most: fc.constantFrom(0, -0, -1, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    length: fc.integer({ min: 1, max: 70 }),
    others: fc.array(
      fc.tuple(
        fc.nat(69),
        fc.constantFrom(0, -0, 5e-324, -5e-324, 0.5, -2, 1e300, Number.NaN, Number.NEGATIVE_INFINITY),
      ),
      { maxLength: 4 },
    ),
  })
  .map(({ most, length, others }) => {
    const xs = new Array<number>(length).fill(most);
    for (const [at, x] of others) xs[at % length] = x;
    return xs;
  });

describe.each(['float64', 'float32'] as const)('extremes of %s', (dtype) => {
  test.each(['max', 'min', 'nanmax', 'nanmin'] as const)('property: %s is that of the elements, each way', (name) => {
    const Floats = arrays[dtype];
    const ways = waysOf(da.fromArray(new Floats(16))[name]().expr);
    fc.assert(
      fc.property(rows, (values) => {
        const xs = Floats.from(values);
        for (const [, run] of ways) expect(reduced(run, xs, new Floats(1))).toBe(oracles[name]([...xs]));
      }),
      { numRuns: 300 },
    );
  });
});
