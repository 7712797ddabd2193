/** Kernels that the calling thread interprets first and compiles when they are used more. */
import * as da from 'chunkwise';
import { describe, expect, test } from 'vitest';
import { planFor } from '#src/compute.js';
import type { PoolRun } from '#src/exec/threads/run.js';
import { isCompiled } from '#src/kernel/compile.js';
import { kernelCode } from '#src/kernel/identity.js';
import { MemoryStore } from '#src/store/memory.js';

const executor = da.sync();
const numbers = (length: number): da.ChunkedArray<'float64', 'array'> =>
  da.fromArray(Float64Array.from({ length }, (_, i) => 1 + i / 7)) as never;
const codesOf = (value: { readonly expr: unknown }): string[] =>
  planFor([value.expr as never]).stages.map(({ kernel }) => kernelCode(kernel));

describe('a kernel of few elements', () => {
  test('is interpreted, and compiled when that has taken some milliseconds, with the same bits', async () => {
    const value = numbers(40).log().multiply(1.25).sum();
    const codes = codesOf(value);
    const first = await value.compute({ executor });
    expect(codes.some(isCompiled)).toBe(false);
    let runs = 1;
    for (; runs < 20_000 && !codes.every(isCompiled); runs++) expect(await value.compute({ executor })).toBe(first);
    expect(codes.every(isCompiled)).toBe(true);
    expect(await value.compute({ executor })).toBe(first);
  });

  test('is compiled at once if another one with the same code was', async () => {
    const drawn = (seed: number, length: number) => da.random.generator(seed).uniform(0, 3, length).exp().sum();
    await drawn(1, 5000).compute({ executor });
    const value = drawn(2, 30);
    expect(codesOf(value).every(isCompiled)).toBe(true);
    expect(await value.compute({ executor })).toBe(await value.compute({ optimizeGraph: false }));
  });

  test('may fail and be tried again', async () => {
    const value = numbers(30).arctan().prod();
    const signal = AbortSignal.abort();
    await expect(value.compute({ executor, signal })).rejects.toThrow(da.AbortError);
    expect(await value.compute({ executor })).toBe(await value.compute());
  });
});

test('a kernel of many elements is compiled at once', async () => {
  const value = numbers(300).cosh().sum();
  const [code] = codesOf(value) as [string];
  expect(isCompiled(code)).toBe(false);
  await value.compute({ executor });
  expect(isCompiled(code)).toBe(true);
});

test('threads are not sent kernels that none of them runs', async () => {
  await using pool = await da.threads({ workers: 2 });
  const value = da.random.uniform(0, 1, 100_000, { seed: 4, chunks: 10_000 }).tanh().mean();
  const plan = planFor([value.expr as never]);
  const run = (await pool.open(plan, new MemoryStore(plan))) as PoolRun;
  expect(plan.stages.length).toBeGreaterThan(1);
  expect(run.open.kernels.map((kernel) => kernel !== undefined)).toEqual(
    plan.stages.map(({ reads }) => reads.length === 0),
  );
  await run.end();
  expect(await value.compute({ executor: pool })).toBe(await value.compute({ executor }));
});
