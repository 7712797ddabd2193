import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as da from 'chunkwise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTask } from '#src/exec/tasks/call.js';
import { Tasks } from '#src/exec/tasks/client.js';
import { Future } from '#src/exec/tasks/future.js';

const url = new URL('./work.mjs', import.meta.url);
const double = da.task<[number], number>(url, 'double');
const add = da.task<[number, number], number>(url, 'add');
const after = da.task<[number, string], string>(url, 'after');
const forever = da.task<[], void>(url, 'forever');
const spin = da.task<[], void>(url, 'spin');

let pool: da.ThreadPool;
let folder: string;
beforeAll(async () => {
  pool = await da.threads({ workers: 2 });
  folder = await mkdtemp(join(tmpdir(), 'chunkwise-tasks-'));
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

const errorOf = (future: da.Future<unknown>): Promise<unknown> =>
  future.result().then(
    () => undefined,
    (error: unknown) => error,
  );

describe('tasks in threads', () => {
  it('run there and give what the function gives', async () => {
    expect(await pool.submit(double, 21).result()).toBe(42);
    expect(await pool.submit(da.task<[], unknown>(url, 'where')).result()).toMatchObject({ isMainThread: false });
  });

  it('are mapped over one iterable or several, and gathered in order', async () => {
    expect(await pool.gather(pool.map(double, new Set([1, 2, 3])))).toEqual([2, 4, 6]);
    expect(await pool.gather(pool.map(add, [1, 2, 3], [10, 20]))).toEqual([11, 22]);
    expect(pool.map(double, [])).toEqual([]);
  });

  it('take futures for arguments', async () => {
    const four = pool.submit(double, 2);
    expect(await pool.submit(add, four, pool.submit(double, four)).result()).toBe(12);
  });

  it('take and give computed arrays', async () => {
    const total = da.task<[da.NDArray], da.NDArray>(url, 'total');
    const array = (await da.arange(10).compute()) as da.NDArray;
    const result = await pool.submit(total, await toFloats(array)).result();
    expect(result).toBeInstanceOf(da.NDArray);
    expect([...(result.data as Float64Array)]).toEqual([45]);
  });

  it('have keys of their own', () => {
    const keys = pool.map(double, [1, 2, 3]).map((future) => future.key);
    expect(new Set(keys).size).toBe(3);
    expect(keys.every((key) => key.startsWith('double-'))).toBe(true);
  });
});

const toFloats = async (x: da.NDArray): Promise<da.NDArray> =>
  (await da.fromArray(x).astype('float64').compute()) as da.NDArray;

describe('what a task throws', () => {
  it('is the cause of a TaskError, with its message and stack', async () => {
    const error = await errorOf(pool.submit(da.task<[string], void>(url, 'fail'), 'too far'));
    expect(error).toBeInstanceOf(da.TaskError);
    expect(error).toMatchObject({ operation: 'fail', message: 'fail: a task failed with RangeError: too far' });
    const { cause } = error as { cause: Error };
    expect(cause).toMatchObject({ name: 'RangeError', message: 'too far' });
    expect(cause.stack).toContain('work.mjs');
  });

  it('may be no error', async () => {
    const error = await errorOf(pool.submit(da.task<[], void>(url, 'failOddly')));
    expect(error).toMatchObject({ name: 'TaskError', cause: { message: 'just text' } });
  });

  it('is told by gather, and by the status', async () => {
    const futures = [pool.submit(double, 1), pool.submit(da.task<[string], number>(url, 'fail'), 'x')];
    await expect(pool.gather(futures)).rejects.toThrow(da.TaskError);
    expect(futures.map((future) => future.status)).toEqual(['finished', 'error']);
  });
});

describe('what cannot be run', () => {
  it('is refused by name where a function is given for a task', () => {
    const factor = 3;
    const times = (x: number): number => factor * x;
    const submit = () => pool.submit(times as unknown as typeof double, 1);
    expect(submit).toThrow(da.ArgumentError);
    expect(submit).toThrow(/the function 'times' cannot be sent to a worker[\s\S]*da\.task\(.*'times'\)/);
    expect(() => pool.map(undefined as unknown as typeof double, [1])).toThrow(/map: the first argument is no task/);
  });

  it('is refused where an argument cannot be sent', async () => {
    const any = da.task<[unknown], unknown>(url, 'double');
    expect(() => pool.submit(any, () => 1)).toThrow(/argument 0 is a function/);
    expect(await errorOf(pool.submit(any, { f: () => 1 }))).toMatchObject({
      name: 'ArgumentError',
      operation: 'double',
    });
    expect(await errorOf(pool.submit(da.task(url, 'giveFunction')))).toMatchObject({ name: 'TaskError' });
    expect(await pool.submit(double, 1).result()).toBe(2);
  });

  it.each(['missing', 'notAFunction', 'toString'])('says what the module exports instead of %s', async (name) => {
    const error = await errorOf(pool.submit(da.task(url, name)));
    expect(error).toBeInstanceOf(da.ArgumentError);
    expect(String(error)).toMatch(/exports no function .*[\s\S]*it exports the functions .*double/);
  });

  it('says when the module is not there', async () => {
    const error = await errorOf(pool.submit(da.task(new URL('./nowhere.mjs', import.meta.url), 'x')));
    expect(error).toMatchObject({ name: 'TaskError', cause: { message: expect.stringContaining('nowhere.mjs') } });
  });

  it.each([
    ['./relative.js', /not the URL of a module/],
    [new URL('file:///x/mod.ts'), /JavaScript only/],
    [new URL('file:///x/mod.mts?a#b'), /JavaScript only/],
  ])('is refused when named: %s', (module, text) => {
    expect(() => da.task(module, 'x')).toThrow(text);
    expect(() => da.task(module, 'x')).toThrow(da.ArgumentError);
  });

  it('is refused where the module may not be run', async () => {
    await expect(callTask({ ...double, args: [1] }, () => false)).rejects.toThrow(da.RefusedError);
    expect(await callTask({ ...double, args: [1] }, (module) => module === url.href)).toBe(2);
  });
});

describe('a thread that dies', () => {
  it('has its task run again', async () => {
    const file = join(folder, 'twice');
    expect(await pool.submit(da.task<[string, number], number>(url, 'dieUntil'), file, 3).result()).toBe(3);
  });

  it('three times in the same task rejects with WorkerLostError, and harms no other', async () => {
    const file = join(folder, 'always');
    await writeFile(file, '');
    const dies = pool.submit(da.task<[string, number], number>(url, 'dieUntil'), file, 99);
    const others = pool.map(double, [1, 2, 3, 4]);
    expect(await errorOf(dies)).toBeInstanceOf(da.WorkerLostError);
    expect((await readFile(file, 'utf8')).length).toBe(6);
    expect(await pool.gather(others)).toEqual([2, 4, 6, 8]);
  });

  it('may be one that was killed', async () => {
    await using own = await da.threads({ workers: 1 });
    const future = own.submit(after, 300, 'late');
    own.taskThreads.threads[0]?.terminate();
    expect(await future.result()).toBe('late');
  });
});

describe('futures', () => {
  it('come in the order in which they are done', async () => {
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
  });

  it('come whether they failed or not, each once', async () => {
    const good = pool.submit(double, 1);
    const bad = pool.submit(da.task<[string], number>(url, 'fail'), 'no');
    const seen: string[] = [];
    for await (const { status } of da.asCompleted([good, bad, good])) seen.push(status);
    expect(seen.sort()).toEqual(['error', 'finished']);
    for await (const _ of da.asCompleted([])) expect.unreachable();
  });

  it('are taken back before they begin and while they run', async () => {
    await using own = await da.threads({ workers: 1 });
    const running = own.submit(spin);
    const waiting = own.submit(double, 1);
    await expect.poll(() => running.status).toBe('running');
    expect(waiting.status).toBe('pending');
    expect(waiting.cancel()).toBe(true);
    expect(running.cancel()).toBe(true);
    expect(running.cancel()).toBe(false);
    for (const future of [running, waiting]) {
      expect(future.status).toBe('cancelled');
      expect(await errorOf(future)).toBeInstanceOf(da.AbortError);
    }
    const next = own.submit(double, 2);
    expect(await next.result()).toBe(4);
    expect(next.cancel()).toBe(false);
  });

  it('are rejected when the pool is closed', async () => {
    const own = await da.threads({ workers: 1 });
    const futures = [own.submit(forever), own.submit(double, 1)];
    await own.close();
    for (const future of futures) expect(await errorOf(future)).toBeInstanceOf(da.ExecutorClosedError);
    expect(await errorOf(own.submit(double, 1))).toBeInstanceOf(da.ExecutorClosedError);
  });

  it('ask any runner as often as it loses workers', async () => {
    let tries = 0;
    const runner = {
      runTask: async (): Promise<unknown> => {
        tries++;
        throw new da.WorkerLostError('double', 'gone');
      },
    };
    const future = new Tasks(runner).submit(double, 1);
    expect(future).toBeInstanceOf(Future);
    expect(await errorOf(future)).toBeInstanceOf(da.WorkerLostError);
    expect(tries).toBe(3);
  });
});
