/** Workers, servers and clients that die: nothing is lost, nothing is counted twice. */
import { fork } from 'node:child_process';
import * as da from 'chunkwise';
import { describe, expect, test } from 'vitest';
import { ConnectionError, WorkerLostError } from '#src/core/errors.js';
import { forever, modules } from '../conformance/tasks.js';
import { describeWithRedis } from './redis.js';
import { resumable } from './resumable.mjs';
import { compute, errorOf, expectNothingLeft, expectRight, pause, recut, scenes, sums, until } from './scene.js';

describeWithRedis('deaths', () => {
  describe('of workers', () => {
    const scene = scenes();

    test('a worker killed in a task: another one does it again, within seconds', async () => {
      const { worker, connect, begun } = scene();
      const [first] = await Promise.all([worker({}, { delayMs: 200 }), worker({}, { delayMs: 200 })]);
      const x = sums(24);
      const work = connect().then((executor) => compute(executor, x));
      await until(() => begun().length > 5);
      const killed = Date.now();
      await first?.kill();
      await expectRight(await work, x);
      // 24 tasks of 0.2 s on one worker, the lock of 2 s, and two looks of 1 s.
      expect(Date.now() - killed).toBeLessThan(12_000);
    });

    test('a task that kills its workers is given up by name, and others go on', async () => {
      const { worker, connect } = scene();
      const wrong = { poison: 3 };
      const options = { maxStalledCount: 1, lockDuration: 1000, stalledInterval: 500 };
      let deaths = 0;
      const supervise = async (): Promise<void> => {
        const { process } = await worker(options, wrong);
        process.once('exit', (_code, signal) => {
          if (signal !== 'SIGKILL' || deaths >= 10) return;
          deaths++;
          void supervise().catch(() => {});
        });
      };
      await Promise.all([supervise(), supervise()]);
      const executor = await connect();
      const other = recut(3);
      const bad = errorOf(compute(executor, sums(8)));
      await until(() => deaths > 0);
      // Its stage 0 has batches 0 to 2: none is the poison.
      await expectRight(await compute(executor, other), other);
      const error = await bad;
      expect(error).toBeInstanceOf(WorkerLostError);
      expect((error as Error).message).toMatch(/tasks 3 to 3 of stage 0/);
      expect(deaths).toBeLessThanOrEqual(4);
      deaths = 10;
    });
  });

  describe('of the server', () => {
    const scene = scenes(['appendonly yes', 'appendfsync everysec']);

    test('killed and started again from its log, all is done', async () => {
      const { redis, worker, connect, begun } = scene();
      await Promise.all([worker({}, { delayMs: 100 }), worker({}, { delayMs: 100 })]);
      const x = sums(48);
      const work = connect().then((executor) => compute(executor, x));
      await until(() => begun().length > 14);
      await redis.kill();
      await pause(1500);
      await redis.start();
      await expectRight(await work, x);
    });

    test('all that it knew lost, all is sent again', async () => {
      const { redis, worker, connect, begun } = scene();
      await Promise.all([worker({}, { delayMs: 100 }), worker({}, { delayMs: 100 })]);
      const x = sums(32);
      const work = connect().then((executor) => compute(executor, x));
      await until(() => begun().length > 10);
      await redis.client().flushall();
      await expectRight(await work, x);
    });

    test('that does not come back: what waits is given up, and the client ends', async () => {
      const { redis, worker, connect, begun } = scene();
      await worker({ store: redis.url, slots: 2, allowModules: [modules.href] }, { delayMs: 200 });
      const executor = await connect({ store: redis.url, serverTimeout: 800, reconcileInterval: 200 });
      const work = errorOf(compute(executor, sums(24)));
      const call = executor.submit(forever);
      await until(() => begun().length > 1);
      await redis.kill();
      expect(await work).toBeInstanceOf(ConnectionError);
      expect(await errorOf(call.result())).toBeInstanceOf(ConnectionError);
      await executor.close();
    });

    test('all lost where the blocks lie there too', async () => {
      const { redis, worker, connect, begun } = scene();
      const store = redis.url;
      await Promise.all([worker({ store }, { delayMs: 100 }), worker({ store }, { delayMs: 100 })]);
      const x = recut(16);
      const executor = await connect({ store });
      const identity = (await redis.client().get('{chunkwise}:store')) as string;
      const work = compute(executor, x);
      await until(() => begun().length > 8);
      await redis.client().multi().flushall().set('{chunkwise}:store', identity).exec();
      await expectRight(await work, x);
    });
  });

  describe('of the client', () => {
    const scene = scenes();

    test('a new client finds what was finished: no task is begun twice', async () => {
      const { redis, site, worker, connect, begun } = scene();
      await Promise.all([worker({}, { delayMs: 100 }), worker({}, { delayMs: 100 })]);
      const client = fork(new URL('./clientProcess.mjs', import.meta.url), [redis.url, site.store], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        execArgv: [],
      });
      await until(() => begun().length > 12);
      client.kill('SIGKILL');
      const executor = await connect({ resume: 'again' });
      expect(await resumable().compute({ executor })).toBe(await resumable().compute({ executor: da.sync() }));
      expect(new Set(begun()).size).toBe(begun().length);
      await expectNothingLeft(scene());
    });
  });
});
