import * as da from 'chunkwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planFor } from '#src/compute.js';
import { type Cuts, listOf, maxBlock, regular, whole } from '#src/core/chunks.js';
import { sync } from '#src/exec/sync.js';
import { squared } from '#src/plan/products.js';

const cut = (rows: Cuts, columns: Cuts, along: number, slots = 2) => {
  const [m, n, k] = squared([rows, columns, whole(along)], slots) as [Cuts, Cuts, Cuts];
  expect(k).toEqual(whole(along));
  return [m, n] as const;
};

describe('products that only others read', () => {
  test('are cut into squares where their blocks were thin', () => {
    const [m, n] = cut(regular(2000, 64), whole(2000), 2000);
    expect([maxBlock(m), maxBlock(n)]).toEqual([500, 500]);
  });

  test('are cut smaller for more workers, down to what is worth a task', () => {
    expect(cut(regular(2000, 64), whole(2000), 2000, 8).map(maxBlock)).toEqual([250, 250]);
    expect(cut(regular(2000, 64), whole(2000), 2000, 1000).map(maxBlock)).toEqual([125, 125]);
  });

  test('stay as they are where squares would hold more', () => {
    const thin = [regular(10_000, 10), regular(10_000, 10)] as const;
    expect(cut(...thin, 1e6)).toEqual(thin);
  });

  test('property: cover all rows and columns, and no task holds more', () => {
    const axis = fc
      .tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 3000 }))
      .map(([length, size]) => regular(length, size));
    fc.assert(
      fc.property(axis, axis, fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 64 }), (m, n, k, slots) => {
        const [rows, columns] = cut(m, n, k, slots);
        expect([rows.length, columns.length]).toEqual([m.length, n.length]);
        const held = (a: Cuts, b: Cuts) => (maxBlock(a) + maxBlock(b)) * k + maxBlock(a) * maxBlock(b);
        expect(held(rows, columns)).toBeLessThanOrEqual(held(m, n));
        for (const cuts of [rows, columns]) expect(listOf(cuts).reduce((a, b) => a + b, 0)).toBe(cuts.length);
      }),
    );
  });

  test('have the bits that they have as they are, and roots keep their blocks', async () => {
    const x = da.random.uniform(-1, 1, [700, 300], { seed: 1, chunks: [20, 300] });
    const product = da.matmul(x, x.transpose());
    const stage = planFor([product.expr]).stages.find(({ label }) => label === 'matmul');
    expect(stage?.chunks.slice(0, 2).map((cuts) => maxBlock(cuts))).toEqual([20, 20]);
    const whole = (await product.compute({ executor: sync() })).data;
    const halved = (await product.multiply(0.5).compute({ executor: sync() })).data;
    expect([...halved]).toEqual([...whole].map((value) => Number(value) * 0.5));
  });
});
