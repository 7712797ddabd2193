import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as da from 'chunkwise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planFor } from '#src/compute.js';
import { FormatError } from '#src/core/errors.js';
import type { RunEvent } from '#src/exec/drive.js';
import { ThreadPool, threads } from '#src/exec/threads/index.js';
import { makeCounter, takeNoMore, takeTasks } from '#src/exec/threads/protocol.js';
import type { BatchReport } from '#src/exec/types.js';
import { run } from '../conformance/executor.js';
import { chunked, map, reduce, source, uniform } from '../oracle/graph.js';

/** Long enough that threads share its batches, in blocks that none of them would be worth a message. */
const many = 2 ** 26;
const total = () => reduce(uniform([many], chunked([many], 2 ** 12)), [0], 16);

const reportsOf = () => {
  const reports: BatchReport[] = [];
  const retries: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'done') reports.push(event.report);
    if (event.type === 'retry') retries.push(event);
  };
  return { reports, retries, onEvent };
};

describe('the tasks of a shared batch', () => {
  test.each([1, 3, 64])('are taken once each, %i at a time', (step) => {
    const batch = { stage: 2, from: 17, to: 117 };
    const counter = makeCounter(step);
    const taken: number[] = [];
    for (let part = takeTasks(batch, counter); part !== undefined; part = takeTasks(batch, counter)) {
      expect(part.stage).toBe(2);
      for (let task = part.from; task < part.to; task++) taken.push(task);
    }
    expect(taken).toEqual(Array.from({ length: 100 }, (_, i) => 17 + i));
    expect(takeTasks(batch, counter)).toBeUndefined();
  });

  test('are taken no more once it has failed', () => {
    const batch = { stage: 0, from: 0, to: 10 };
    const counter = makeCounter(2);
    expect(takeTasks(batch, counter)).toEqual({ stage: 0, from: 0, to: 2 });
    takeNoMore(batch, counter);
    expect(takeTasks(batch, counter)).toBeUndefined();
  });
});

describe('a batch that threads share', () => {
  test('has the bits of one that they do not, and says what each did of it', async () => {
    await using pool = await threads({ workers: 2 });
    await using alone = new ThreadPool({ workers: 2 }, { shared: false });
    const root = total();
    pool.start();
    await expect.poll(() => pool.ready, { timeout: 10_000 }).toBe(true);
    const { reports, onEvent } = reportsOf();
    const [result] = await run(pool, [root], { onEvent });
    expect([...(result ?? [])]).toEqual([...((await run(alone, [root]))[0] ?? [])]);
    const shared = reports.filter(({ others }) => others !== undefined && others.length > 0);
    expect(shared.length).toBeGreaterThan(0);
    for (const { worker, others = [] } of shared)
      expect(new Set([worker, ...others.map((o) => o.worker)]).size).toBe(2);
    const [most] = planFor([root], { executor: pool }).stages;
    expect(most?.grain).toBeGreaterThan(4 * (planFor([root], { executor: alone }).stages[0]?.grain ?? 0));
  });

  test('is run again when one of them dies in it', async () => {
    await using pool = await threads({ workers: 2 });
    const root = total();
    const [expected] = await run(pool, [root]);
    const { retries, onEvent } = reportsOf();
    const begun = run(pool, [root], { onEvent });
    setTimeout(() => pool.seats[1]?.terminate(), 5);
    expect([...((await begun)[0] ?? [])]).toEqual([...(expected ?? [])]);
    expect(retries.length).toBeGreaterThan(0);
  });

  test('leaves the pool to others when it is stopped', async () => {
    await using pool = await threads({ workers: 2 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 30);
    const long = reduce(uniform([2 ** 34], chunked([2 ** 34], 2 ** 16)), [0], 64);
    await expect(run(pool, [long], { signal: stop.signal })).rejects.toThrow('aborted');
    expect(await da.arange(10).sum().compute({ executor: pool })).toBe(45);
  });
});

describe('a shared batch that reads a file', () => {
  const bytes = 2 ** 23;
  let folder: string;
  let url: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chunkwise-division-'));
    const path = join(folder, 'bytes');
    writeFileSync(
      path,
      Uint8Array.from({ length: bytes }, (_, i) => written(i)),
    );
    url = pathToFileURL(path).href;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const sumOf = (length: number) => {
    const like = source([1], chunked([1], 1));
    const spec = { kind: 'file', url, offset: 0, order: 'C', littleEndian: true } as const;
    const numbers = {
      ...like,
      dtype: 'uint8',
      shape: [length],
      chunks: chunked([length], 2 ** 16),
      source: spec,
    } as const;
    return reduce(
      map('to float64', [numbers], (b, x = 0) => b.cast(x, 'float64')),
      [0],
      8,
    );
  };
  const written = (i: number): number => (i * 7) % 251;

  test('waits for what it reads, in each thread', async () => {
    await using pool = await threads({ workers: 2 });
    const { reports, onEvent } = reportsOf();
    const [sum] = await run(pool, [sumOf(bytes)], { onEvent });
    let expected = 0;
    for (let i = 0; i < bytes; i++) expected += written(i);
    expect(sum?.[0]).toBe(expected);
    expect(reports.some(({ others }) => others !== undefined)).toBe(true);
  });

  test('fails for all of them with the error of one', async () => {
    await using pool = await threads({ workers: 2 });
    await expect(run(pool, [sumOf(2 * bytes)])).rejects.toThrow(FormatError);
    expect(await da.arange(10).sum().compute({ executor: pool })).toBe(45);
  });
});
