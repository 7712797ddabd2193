/** Functions on single numbers have the bits that kernels give. */
import * as da from 'chunkwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpretedFunctions, mathOnNumbers } from '#src/kernel/functions.js';

const compiled = mathOnNumbers();
const interpreted = interpretedFunctions();
const inputs = {
  exp: fc.double({ min: -800, max: 800 }),
  log: fc.double({ min: 0 }),
  log1p: fc.double({ min: -1 }),
};
const special = [0, -0, 1, -1, 5e-324, 1e308, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

describe.each(['exp', 'log', 'log1p'] as const)('%s of a number', (name) => {
  test('property: is that of an array', async () => {
    const some = fc.array(fc.oneof(inputs[name], fc.constantFrom(...special)), { minLength: 1, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(some, async (xs) => {
        const { data } = await da.fromArray(Float64Array.from(xs))[name]().compute({ executor: da.sync() });
        expect(xs.map(compiled[name])).toEqual([...(data as Float64Array)]);
        expect(xs.map(interpreted[name])).toEqual([...(data as Float64Array)]);
      }),
      { numRuns: 40 },
    );
  });

  test('is close to the one that the engine has', () => {
    fc.assert(
      fc.property(inputs[name], (x) => {
        const [given, known] = [compiled[name](x), Math[name](x)];
        expect(Object.is(given, known) || Math.abs(given - known) <= 2 ** -51 * Math.abs(known)).toBe(true);
      }),
    );
  });
});
