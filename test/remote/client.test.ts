/** Clients and workers over an engine in memory: everything but the server. */
import * as da from 'chunkwise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExecutorClosedError, MemoryLimitError, RefusedError, TaskError, WorkerLostError } from '#src/core/errors.js';
import { RemoteClient } from '#src/remote/client.js';
import { stalledReason } from '#src/remote/engine.js';
import { openPayload, openResult, seal } from '#src/remote/protocol.js';
import { workWith } from '#src/remote/worker.js';
import type { RemoteWorker, WorkerOptions } from '#src/remote/workerOptions.js';
import { executorConformance, quarters } from '../conformance/executor.js';
import { modules, taskConformance, url } from '../conformance/tasks.js';
import { chunked, map, reduce, source } from '../oracle/graph.js';
import { FakeBlocks, FakeQueue } from './fake.js';
import { compute, errorOf, expectRight, recut, sums, until } from './scene.js';

let queue: FakeQueue;
let blocks: FakeBlocks;
let workers: RemoteWorker[];

const startWorker = async (options: WorkerOptions = {}): Promise<void> => {
  const settings = { slots: 2, allowData: ['file:///'], ...options };
  workers.push(await workWith(settings, blocks, async ({ slots }, work) => queue.consume(slots, work)));
};
const client = async (options = {}): Promise<RemoteClient> => {
  const made = new RemoteClient(queue.engine(), blocks, await blocks.identify(), { reconcileInterval: 50, ...options });
  await made.workforce();
  return made;
};

beforeEach(() => {
  queue = new FakeQueue();
  blocks = new FakeBlocks();
  workers = [];
});
afterEach(() => Promise.all(workers.map((worker) => worker.close())));

const ownClient = async (options: WorkerOptions): Promise<RemoteClient> => {
  const [ownQueue, ownBlocks] = [new FakeQueue(), new FakeBlocks()];
  const worker = await workWith({ slots: 2, ...options }, ownBlocks, async ({ slots }, work) =>
    ownQueue.consume(slots, work),
  );
  const executor = new RemoteClient(ownQueue.engine(), ownBlocks, await ownBlocks.identify(), {});
  const close = executor.close.bind(executor);
  executor.close = () => close().then(() => worker.close());
  return executor;
};

executorConformance('remote without a server', () => ownClient({ allowData: ['file:///'] }));
taskConformance('remote without a server', () => ownClient({ allowModules: [modules.href] }));

