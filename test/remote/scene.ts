/** What fault tests share: a server, a storage, workers with faults, and what is left when all is over. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { planFor } from '#src/compute.js';
import type { TypedArray } from '#src/core/dtype.js';
import { drive } from '#src/exec/drive.js';
import { sync } from '#src/exec/sync.js';
import type { Executor } from '#src/exec/types.js';
import type { Expr } from '#src/expr/types.js';
import type { ArrayRef, Stage } from '#src/plan/types.js';
import { type ConnectOptions, connect, type RemoteClient } from '#src/remote/client.js';
import type { WorkerOptions } from '#src/remote/workerOptions.js';
import { MemoryStore } from '#src/store/memory.js';
import { quarters } from '../conformance/executor.js';
import { chunked, rechunk, reduce } from '../oracle/graph.js';
import { type Misbehaviour, makeSite, type Site, type TestWorker } from './processes.js';
import { startRedis, type TestRedis } from './redis.js';

export interface Scene {
  readonly redis: TestRedis;
  readonly site: Site;
  /** A worker whose batches are logged. */
  worker(options?: WorkerOptions, wrong?: Misbehaviour): Promise<TestWorker>;
  connect(options?: ConnectOptions): Promise<RemoteClient>;
  /** 'stage.from' of every batch that was begun, in order. */
  begun(): string[];
}

/** One scene a test; `settings` are for redis.conf. */
export function scenes(settings: readonly string[] = []): () => Scene {
  let scene: Scene;
  let clients: RemoteClient[];
  beforeEach(async () => {
    const redis = await startRedis(settings);
    const site = makeSite(redis);
    const log = join(redis.directory, 'begun');
    clients = [];
    scene = {
      redis,
      site,
      worker: (options = {}, wrong = {}) => site.worker(options, { log, ...wrong }),
      connect: async (options = {}) => {
        const client = await connect({ url: redis.url, store: site.store, reconcileInterval: 500, ...options });
        clients.push(client);
        return client;
      },
      begun: () => linesOf(log).map((line) => line.split(' ')[1] as string),
    };
  });
  afterEach(async () => {
    await scene.site.close();
    await scene.redis.stop();
    for (const client of clients) void client.close().catch(() => {});
  });
  return () => scene;
}

const linesOf = (path: string): string[] => {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

/** `blocks` tasks, each a block of 1000 numbers, summed along the other axis in a tree. */
export const sums = (blocks: number): Expr => reduce(quarters([blocks, 1000], [1, 1000]), [0], 4);

/** `blocks` blocks of 80 kB each, too large to travel in a job, read again in other chunks. */
export const recut = (blocks: number): Expr =>
  rechunk(quarters([blocks, 10_000], [1, 10_000]), chunked([blocks, 10_000], [blocks, 5000]));

/** The elements of `x`. Graphs that `recut` makes are computed as written, or the optimizer would leave one stage of them. */
export async function compute(executor: Executor, x: Expr): Promise<TypedArray> {
  const plan = planFor([x], { executor, optimizeGraph: x.kind !== 'rechunk' });
  const [wanted] = plan.results as readonly [ArrayRef & { kind: 'stage' }];
  const store = new MemoryStore(plan, { dense: [wanted], wholeBelow: 0 });
  const opened = await executor.open(plan, store);
  try {
    await drive(plan, [plan.stages[wanted.stage] as Stage], opened, store, { slots: executor.slots });
    return store.dense(wanted.stage, wanted.output)?.data[0] as TypedArray;
  } finally {
    await opened.end();
  }
}

/** Throws unless `result` has the bits that one thread gives. */
export async function expectRight(result: TypedArray, x: Expr): Promise<void> {
  const right = await compute(sync(), x);
  const bits = (a: TypedArray) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
  expect(bits(result).equals(bits(right))).toBe(true);
}

/** Keys that belong to the queue itself and stay, however much was computed. */
const fixed = /^bull:chunkwise-v1-[a-z]+:(meta|events|id|marker|stalled-check|stalled)$/;

/** Nothing of any run is left: no job, no note, no block. */
export async function expectNothingLeft({ redis, site }: Scene): Promise<void> {
  expect((await redis.keys()).filter((key) => !fixed.test(key))).toEqual([]);
  expect(site.leftFiles()).toEqual([]);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when `holds` does; rejects after 20 seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it never held: ${holds}`);
    await pause(20);
  }
}

/** What `work` throws. */
export const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
