import * as da from 'chunkwise';
import { describe, expect, expectTypeOf, it } from 'vitest';

const inc = da.delayed((i: number) => i + 1);
const add = da.delayed((p: number, q: number) => p + q);
const sum = da.delayed((values: readonly number[]) => values.reduce((a, b) => a + b, 0));

const work = new URL('../exec/tasks/work.mjs', import.meta.url);

describe('delayed calls', () => {
  it('give what the calls would have given', async () => {
    const out = add(inc(1), inc(12));
    expectTypeOf(out).toExtend<da.Delayed<number>>();
    expect(await out.compute()).toBe(15);
    expect(await sum([inc(1), 2, inc(inc(1))]).compute()).toBe(7);
    const nested = da.delayed((o: { a: { b: number }[] }) => o.a[0]?.b);
    expect(await nested({ a: [{ b: inc(1) }] }).compute()).toBe(2);
  });

  it('are made once for a compute, after what they depend on', async () => {
    const made: string[] = [];
    const note = da.delayed((name: string, ..._after: string[]) => {
      made.push(name);
      return name;
    });
    const a = note('a');
    const [b, c] = [note('b', a), note('c', a)];
    expect(await note('d', b, c, a).compute()).toBe('d');
    expect(made).toEqual(['a', 'b', 'c', 'd']);
  });

  it('run side by side where neither waits for the other', async () => {
    let both = (): void => {};
    const met = new Promise<void>((resolve) => {
      both = resolve;
    });
    const first = da.delayed(async () => met.then(() => 1));
    const second = da.delayed(async () => {
      both();
      return 2;
    });
    expect(await add(first(), second()).compute()).toBe(3);
  });

  it('may be a chain of any length', async () => {
    let x = inc(0);
    for (let i = 1; i < 20_000; i++) x = inc(x);
    expect(await x.compute()).toBe(20_000);
  });

  it('compute the arrays they are given, shared ones once', async () => {
    const x = da.arange(10);
    const first = da.delayed((array: da.NDArray, total: number) => Number(array.get(9)) + total);
    expect(await first(x, x.sum()).compute()).toBe(54);
  });

  it('take typed arrays and other objects as they are', async () => {
    const same = da.delayed((x: Float64Array) => x);
    const data = Float64Array.of(1, 2);
    expect(await same(data).compute()).toBe(data);
  });

  it('run tasks on the executor that is given', async () => {
    const double = da.delayed(da.task<[number], number>(work, 'double'));
    const where = da.delayed(da.task<[], { isMainThread: boolean }>(work, 'where'));
    await using pool = await da.threads({ workers: 2 });
    expect(await add(double(inc(1)), double(3)).compute({ executor: pool })).toBe(10);
    expect(await where().compute({ executor: pool })).toMatchObject({ isMainThread: false });
    expect(await double(4).compute({ executor: da.sync() })).toBe(8);
  });

  it('that throw reject with the cause; what comes after is not called', async () => {
    const cause = new RangeError('too far');
    const bad = da.delayed((_: number): number => {
      throw cause;
    });
    let called = false;
    const later = da.delayed((_: number) => {
      called = true;
    });
    const error = await later(bad(1))
      .compute()
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(da.TaskError);
    expect(error).toMatchObject({ cause });
    expect(called).toBe(false);
  });

  it('are stopped by a signal', async () => {
    const stop = new AbortController();
    const wait = da.delayed(() => new Promise(() => {}));
    const result = wait().compute({ signal: stop.signal });
    stop.abort();
    await expect(result).rejects.toThrow(da.AbortError);
    await expect(wait().compute({ signal: stop.signal })).rejects.toThrow(da.AbortError);
  });

  it('draw themselves', async () => {
    const out = add(inc(1), inc(12));
    const dot = await out.visualize({ format: 'dot', rankdir: 'LR' });
    expect(dot).toMatch(/digraph calls \{[\s\S]*rankdir=LR[\s\S]*n0 -> n2;[\s\S]*n1 -> n2;/);
    expect(dot).toContain('"delayed(1)"');
    expect(await out.visualise()).toMatch(/<svg role="img" aria-label="Graph of 3 calls"/);
    expect(JSON.parse(await out.visualize({ format: 'json' })).calls).toHaveLength(3);
    expect(String(out)).toMatch(/^Delayed\(.*-\d+\)$/);
  });

  it('are made of functions and tasks only', () => {
    expect(() => da.delayed(5 as never)).toThrow(da.ArgumentError);
  });
});
