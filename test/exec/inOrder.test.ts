import { describe, expect, test } from 'vitest';
import { planFor } from '#src/compute.js';
import { AbortError } from '#src/core/errors.js';
import { isSmall, runInOrder } from '#src/exec/inOrder.js';
import { sync } from '#src/exec/sync.js';
import * as da from '#src/index.js';
import { stagesBehind } from '#src/plan/graph.js';
import type { Batch, Plan } from '#src/plan/types.js';
import { MemoryStore } from '#src/store/memory.js';

/** The batches of `plan` in the order they begin and end. */
async function orderOf(plan: Plan): Promise<string[]> {
  const executor = sync();
  const run = await executor.open(plan, new MemoryStore(plan));
  const order: string[] = [];
  const name = ({ stage, from }: Batch) => `${stage}:${from}`;
  await runInOrder(plan, run, { onEvent: ({ type, batch }) => order.push(`${type} ${name(batch)}`) });
  await run.end();
  return order;
}

describe('small plans in this thread', () => {
  test('run batch after batch, each after those it reads', async () => {
    const x = da.random.random(40, { chunks: 10, seed: 1 });
    const y = da.random.random(40, { chunks: 10, seed: 2 });
    const kept = x.cumulativeSum().rechunk(7);
    const plan = planFor([kept.add(y).sum().expr, y.mean().expr, x.max().expr], { optimizeGraph: false });
    expect(isSmall(plan)).toBe(false);
    const ended = new Set<number>();
    for (const entry of await orderOf(plan)) {
      const stage = Number(/ (\d+):/.exec(entry)?.[1]);
      const reads = (plan.stages[stage]?.reads ?? []).flatMap((ref) => [...stagesBehind(ref)]);
      for (const read of reads) expect(ended).toContain(read);
      if (entry.startsWith('done')) ended.add(stage);
    }
    expect(ended.size).toBe(plan.stages.length);
  });

  test('are those of few tasks that hold little', () => {
    expect(isSmall(planFor([da.arange(10).sum().expr]))).toBe(true);
    expect(isSmall(planFor([da.arange(1000, { chunks: 1 }).add(1).expr]))).toBe(false);
    expect(isSmall(planFor([da.ones(1e6).cumulativeSum().expr]))).toBe(false);
  });

  test('give what the scheduler gives, and the same account of it', async () => {
    const x = da.random.random([6, 8], { chunks: 4, seed: 3 });
    const [quick, scheduled] = await Promise.all(
      [sync(), await da.threads({ workers: 1 })].map(async (executor) => {
        const { value, stats } = await x.subtract(x.mean(0)).max(1).profile({ executor });
        await executor.close();
        return { value: String(value), tasks: stats.tasks, stages: stats.stages, retries: stats.retries };
      }),
    );
    expect(quick).toEqual(scheduled);
  });

  test('stop when their signal says so', async () => {
    const stop = new AbortController();
    const running = da.ones(20, { chunks: 5 }).add(1).sum().compute({ executor: sync(), signal: stop.signal });
    stop.abort('enough');
    await expect(running).rejects.toThrow(AbortError);
  });

  test('let other events have their turn, however many follow each other', async () => {
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const until = performance.now() + 200;
    while (performance.now() < until) await da.arange(10).sum().compute();
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(3);
  });
});
