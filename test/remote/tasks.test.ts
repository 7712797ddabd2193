/** Tasks of users on a real Redis: what every executor promises, and what can go wrong on the way. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Queue } from 'bullmq';
import * as da from 'chunkwise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '#src/remote/client.js';
import { openBlocks } from '#src/remote/openBlocks.js';
import { type CallPayload, seal } from '#src/remote/protocol.js';
import { encode } from '#src/remote/values.js';
import { add, after, double, errorOf, forever, modules, taskConformance, url } from '../conformance/tasks.js';
import { makeSite, type Site } from './processes.js';
import { describeWithRedis, startRedis, type TestRedis } from './redis.js';
import { expectNothingLeft, pause, scenes, until } from './scene.js';

const allowModules = [modules.href];
const addOne = da.task<[Float64Array], Float64Array>(url, 'addOne');
const killUntil = da.task<[string, number], number>(url, 'killUntil');
const logged = da.task<[string, number], number>(url, 'logged');
const large = new Float64Array(50_000);

describeWithRedis('remote executor', () => {
  let redis: TestRedis;
  let site: Site;
  beforeAll(async () => {
    redis = await startRedis();
    site = makeSite(redis);
    await Promise.all([1, 2].map(() => site.worker({ allowModules, allowData: ['file:///'] })));
  });
  afterAll(async () => {
    await site.close();
    await redis.stop();
  });

  taskConformance('remote', () => connect({ url: redis.url, store: site.store, reconcileInterval: 500 }));
});

describeWithRedis('tasks', () => {
  const scene = scenes();
  const nothingLeft = () =>
    until(() =>
      expectNothingLeft(scene()).then(
        () => true,
        () => false,
      ),
    );

  test('leave nothing: no job, no note, no block, while the client stays', async () => {
    const { worker, connect } = scene();
    await worker({ allowModules, slots: 2 });
    const client = await connect();
    const sums = client.map(add, [1, 2, 3], [4, 5, 6]);
    const arrays = client.map(addOne, [large, large]);
    const bad = client.submit(da.task(url, 'missing'));
    expect(await client.gather(sums)).toEqual([5, 7, 9]);
    expect((await client.gather(arrays)).map((x) => x[7])).toEqual([1, 1]);
    await errorOf(bad);
    const runs = client.submit(forever);
    await until(() => runs.status === 'running');
    runs.cancel();
    await nothingLeft();
  });

  test('leave nothing in Redis as storage either', async () => {
    const { redis, worker, connect } = scene();
    const store = redis.url;
    await worker({ allowModules, store });
    const client = await connect({ store });
    expect((await client.submit(addOne, large).result())[7]).toBe(1);
    await client.close();
    expect(await redis.keys('{chunkwise}*')).toEqual(['{chunkwise}:store']);
    expect(await redis.keys('bull:*[~.]c*')).toEqual([]);
  });

  test('run where their module is allowed, and nowhere else', async () => {
    const { worker, connect } = scene();
    const elsewhere = await worker();
    const client = await connect();
    const error = (await errorOf(client.submit(double, 1))) as Error;
    expect(error).toBeInstanceOf(da.RefusedError);
    expect(error.message).toContain(url.href);
    expect(error.message).toContain('--allow-module');
    await elsewhere.kill();
    await worker({ allowModules: [url.href] });
    expect(await client.submit(double, 1).result()).toBe(2);
    for (const other of ['data:text/javascript,export const f = () => 1', 'node:os']) {
      expect(await errorOf(client.submit(da.task(other, 'f')))).toBeInstanceOf(da.RefusedError);
    }
  });

  test('run on a worker that the command has started', async () => {
    const { redis, site, connect } = scene();
    const flags = [
      '--slots',
      '1',
      '--store',
      site.store,
      '--idle-exit',
      '0.5',
      '--allow-module',
      fileURLToPath(modules),
    ];
    const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const ended = promisify(execFile)(process.execPath, [cli, 'worker', redis.url, ...flags], { timeout: 20_000 });
    expect(await (await connect()).submit(double, 5).result()).toBe(10);
    expect((await ended).stdout).toContain('1 jobs at a time');
  });

  test('of a worker that is killed run on another one', async () => {
    const { worker, connect } = scene();
    const first = await worker({ allowModules });
    const client = await connect();
    const slow = client.submit(after, 1500, 'done');
    await until(() => slow.status === 'running');
    const others = client.map(double, [1, 2, 3]);
    await Promise.all([first.kill(), worker({ allowModules })]);
    expect(await client.gather(others)).toEqual([2, 4, 6]);
    expect(await slow.result()).toBe('done');
    await nothingLeft();
  });

  test('that kill their workers are given up after three of them', async () => {
    const { redis, worker, connect } = scene();
    const log = join(redis.directory, 'kills');
    const options = { allowModules, lockDuration: 1000, stalledInterval: 500 };
    let deaths = 0;
    const supervise = async (): Promise<void> => {
      const { process } = await worker(options);
      process.once('exit', (_code, signal) => {
        if (signal !== 'SIGKILL' || ++deaths >= 6) return;
        void supervise().catch(() => {});
      });
    };
    await Promise.all([supervise(), supervise()]);
    const client = await connect();
    expect(await client.submit(killUntil, `${log}-2`, 2).result()).toBe(2);
    const error = (await errorOf(client.submit(killUntil, log, 99))) as Error;
    expect(error).toBeInstanceOf(da.WorkerLostError);
    expect(error.message).toMatch(/^killUntil: .*each time/);
    expect(deaths).toBe(4);
    expect(await client.submit(double, 4).result()).toBe(8);
    deaths = 6;
  });

  test('go on where the server has lost all that it knew', async () => {
    const { redis, worker, connect } = scene();
    const store = redis.url;
    await worker({ allowModules, store });
    const client = await connect({ store });
    const identity = (await redis.client().get('{chunkwise}:store')) as string;
    const slow = client.map(after, [600, 600, 10, 10], ['a', 'b', 'c', 'd']);
    const array = client.submit(addOne, large);
    await until(() => slow[0]?.status === 'running');
    await redis.client().multi().flushall().set('{chunkwise}:store', identity).exec();
    expect(await client.gather(slow)).toEqual(['a', 'b', 'c', 'd']);
    expect((await array.result())[7]).toBe(1);
  });

  test('cancelled while they run are stopped on the worker', async () => {
    const { worker, connect } = scene();
    await worker({ allowModules });
    const client = await connect();
    const spins = client.submit(da.task<[], void>(url, 'spin'));
    await until(() => spins.status === 'running');
    spins.cancel();
    expect(await client.submit(double, 4).result()).toBe(8);
  });

  test('that take longer than they may are stopped, and say so', async () => {
    const { worker, connect } = scene();
    await worker({ allowModules });
    const client = await connect({ taskTimeout: 300 });
    const error = await errorOf(client.submit(forever));
    expect(error).toBeInstanceOf(da.TaskTimeoutError);
    expect(await client.submit(double, 4).result()).toBe(8);
  });

  test('without workers are given up, with the command that starts one', async () => {
    const { connect } = scene();
    const client = await connect({ workerTimeout: 800, reconcileInterval: 200 });
    const error = await errorOf(client.submit(double, 1));
    expect(error).toBeInstanceOf(da.NoWorkersError);
    expect(String(error)).toContain('npx chunkwise worker redis://127.0.0.1');
    await nothingLeft();
  });

  test('are signed, arguments in the storage and all', async () => {
    const { worker, connect } = scene();
    await worker({ allowModules, key: 'secret' });
    const client = await connect({ key: 'secret' });
    expect(await client.submit(double, 4).result()).toBe(8);
    expect((await client.submit(addOne, large).result())[7]).toBe(1);
    expect(await errorOf((await connect({ key: 'other' })).submit(double, 1))).toBeInstanceOf(da.RefusedError);
    expect(await errorOf((await connect()).submit(double, 1))).toBeInstanceOf(da.RefusedError);
  });

  test('hold a queue no longer than it should be', async () => {
    const { redis, worker, connect } = scene();
    const client = await connect();
    const futures = client.map(
      double,
      Array.from({ length: 500 }, (_, i) => i),
    );
    await pause(300);
    const queue = new Queue('chunkwise-v1-default', { connection: { url: redis.url } });
    expect(await queue.getWaitingCount()).toBe(client.slots);
    expect(await client.backlog()).toBe(client.slots);
    await worker({ allowModules, slots: 4 });
    expect(await client.gather(futures)).toEqual(Array.from({ length: 500 }, (_, i) => 2 * i));
    await queue.close();
  });

  test('call for workers by the client that adapts', async () => {
    const { worker, connect } = scene();
    const client = await connect();
    const launched: number[] = [];
    const launch = async (n: number): Promise<void> => {
      launched.push(n);
      await Promise.all(Array.from({ length: n }, () => worker({ allowModules, idleExit: 1 })));
    };
    const adapting = client.adapt({ maximum: 2, launch, interval: 100 });
    await pause(300);
    expect(launched).toEqual([]);
    expect(await client.gather(client.map(after, [300, 300, 300, 300], ['a', 'b', 'c', 'd']))).toHaveLength(4);
    expect(launched.reduce((a, b) => a + b, 0)).toBe(2);
    await adapting.stop();
    await until(async () => (await client.workforce()).processes === 0);
  });
});

describeWithRedis('a worker given raw calls', () => {
  const scene = scenes();

  test('fails those that it should not make, and works on', async () => {
    const { redis, site, worker, connect } = scene();
    const { pid, output } = await worker({ allowModules, memory: '1 GiB' });
    const log = join(redis.directory, 'called');
    const queue = new Queue('chunkwise-v1-default', { connection: { url: redis.url } });
    const good: Omit<CallPayload, 'job'> = {
      v: 1,
      kind: 'call',
      run: '0'.repeat(32),
      store: await (await openBlocks(site.store)).identify(),
      module: url.href,
      name: 'logged',
      call: 0,
      args: { inline: Buffer.from(encode('test', [log, 1])).toString('base64') },
    };
    const raw = (text: string) => ({ inline: Buffer.from(text).toString('base64') });
    const changes: Record<string, object> = {
      otherModule: { module: new URL('../client.mjs', modules).href },
      noModule: { module: 7 },
      builtIn: { module: 'node:child_process', name: 'execSync' },
      text: { module: 'data:text/javascript,export const logged = () => process.exit()' },
      longModule: { module: `file:///${'x'.repeat(5000)}` },
      noFunction: { name: 'constructor' },
      proto: { name: '__proto__' },
      longName: { name: 'x'.repeat(1000) },
      otherKind: { kind: 'eval' },
      noArguments: { args: raw('') },
      oddArguments: { args: raw('\u0002\0\0\0{}') },
      notAList: { args: { inline: Buffer.from(encode('test', log)).toString('base64') } },
      tooMany: { args: { bytes: 1e15, sha256: '0'.repeat(64) } },
      more: { args: { bytes: 2 ** 31, sha256: '0'.repeat(64) } },
      path: { run: '../../../../../../../../etc/passw' },
      otherStore: { store: 'elsewhere' },
    };
    for (const [job, change] of Object.entries(changes)) {
      const text = seal({ ...good, job, ...change } as CallPayload, undefined);
      await queue.add('call', { text }, { jobId: job, attempts: 1 });
    }
    await until(async () => (await queue.getFailedCount()) === Object.keys(changes).length);
    expect(() => process.kill(pid, 0)).not.toThrow();
    expect(output()).toBe('');
    expect(await (await connect()).submit(logged, log, 2).result()).toBe(1);
    await queue.close();
  });

  test('gives back those whose arguments are not the ones that were signed', async () => {
    const { redis, site, worker } = scene();
    await worker({ allowModules });
    const blocks = await openBlocks(site.store);
    const run = 'a'.repeat(32);
    await blocks.begin(run);
    await blocks.put(run, 'args.0', encode('test', [Float64Array.of(666)]));
    const queue = new Queue('chunkwise-v1-default', { connection: { url: redis.url } });
    const payload: CallPayload = {
      v: 1,
      kind: 'call',
      job: 'forged',
      run,
      store: await blocks.identify(),
      module: url.href,
      name: 'addOne',
      call: 0,
      args: { bytes: encode('test', [Float64Array.of(666)]).length, sha256: '0'.repeat(64) },
    };
    await queue.add('call', { text: seal(payload, undefined) }, { jobId: 'forged' });
    await until(async () => (await queue.getCompletedCount()) === 1);
    const { returnvalue } = (await queue.getJob('forged')) as { returnvalue: string };
    expect(JSON.parse(JSON.parse(returnvalue).body)).toEqual({ v: 1, job: 'forged', kind: 'restore' });
    await queue.close();
  });
});

describeWithRedis('a cluster on this machine', () => {
  test('runs the modules that it is told to allow', async () => {
    await using cluster = await da.localCluster({ processes: 2, allowModules });
    expect(await cluster.executor.gather(cluster.executor.map(double, [1, 2, 3]))).toEqual([2, 4, 6]);
  });
});
