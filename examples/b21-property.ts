/** A property test as users write them: lazy equals eager, whatever the chunks, fused or not. Run by `npm test`. */
import * as da from 'chunkwise';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const runs = Number(process.env.CHUNKWISE_RUNS ?? 200);
const cases = fc.tuple(
  fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 }),
  fc.integer({ min: 1, max: 9 }),
);

test('any chunking, fused or not, equals eager', () =>
  fc.assert(
    fc.asyncProperty(cases, fc.boolean(), async ([xs, chunks], optimizeGraph) => {
      const lazy = da.fromArray(xs, { chunks }).square().add(1).sqrt().mean();
      const eager = xs.reduce((s, x) => s + Math.sqrt(x * x + 1), 0) / xs.length;
      expect(await lazy.compute({ optimizeGraph })).toBeCloseTo(eager, 9);
    }),
    { numRuns: runs },
  ));
