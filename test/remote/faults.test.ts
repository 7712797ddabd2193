/** What goes wrong while all live: slow workers, cut lines, lost news, failing tasks, spoiled blocks. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AbortError, NoWorkersError, TaskError, TaskTimeoutError } from '#src/core/errors.js';
import { openQueue } from '#src/remote/bullmq.js';
import { RemoteClient } from '#src/remote/client.js';
import type { Engine } from '#src/remote/engine.js';
import { openBlocks } from '#src/remote/openBlocks.js';
import { chunked, reduce, uniform } from '../oracle/graph.js';
import { startProxy } from './proxy.js';
import { describeWithRedis } from './redis.js';
import { compute, errorOf, expectNothingLeft, expectRight, pause, recut, scenes, sums, until } from './scene.js';

describeWithRedis('faults', () => {
  const scene = scenes();

  /** A client whose engine is changed by `change`. */
  async function changed(change: (engine: Engine) => Partial<Engine>, options = {}): Promise<RemoteClient> {
    const { redis, site } = scene();
    const engine = await openQueue(redis.url);
    const bound = Object.fromEntries(
      [
        'submit',
        'states',
        'remove',
        'onNews',
        'workforce',
        'backlog',
        'close',
        'keepNote',
        'readNote',
        'dropNotes',
      ].map((name) => [
        name,
        (...args: unknown[]) => (engine[name as keyof Engine] as (...all: unknown[]) => unknown)(...args),
      ]),
    ) as unknown as Engine;
    const blocks = await openBlocks(site.store);
    return new RemoteClient({ ...bound, ...change(engine) }, blocks, await blocks.identify(), {
      url: redis.url,
      reconcileInterval: 300,
      ...options,
    });
  }

  test('a job given twice, and its second copy too: one result is used', async () => {
    const { worker } = scene();
    await Promise.all([worker(), worker()]);
    const client = await changed((engine) => ({
      submit: async (jobs) => {
        await engine.submit(jobs);
        await engine.submit(jobs);
      },
    }));
    const x = recut(12);
    await expectRight(await compute(client, x), x);
    await expectNothingLeft(scene());
    await client.close();
  });

  test('a worker twenty times slower than its like: a second copy wins, what comes late is ignored', async () => {
    const { worker, connect, begun } = scene();
    await Promise.all([worker({}, { delayMs: 50 }), worker({ slots: 2 }, { delayMs: 50 })]);
    await worker({}, { delayMs: 4000 });
    const x = sums(40);
    const executor = await connect({ backups: true, reconcileInterval: 200 });
    const started = Date.now();
    await expectRight(await compute(executor, x), x);
    expect(Date.now() - started).toBeLessThan(15_000);
    expect(new Set(begun()).size).toBeLessThan(begun().length);
    await until(async () => (await scene().redis.keys('bull:*~b1')).length === 0);
    await expectNothingLeft(scene());
  });

  test('a worker that is halted and goes on later', async () => {
    const { worker, connect, begun } = scene();
    const [halted] = await Promise.all([worker({}, { delayMs: 100 }), worker({}, { delayMs: 100 })]);
    const x = recut(16);
    const work = connect().then((executor) => compute(executor, x));
    await until(() => begun().length > 6);
    halted?.process.kill('SIGSTOP');
    const result = await work;
    halted?.process.kill('SIGCONT');
    await expectRight(result, x);
    await pause(500);
    await expectNothingLeft(scene());
  });

  test('a line that is cut and heals: done elsewhere, and the worker comes back', async () => {
    const { redis, worker, connect, begun } = scene();
    const proxy = await startProxy(redis.port);
    const far = await worker({ url: proxy.url }, { delayMs: 100 });
    const near = await worker({}, { delayMs: 100 });
    const x = sums(32);
    const executor = await connect();
    const work = compute(executor, x);
    await until(() => begun().length > 6);
    proxy.cut();
    await expectRight(await work, x);
    proxy.heal();
    // It takes jobs again: there is no one else.
    await near.kill();
    const more = sums(4);
    await expectRight(await compute(executor, more), more);
    expect(far.process.exitCode).toBeNull();
    await proxy.close();
  });

  test('a task that computes for longer than three locks keeps them', async () => {
    const { worker, connect, begun } = scene();
    await worker({ lockDuration: 400, stalledInterval: 200 });
    const shape = [1, 4 * 2 ** 28];
    const x = reduce(uniform(shape, chunked(shape, [1, 2 ** 30])), [1], 2);
    const executor = await connect({ reconcileInterval: 200 });
    const started = Date.now();
    await compute(executor, x);
    expect(Date.now() - started).toBeGreaterThan(1200);
    expect(new Set(begun()).size).toBe(begun().length);
  });

  test('no news at all: every result is found by asking', async () => {
    const { worker } = scene();
    await Promise.all([worker(), worker()]);
    const client = await changed(() => ({ onNews: () => () => {} }));
    const x = sums(60);
    await expectRight(await compute(client, x), x);
    await client.close();
  });

  test('a client too busy to listen while jobs finish', async () => {
    const { worker, connect, begun } = scene();
    await Promise.all([worker(), worker()]);
    const x = sums(60);
    const work = connect().then((executor) => compute(executor, x));
    await until(() => begun().length > 2);
    const end = Date.now() + 2000;
    while (Date.now() < end);
    await expectRight(await work, x);
  });

  test('a task that throws is tried three times, then named with its cause; nothing is left', async () => {
    const { worker, connect, begun } = scene();
    await Promise.all([worker({}, { fails: 5 }), worker({}, { fails: 5 })]);
    const error = await errorOf(connect().then((executor) => compute(executor, sums(24))));
    expect(error).toBeInstanceOf(TaskError);
    expect((error as Error).message).toContain('task 0.5');
    expect(String((error as Error).cause)).toContain('the kernel has failed');
    expect(begun().filter((batch) => batch === '0.5')).toHaveLength(3);
    await expectNothingLeft(scene());
  });

  test('a task that takes too long is stopped, and named', async () => {
    const { worker, connect } = scene();
    await worker();
    const shape = [1, 2 ** 32];
    const endless = reduce(uniform(shape, chunked(shape, [1, 2 ** 32])), [1], 2);
    const error = await errorOf(connect({ taskTimeout: 300 }).then((executor) => compute(executor, endless)));
    expect(error).toBeInstanceOf(TaskTimeoutError);
    await expectNothingLeft(scene());
  });

  test('blocks that vanish or change while they are needed are made again', async () => {
    const { site, worker, connect, begun } = scene();
    const first = await worker({}, { delayMs: 400 });
    const x = recut(6);
    const work = connect().then((executor) => compute(executor, x));
    await until(() => begun().some((batch) => batch.startsWith('1.')));
    await first.kill();
    const [run] = site.leftFiles() as [string];
    const files = readdirSync(join(site.directory, run)).filter((name) => name.endsWith('.block'));
    const [gone, spoiled, short] = files.map((name) => join(site.directory, run, name)) as [string, string, string];
    rmSync(gone);
    const bytes = readFileSync(spoiled);
    bytes[1000] = (bytes[1000] as number) ^ 1;
    writeFileSync(spoiled, bytes);
    writeFileSync(short, readFileSync(short).subarray(0, 5000));
    const before = begun().length;
    await worker();
    await expectRight(await work, x);
    expect(
      begun()
        .slice(before)
        .filter((batch) => batch.startsWith('0.')),
    ).toHaveLength(3);
    await expectNothingLeft(scene());
  });

  test('told to end, a worker finishes what it has and takes no more', async () => {
    const { worker, connect, begun } = scene();
    const leaving = await worker({}, { delayMs: 300 });
    await worker({}, { delayMs: 100 });
    const x = sums(20);
    const work = connect().then((executor) => compute(executor, x));
    await until(() => begun().length > 3);
    await leaving.kill('SIGTERM');
    expect(leaving.process.exitCode).toBe(0);
    await expectRight(await work, x);
    expect(new Set(begun()).size).toBe(begun().length);
  });

  test('without workers it says so, with the command that starts one', async () => {
    const { connect } = scene();
    const executor = await connect({ workerTimeout: 800, reconcileInterval: 200 });
    const error = await errorOf(compute(executor, sums(4)));
    expect(error).toBeInstanceOf(NoWorkersError);
    expect((error as Error).message).toContain('npx chunkwise worker redis://127.0.0.1');
    await expectNothingLeft(scene());
  });

  test('a cancelled computation stops on the workers too', async () => {
    const { worker, connect } = scene();
    await Promise.all([worker(), worker()]);
    const executor = await connect();
    const shape = [8, 2 ** 33];
    const endless = reduce(uniform(shape, chunked(shape, [1, 2 ** 33])), [1], 2);
    const { planFor } = await import('#src/compute.js');
    const { MemoryStore } = await import('#src/store/memory.js');
    const plan = planFor([endless], { executor });
    const opened = await executor.open(plan, new MemoryStore(plan));
    const stop = new AbortController();
    const works = [0, 1, 2].map((from) => opened.submit({ stage: 0, from, to: from + 1 }, stop.signal));
    const all = Promise.allSettled(works);
    await pause(700);
    stop.abort();
    expect((await all).every((end) => end.status === 'rejected' && end.reason instanceof AbortError)).toBe(true);
    await opened.end();
    await expectNothingLeft(scene());
    const x = sums(4);
    await expectRight(await compute(executor, x), x);
  });

  test('nothing is left where all went well, in Redis as storage too', async () => {
    const { redis, worker, connect } = scene();
    const store = redis.url;
    await worker({ store });
    const x = recut(20);
    await expectRight(await compute(await connect({ store }), x), x);
    expect(await redis.keys('{chunkwise}*')).toEqual(['{chunkwise}:store']);
  });

  test('a worker without work for long ends by itself', async () => {
    const { worker } = scene();
    const { process } = await worker({ idleExit: 0.5 });
    await until(() => process.exitCode === 0);
  });
});
