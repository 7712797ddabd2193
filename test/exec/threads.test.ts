import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as da from 'chunkwise';
import { describe, expect, test } from 'vitest';
import { planFor } from '#src/compute.js';
import { ArgumentError, ExecutorClosedError, WorkerLostError } from '#src/core/errors.js';
import type { RunEvent } from '#src/exec/drive.js';
import { defaultPool, ThreadPool, threads } from '#src/exec/threads/index.js';
import type { Expr } from '#src/expr/types.js';
import { MemoryStore } from '#src/store/memory.js';
import { endless, executorConformance, quarters, run } from '../conformance/executor.js';
import { evaluate } from '../oracle/evaluate.js';
import { reduce } from '../oracle/graph.js';

executorConformance('threads', () => threads({ workers: 2 }));
executorConformance('threads without shared memory', async () => new ThreadPool({ workers: 2 }, { shared: false }));
executorConformance('threads, of which none is spared a batch', async () => {
  return new ThreadPool({ workers: 2 }, { tooShort: 0 });
});
executorConformance('threads without shared memory, none spared', async () => {
  return new ThreadPool({ workers: 2 }, { shared: false, tooShort: 0 });
});

describe('who waits', () => {
  test('has the first blocks before a thread is started, where they are short', async () => {
    await using pool = await threads({ workers: 2 });
    const x = da.random.random(1e9, { seed: 2, chunks: 1000 });
    for await (const { data } of x.blocks({ executor: pool })) {
      expect(data.shape).toEqual([1000]);
      break;
    }
    expect(pool.seats.some((seat) => seat.started)).toBe(false);
    const few = x.slice('0:40000');
    let blocks = 0;
    for await (const { data } of few.blocks({ executor: pool })) blocks += data.size / 1000;
    expect(blocks).toBe(40);
  });

  test('for the end of a run does not wait for what no thread has begun', async () => {
    await using pool = await threads({ workers: 1 });
    const open = async (expr: Expr) => {
      const plan = planFor([expr]);
      return pool.open(plan, new MemoryStore(plan));
    };
    const [long, short] = [await open(endless(2 ** 34)), await open(quarters([200, 300], 10))];
    const first = { stage: 0, from: 0, to: 1 };
    const ended: string[] = [];
    const running = long.submit(first).finally(() => ended.push('long'));
    const waiting = short.submit(first).finally(() => ended.push('short'));
    await Promise.all([expect(waiting).rejects.toThrow(ExecutorClosedError), short.end()]);
    expect(ended).toEqual(['short']);
    await Promise.all([expect(running).rejects.toThrow(ExecutorClosedError), long.end()]);
  });
});

const kill = (pool: ThreadPool): void => {
  for (const seat of pool.seats) seat.terminate();
};

describe('a thread that dies', () => {
  test('is replaced, and its batches are run again', async () => {
    await using pool = await threads({ workers: 2 });
    const sum = reduce(quarters([200, 300], 10), [0, 1], 4);
    let killed = 0;
    const onEvent = ({ type }: RunEvent): void => {
      if (type === 'done' && killed++ === 0) kill(pool);
    };
    const [result] = await run(pool, [sum], { onEvent, packed: true });
    expect(killed).toBeGreaterThan(0);
    expect([...(result ?? [])]).toEqual([...evaluate(sum).data]);
  });

  test('in the same batch as often as batches are tried rejects with WorkerLostError', async () => {
    await using pool = await threads({ workers: 1 });
    const starts = new Map<number, number>();
    const onEvent = ({ type, batch }: RunEvent): void => {
      if (type !== 'start') return;
      starts.set(batch.from, (starts.get(batch.from) ?? 0) + 1);
      setTimeout(() => kill(pool), 100);
    };
    const error = await run(pool, [endless(2 ** 34)], { onEvent }).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(WorkerLostError);
    expect((error as WorkerLostError).message).toContain('worker 0 died');
    expect(Math.max(...starts.values())).toBe(3);
  });

  test('takes no batch with it that it had not begun', async () => {
    await using pool = await threads({ workers: 1 });
    let retries = 0;
    const onEvent = ({ type }: RunEvent): void => {
      if (type === 'retry') retries++;
    };
    const values = quarters([400, 100], [10, 100]);
    setTimeout(() => kill(pool), 100);
    const [result] = await run(pool, [values], { onEvent, packed: true });
    expect([...(result ?? [])]).toEqual([...evaluate(values).data]);
    expect(retries).toBeLessThanOrEqual(1);
  });
});

describe('a pool of threads', () => {
  test('is stopped within a task', async () => {
    await using pool = await threads({ workers: 1 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await expect(run(pool, [endless(2 ** 34)], { signal: stop.signal })).rejects.toThrow('aborted');
    const [after] = await run(pool, [quarters([2], 1)]);
    expect([...(after ?? [])]).toEqual([0, 0.25]);
  });

  test('merges a few states in its own thread', async () => {
    await using pool = await threads({ workers: 2 });
    const sum = reduce(quarters([4000], 100), [0], 4);
    const ran = new Map<number, Set<number>>();
    const onEvent = (event: RunEvent): void => {
      if (event.type !== 'done') return;
      const { batch, report } = event;
      ran.set(batch.stage, (ran.get(batch.stage) ?? new Set()).add(report.worker));
    };
    const [result] = await run(pool, [sum], { onEvent });
    expect([...(result ?? [])]).toEqual([...evaluate(sum).data]);
    const [first, ...merges] = [...ran].sort(([a], [b]) => a - b).map(([, workers]) => [...workers]);
    expect(Math.max(...(first ?? []))).toBeLessThan(2);
    expect(merges.length).toBeGreaterThan(1);
    for (const workers of merges) expect(workers).toEqual([2]);
  });

  test('starts no thread before there is work', async () => {
    await using pool = await threads({ workers: 4 });
    expect(pool.seats.map((seat) => seat.started)).toEqual([false, false, false, false]);
    await run(pool, [quarters([8], 8)]);
    expect(pool.seats.filter((seat) => seat.started)).toHaveLength(1);
  });

  test('is the same for all who name none, until it is closed', async () => {
    const pool = defaultPool();
    expect(defaultPool()).toBe(pool);
    await pool.close();
    expect(defaultPool()).not.toBe(pool);
    await defaultPool().close();
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %s workers', async (workers) => {
    await expect(threads({ workers })).rejects.toThrow(ArgumentError);
  });

  test('reads its memory limit as people write it', async () => {
    expect((await threads({ memoryLimit: '2 GiB' })).memoryLimit).toBe(2 ** 31);
  });

  test('lets a script end by itself', async () => {
    const script = fileURLToPath(new URL('./ends.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
    expect(stdout.trim()).toBe('499500');
  });

  test('is started by the first short computation, which does not wait for it', async () => {
    const script = fileURLToPath(new URL('./start.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
    expect(stdout.trim()).toBe('sync threads true');
  });
});