describe('a client', () => {
  test('leaves nothing: no job, no note, no block', async () => {
    await startWorker();
    const executor = await client();
    for (const x of [sums(20), recut(5)]) await expectRight(await compute(executor, x), x);
    await until(() => queue.jobs.size === 0);
    expect([queue.notes.size, blocks.runs.size]).toEqual([0, 0]);
  });

  test('has no more jobs in the queue than its window, however many there are', async () => {
    await startWorker();
    const executor = await client();
    const x = reduce(quarters([4000, 64], [1, 64]), [0, 1], 16);
    await expectRight(await compute(executor, x), x);
    expect(queue.peak).toBeLessThanOrEqual(4 * executor.slots);
  });

  test('sends an array of its own once, whatever its size', async () => {
    await startWorker();
    const x = map('add', [source([300, 300], chunked([300, 300], 50))], (b, v = 0) => b.prim('add', v, v));
    const put = blocks.put.bind(blocks);
    const names: string[] = [];
    blocks.put = (run, name, bytes) => {
      names.push(name);
      return put(run, name, bytes);
    };
    await expectRight(await compute(await client(), x), x);
    expect(names.filter((name) => name.startsWith('source'))).toEqual(['source.0']);
  });

  test('computes the same twice at a time without mixing them', async () => {
    await startWorker();
    const executor = await client();
    const x = recut(6);
    for (const result of await Promise.all([1, 2, 3].map(() => compute(executor, x)))) await expectRight(result, x);
  });

  test('finds what an earlier client with the same name and plan has left', async () => {
    await startWorker();
    const first = await client({ resume: 'mine' });
    const x = sums(30);
    const given = errorOf(compute(first, x));
    // At a job, not at a time: a fast machine has all of them done before a timer is heard.
    await new Promise<void>((resolve) => {
      const forget = queue.engine().onNews(() => {
        if (queue.begun.length <= 10) return;
        forget();
        resolve(first.close());
      });
    });
    expect(await given).toBeInstanceOf(ExecutorClosedError);
    await until(() => [...queue.jobs.values()].every(({ state }) => state.state === 'completed'));
    await expectRight(await compute(await client({ resume: 'mine' }), x), x);
    expect(new Set(queue.begun).size).toBe(queue.begun.length);
  });

  test('takes the error of a job whose workers died for one of the task, and tries no more', async () => {
    queue.consume(1, async () => {
      throw new Error(stalledReason);
    });
    const error = await errorOf(compute(await client(), sums(4)));
    expect(error).toBeInstanceOf(WorkerLostError);
    expect((error as Error).message).toMatch(/^sum\w*: tasks \d+ to \d+ of stage 0 /);
  });

  test('refuses a result that is not signed with its key', async () => {
    await startWorker();
    const error = await errorOf(compute(await client({ key: 'secret' }), sums(4)));
    expect(error).toBeInstanceOf(RefusedError);
  });

  test('and its workers sign what they say', async () => {
    await startWorker({ key: 'secret' });
    const x = sums(12);
    await expectRight(await compute(await client({ key: 'secret' }), x), x);
    expect(await errorOf(compute(await client({ key: 'other' }), x))).toBeInstanceOf(RefusedError);
    expect(await errorOf(compute(await client(), x))).toBeInstanceOf(RefusedError);
  });

  test('hears from a worker that has too little memory what is too large', async () => {
    await startWorker({ memory: '4 MiB' });
    const x = quarters([2 ** 20], 2 ** 20);
    const error = await errorOf(compute(await client(), x));
    expect(error).toBeInstanceOf(MemoryLimitError);
    expect((error as Error).message).toContain('--memory');
  });

  test('hears of files that workers may not read', async () => {
    await startWorker({ allowData: ['file:///data/'] });
    const like = source([8], chunked([8], 4));
    const at = (url: string) => ({
      ...like,
      source: { kind: 'file' as const, url, offset: 0, order: 'C' as const, littleEndian: true },
    });
    for (const url of [
      'file:///etc/passwd',
      'file:///data/../etc/passwd',
      'file:///data/%2e%2e/etc/passwd',
      'http://127.0.0.1/',
    ]) {
      const error = await errorOf(
        compute(
          await client(),
          map('copy', [at(url)], (b, v = 0) => b.prim('add', v, v)),
        ),
      );
      expect(error).toBeInstanceOf(RefusedError);
      expect((error as Error).message).toContain('--allow-data');
    }
  });

  test('uses a result for nothing but the job it was made for', async () => {
    const other = seal({ v: 1, job: 'another', kind: 'restore' }, undefined);
    queue.consume(1, async () => other);
    expect(await errorOf(compute(await client(), sums(4)))).toMatchObject({ name: 'InternalError' });
  });

  test('gives up on a block that is lost however often it is made', async () => {
    queue.consume(1, async ({ body }) => {
      const { job } = openPayload(body, undefined);
      return seal({ v: 1, job, kind: 'restore' }, undefined);
    });
    const error = await errorOf(compute(await client(), sums(4)));
    expect((error as Error).message).toMatch(/made \d+ times/);
  });

  test('checks inline blocks', async () => {
    await startWorker();
    const real = queue.engine();
    let spoiled = 0;
    const engine = {
      ...real,
      states: async (ids: readonly string[]) =>
        (await real.states(ids)).map((state) => {
          if (state.state !== 'completed' || spoiled >= 3) return state;
          const result = openResult(state.result, undefined);
          if (result.kind !== 'done' || result.blocks[0]?.inline === undefined) return state;
          spoiled++;
          const changed = result.blocks.map((block) => ({ ...block, crc: block.crc ^ 1 }));
          return {
            ...state,
            result: seal({ ...result, blocks: changed.map((b) => ({ ...b, crc: b.crc >>> 0 })) }, undefined),
          };
        }),
    };
    const executor = new RemoteClient(engine, blocks, await blocks.identify(), { reconcileInterval: 50 });
    const x = reduce(quarters([8, 1000], [1, 1000]), [0, 1], 4);
    await expectRight(await compute(executor, x), x);
    expect(spoiled).toBe(3);
  });
});

describe('calls of a client', () => {
  const large = new Float64Array(10_000);
  const addOne = da.task<[Float64Array], Float64Array>(url, 'addOne');
  const spoilt = (results: number) => {
    const get = blocks.get.bind(blocks);
    let spoiled = 0;
    blocks.get = async (run, name) => {
      const bytes = await get(run, name);
      if (bytes === undefined || !name.startsWith('result') || ++spoiled > results) return bytes;
      return bytes.map((byte, i) => (i === 5000 ? byte ^ 1 : byte));
    };
  };

  test('are made again where their result in the storage is not the one that was given', async () => {
    await startWorker({ allowModules: [modules.href] });
    spoilt(2);
    const executor = await client();
    expect(await executor.submit(addOne, large).result()).toEqual(large.map(() => 1));
    expect(queue.begun).toHaveLength(3);
    await until(() => queue.jobs.size === 0 && blocks.runs.size === 0);
  });

  test('are given up where it never is', async () => {
    await startWorker({ allowModules: [modules.href] });
    spoilt(Number.POSITIVE_INFINITY);
    const error = await errorOf((await client()).submit(addOne, large).result());
    expect(error).toBeInstanceOf(TaskError);
    expect(String(error)).toContain('lost each time');
  });

  test('take no result but their own', async () => {
    const value = { inline: '' };
    for (const other of [
      seal({ v: 1, job: 'another', kind: 'returned', value }, undefined),
      seal({ v: 1, job: 'another', kind: 'lost', batches: [[0, 0]] }, undefined),
    ]) {
      const worker = queue.consume(1, async () => other);
      expect(await errorOf((await client()).submit(addOne, large).result())).toMatchObject({ name: 'InternalError' });
      await worker.close();
    }
    queue.consume(1, async ({ id }) => seal({ v: 1, job: id, kind: 'returned', value }, undefined));
    expect(await errorOf((await client()).submit(addOne, large).result())).toBeInstanceOf(RefusedError);
  });

  test('with arguments that are too large for a worker are refused with the flag', async () => {
    await startWorker({ allowModules: [modules.href], memory: '64 KiB' });
    const error = await errorOf((await client()).submit(addOne, large).result());
    expect(error).toBeInstanceOf(MemoryLimitError);
    expect(String(error)).toContain('--memory');
  });
});
