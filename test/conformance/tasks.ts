/** What every executor that runs tasks promises: one suite, given how to make it. Modules under `modules` must be allowed. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as da from 'chunkwise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Where the functions are that the suite has called. */
export const modules = new URL('../exec/tasks/', import.meta.url);
export const url = new URL('work.mjs', modules);
export const double = da.task<[number], number>(url, 'double');
export const add = da.task<[number, number], number>(url, 'add');
export const after = da.task<[number, string], string>(url, 'after');
export const forever = da.task<[], void>(url, 'forever');
export const spin = da.task<[], void>(url, 'spin');
export const dieUntil = da.task<[string, number], number>(url, 'dieUntil');
const same = da.task<[unknown], unknown>(url, 'same');

export const errorOf = (future: { result(): Promise<unknown> }): Promise<unknown> =>
  future.result().then(
    () => undefined,
    (error: unknown) => error,
  );

/** `make`: an executor that has room for two tasks at a time, and is closed by the suite. */
export function taskConformance(name: string, make: () => Promise<da.Executor & da.TaskClient>): void {
  describe(`tasks: ${name}`, () => {
    let client: da.Executor & da.TaskClient;
    let folder: string;
    beforeAll(async () => {
      client = await make();
      folder = await mkdtemp(join(tmpdir(), 'chunkwise-tasks-'));
    });
    afterAll(async () => {
      await client.close();
      await rm(folder, { recursive: true });
    });

    describe('tasks', () => {
      it('run in a thread and give what the function gives', async () => {
        expect(await client.submit(double, 21).result()).toBe(42);
        expect(await client.submit(da.task<[], unknown>(url, 'where')).result()).toMatchObject({ isMainThread: false });
      });

      it('are mapped over one iterable or several, and gathered in order', async () => {
        expect(await client.gather(client.map(double, new Set([1, 2, 3])))).toEqual([2, 4, 6]);
        expect(await client.gather(client.map(add, [1, 2, 3], [10, 20]))).toEqual([11, 22]);
        expect(client.map(double, [])).toEqual([]);
      });

      it('take futures for arguments', async () => {
        const four = client.submit(double, 2);
        expect(await client.submit(add, four, client.submit(double, four)).result()).toBe(12);
      });

      it('take and give computed arrays', async () => {
        const total = da.task<[da.NDArray], da.NDArray>(url, 'total');
        const array = (await da.arange(10).compute()) as da.NDArray;
        const result = await client.submit(total, array).result();
        expect(result).toBeInstanceOf(da.NDArray);
        expect([...(result.data as Float64Array)]).toEqual([45]);
      });

      it.each<[string, unknown]>([
        ['odd numbers', [NaN, Infinity, -Infinity, -0, 0.1, 2 ** 53]],
        ['bigints and texts', [2n ** 70n, -1n, 'a\u0000\ud83d\ude00 \ud800', '']],
        ['what is not there', [undefined, null, { a: undefined }]],
        ['maps and sets', new Map<unknown, unknown>([[{ k: 1 }, new Set([1, [2]])]])],
        ['dates', [new Date(0), new Date(Number.NaN)]],
        ['typed arrays', [Float32Array.of(1.5, NaN), BigInt64Array.of(-3n), new Uint8ClampedArray([1, 2]).subarray(1)]],
        ['buffers', Uint8Array.of(1, 2, 3).buffer],
        ['what is named as in JavaScript itself', { constructor: 1, toString: [2], length: -1 }],
      ])('take and give %s as they are', async (_, value) => {
        expect(await client.submit(same, value).result()).toStrictEqual(value);
      });

      it('take and give what is large', async () => {
        const large = Float64Array.from({ length: 300_000 }, (_, i) => i);
        const grow = da.task<[Float64Array], Float64Array>(url, 'addOne');
        const once = client.submit(grow, large);
        expect(await client.submit(grow, once).result()).toEqual(large.map((x) => x + 2));
      });

      it('have keys of their own', () => {
        const keys = client.map(double, [1, 2, 3]).map((future) => future.key);
        expect(new Set(keys).size).toBe(3);
        expect(keys.every((key) => key.startsWith('double-'))).toBe(true);
      });
    });

    describe('what a task throws', () => {
      it('is the cause of a TaskError', async () => {
        const error = await errorOf(client.submit(da.task<[string], void>(url, 'fail'), 'too far'));
        expect(error).toBeInstanceOf(da.TaskError);
        expect(error).toMatchObject({ operation: 'fail', message: 'fail: a task failed with RangeError: too far' });
        expect((error as { cause: Error }).cause).toMatchObject({ name: 'RangeError', message: 'too far' });
      });

      it('may be no error', async () => {
        const error = await errorOf(client.submit(da.task<[], void>(url, 'failOddly')));
        expect(error).toMatchObject({ name: 'TaskError', cause: { message: 'just text' } });
      });

      it('is thrown once: what fails is not called again', async () => {
        const file = join(folder, 'failed');
        await errorOf(client.submit(da.task<[string], void>(url, 'failInto'), file));
        expect(await readFile(file, 'utf8')).toBe('x\n');
      });

      it('is told by gather, and by the status', async () => {
        const futures = [client.submit(double, 1), client.submit(da.task<[string], number>(url, 'fail'), 'x')];
        await expect(client.gather(futures)).rejects.toThrow(da.TaskError);
        await Promise.allSettled(futures.map((future) => future.result()));
        expect(futures.map((future) => future.status)).toEqual(['finished', 'error']);
      });
    });

    describe('what cannot be run', () => {
      it('is refused by name where a function is given for a task', () => {
        const factor = 3;
        const times = (x: number): number => factor * x;
        const submit = () => client.submit(times as unknown as typeof double, 1);
        expect(submit).toThrow(da.ArgumentError);
        expect(submit).toThrow(/the function 'times' cannot be sent to a worker[\s\S]*da\.task\(.*'times'\)/);
        expect(() => client.map(undefined as unknown as typeof double, [1])).toThrow(
          /map: the first argument is no task/,
        );
      });

      it('is refused where an argument or a result cannot be sent', async () => {
        expect(() => client.submit(same, () => 1)).toThrow(/argument 0 is a function/);
        const error = await errorOf(client.submit(same, { f: () => 1 }));
        expect(error).toMatchObject({ name: 'ArgumentError', operation: 'same' });
        expect(await errorOf(client.submit(da.task(url, 'giveFunction')))).toMatchObject({
          name: 'TaskError',
          message: expect.stringContaining('cannot be sent back'),
        });
        expect(await client.submit(double, 1).result()).toBe(2);
      });

      it.each(['missing', 'notAFunction', 'toString'])('says what the module exports instead of %s', async (name) => {
        const error = await errorOf(client.submit(da.task(url, name)));
        expect(error).toBeInstanceOf(da.ArgumentError);
        expect(String(error)).toMatch(/exports no function .*[\s\S]*it exports the functions .*double/);
      });

      it('says when the module is not there', async () => {
        const error = await errorOf(client.submit(da.task(new URL('nowhere.mjs', modules), 'x')));
        expect(error).toMatchObject({ name: 'TaskError', cause: { message: expect.stringContaining('nowhere.mjs') } });
      });
    });

    describe('a thread that dies', () => {
      it('has its task run again', async () => {
        expect(await client.submit(dieUntil, join(folder, 'twice'), 3).result()).toBe(3);
      });

      it('three times in the same task rejects with WorkerLostError, and harms no other', async () => {
        const file = join(folder, 'always');
        await writeFile(file, '');
        const dies = client.submit(dieUntil, file, 99);
        const others = client.map(double, [1, 2, 3, 4]);
        expect(await errorOf(dies)).toBeInstanceOf(da.WorkerLostError);
        expect((await readFile(file, 'utf8')).length).toBe(6);
        expect(await client.gather(others)).toEqual([2, 4, 6, 8]);
      });
    });

    describe('futures', () => {
      it('come in the order in which they are done', async () => {
        await client.gather(client.map(double, [1, 2, 3]));
        const futures = [client.submit(after, 900, 'late'), client.submit(after, 10, 'soon')];
        const order: string[] = [];
        for await (const future of da.asCompleted(futures)) order.push(await future.result());
        expect(order).toEqual(['soon', 'late']);
      });

      it('come whether they failed or not, each once', async () => {
        const good = client.submit(double, 1);
        const bad = client.submit(da.task<[string], number>(url, 'fail'), 'no');
        const seen: string[] = [];
        for await (const { status } of da.asCompleted([good, bad, good])) seen.push(status);
        expect(seen.sort()).toEqual(['error', 'finished']);
      });

      it('are taken back before they begin and while they run', async () => {
        const running = [client.submit(spin), client.submit(forever)];
        await expect.poll(() => running.map(({ status }) => status), { timeout: 5000 }).toEqual(['running', 'running']);
        const waiting = client.submit(double, 1);
        expect(waiting.status).toBe('pending');
        for (const future of [waiting, ...running]) {
          expect(future.cancel()).toBe(true);
          expect(future.cancel()).toBe(false);
          expect(future.status).toBe('cancelled');
          expect(await errorOf(future)).toBeInstanceOf(da.AbortError);
        }
        expect(await client.gather(client.map(double, [2, 3]))).toEqual([4, 6]);
      });

      it('are rejected when the executor is closed', async () => {
        const own = await make();
        const futures = [own.submit(forever), own.submit(double, 1), own.submit(forever)];
        await own.close();
        const errors = await Promise.all(futures.map(errorOf));
        expect(errors[0]).toBeInstanceOf(da.ExecutorClosedError);
        expect(errors[2]).toBeInstanceOf(da.ExecutorClosedError);
        expect(await errorOf(own.submit(double, 1))).toBeInstanceOf(da.ExecutorClosedError);
      });
    });

    describe('delayed calls', () => {
      it('run tasks there and functions here, each once its arguments are there', async () => {
        const lazy = da.delayed(add);
        const here = da.delayed((x: number) => `${x}!`);
        const twice = da.delayed(double);
        const shared = twice(5);
        const out = here(lazy(lazy(shared, shared), twice(shared)));
        expect(await out.compute({ executor: client })).toBe('40!');
      });

      it('pass on arrays, computed there too', async () => {
        const total = da.delayed(da.task<[da.NDArray], da.NDArray>(url, 'total'));
        const x = da.random.random([200, 100], { seed: 3, chunks: 50 });
        const result = await total(x.mul(2)).compute({ executor: client });
        const right = (await x.mul(2).compute()) as da.NDArray;
        expect(result.get(0)).toBe((right.data as Float64Array).reduce((a, b) => a + b, 0));
      });

      it('reject with what the first to fail has thrown, or when they are aborted', async () => {
        const fails = da.delayed(da.task<[string], number>(url, 'fail'));
        const endless = da.delayed(forever);
        const both = da.delayed((...all: unknown[]) => all)(endless(), fails('no'));
        await expect(both.compute({ executor: client })).rejects.toThrow('fail: a task failed with RangeError: no');
        const signal = AbortSignal.timeout(100);
        await expect(endless().compute({ executor: client, signal })).rejects.toThrow(da.AbortError);
      });
    });
  });
}
