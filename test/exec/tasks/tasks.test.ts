/** Tasks in threads: what every executor promises, and what is the threads' own. */
import * as da from 'chunkwise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTask } from '#src/exec/tasks/call.js';
import { Tasks } from '#src/exec/tasks/client.js';
import { Future } from '#src/exec/tasks/future.js';
import { after, double, errorOf, taskConformance, url } from '../../conformance/tasks.js';

taskConformance('threads', () => da.threads({ workers: 2 }));

let pool: da.ThreadPool;
beforeAll(async () => {
  pool = await da.threads({ workers: 2 });
});
afterAll(() => pool.close());

describe('tasks', () => {
  it('that throw tell where, since the thread is of this process', async () => {
    const error = await errorOf(pool.submit(da.task<[string], void>(url, 'fail'), 'too far'));
    expect((error as { cause: Error }).cause.stack).toContain('work.mjs');
  });

  it('are refused when named by what is no URL', () => {
    expect(() => da.task('./relative.js', 'x')).toThrow(/not the URL of a module/);
    expect(() => da.task('./relative.js', 'x')).toThrow(da.ArgumentError);
  });

  /** Node 22.18 and later load modules of types themselves. */
  const { typescript } = process.features as { typescript?: unknown };

  it.each(['file:///x/mod.ts', 'file:///x/mod.mts?a#b'])('of %s are refused where Node cannot load it', (module) => {
    const named = () => da.task(new URL(module), 'x');
    if (typescript) {
      expect(named()).toMatchObject({ module });
    } else {
      expect(named).toThrow(/JavaScript only/);
      expect(named).toThrow(da.ArgumentError);
    }
  });

  it('run in this thread on the executor of one', async () => {
    expect(await callTask({ ...double, args: [1] })).toBe(2);
    const where = da.delayed(da.task<[], unknown>(url, 'where'));
    expect(await where().compute({ executor: da.sync() })).toMatchObject({ isMainThread: true });
  });

  it('of a thread that was killed run in another', async () => {
    await using own = await da.threads({ workers: 1 });
    const future = own.submit(after, 300, 'late');
    own.taskThreads.threads[0]?.terminate();
    expect(await future.result()).toBe('late');
  });
});

describe('futures', () => {
  it('come in the order in which they are done, whenever they are asked for', async () => {
    const waits = [400, 10, 200];
    await using own = await da.threads({ workers: 3 });
    await own.gather(own.map(double, [1, 2, 3]));
    const futures = own.map(after, waits, waits.map(String));
    const order: string[] = [];
    for await (const future of da.asCompleted(futures)) order.push(await future.result());
    expect(order).toEqual(['10', '200', '400']);
    const again: string[] = [];
    for await (const future of da.asCompleted(futures)) again.push(await future.result());
    expect(again).toEqual(order);
    for await (const _ of da.asCompleted([])) expect.unreachable();
  });

  it.each([1, 3])('ask a runner as often as it says that it loses workers: %i', async (tries) => {
    let asked = 0;
    const runner = {
      tries,
      runTask: async (): Promise<unknown> => {
        asked++;
        throw new da.WorkerLostError('double', 'gone');
      },
    };
    const future = new Tasks(runner).submit(double, 1);
    expect(future).toBeInstanceOf(Future);
    expect(await errorOf(future)).toBeInstanceOf(da.WorkerLostError);
    expect(asked).toBe(tries);
  });
});
