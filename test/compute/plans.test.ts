import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { planFor } from '#src/compute.js';
import * as da from '#src/index.js';

describe('plans are made once', () => {
  test('for an expression, and for one that is written anew', () => {
    const x = da.random.random(1000, { chunks: 100, seed: 1 });
    const sum = x.sum();
    expect(planFor([sum.expr])).toBe(planFor([sum.expr]));
    expect(planFor([x.sum().expr])).toBe(planFor([sum.expr]));
    expect(planFor([x.mean().expr])).not.toBe(planFor([sum.expr]));
    expect(planFor([sum.expr], { optimizeGraph: false })).not.toBe(planFor([sum.expr]));
  });

  test('for arrays in memory too, and read what these hold by then', async () => {
    const [a, b] = [new Float64Array(10).fill(1), new Float64Array(10).fill(2)];
    const [x, y] = [da.fromArray(a), da.fromArray(b)];
    const sum = () => x.add(y).sum();
    expect(planFor([sum().expr])).toBe(planFor([sum().expr]));
    expect(planFor([y.sum().expr])).not.toBe(planFor([x.sum().expr]));
    expect(await sum().compute()).toBe(30);
    a[0] = 5;
    expect(await sum().compute()).toBe(34);
  });

  test('and keep no array from being freed', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const stays = da.fromArray(new Float64Array(10));
    const sumWith = async (value: number) => {
      const other = new Float64Array(10).fill(value);
      expect(await stays.add(da.fromArray(other)).sum().compute()).toBe(10 * value);
      return new WeakRef(other);
    };
    const others = await Promise.all([1, 2, 3].map(sumWith));
    for (let i = 0; i < 10 && others.some((ref) => ref.deref() !== undefined); i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      collect();
    }
    expect(others.map((ref) => ref.deref())).toEqual([undefined, undefined, undefined]);
  });
});
