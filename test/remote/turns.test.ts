import { describe, expect, it, vi } from 'vitest';
import { type Leave, Turns } from '#src/remote/turns.js';

describe('turns at the threads of a worker', () => {
  it('go to as many as there are slots, then to who has waited longest', async () => {
    const turns = new Turns(2);
    const came: string[] = [];
    const take = async (name: string) => {
      const leave = await turns.take(false, false);
      came.push(name);
      return leave as Leave;
    };
    const [a] = await Promise.all([take('a'), take('b')]);
    const [c, d] = [take('c'), take('d')];
    await Promise.resolve();
    expect(came).toEqual(['a', 'b']);
    a();
    (await c)();
    (await d)();
    expect(came).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are not waited for by what may queue in the threads, as many as are at hand', async () => {
    const turns = new Turns(1);
    (await turns.take(false, true))?.();
    expect(turns.jobs).toBe(2);
    const [a, b] = await Promise.all([turns.take(false, true), turns.take(false, true)]);
    let third = false;
    const c = turns.take(false, true).then((leave) => {
      third = true;
      return leave;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(third).toBe(false);
    a?.();
    (await c)?.();
    b?.();
  });

  it('have a quarter more jobs at hand while the last ones were short', async () => {
    const clock = vi.spyOn(performance, 'now');
    const turns = new Turns(8);
    const work = async (ms: number) => {
      clock.mockReturnValueOnce(0);
      const leave = await turns.take(false, false);
      clock.mockReturnValueOnce(ms);
      leave?.();
      return turns.jobs;
    };
    expect(turns.jobs).toBe(8);
    expect(await work(20)).toBe(10);
    expect(await work(5000)).toBe(8);
    for (let i = 0; i < 15; i++) expect(await work(20)).toBe(8);
    expect(await work(20)).toBe(10);
    clock.mockRestore();
    const calls = new Turns(8);
    (await calls.take(false, false, false))?.();
    expect(calls.jobs).toBe(8);
  });

  it('leave a job that has lost a worker alone: what waits or comes is put back', async () => {
    const turns = new Turns(2);
    const [a, b] = await Promise.all([turns.take(false, false), turns.take(false, false)]);
    const waits = turns.take(false, false);
    let alone = false;
    const suspect = turns.take(true, false).then((leave) => {
      alone = true;
      return leave;
    });
    expect(await waits).toBeUndefined();
    expect(await turns.take(false, false)).toBeUndefined();
    expect(await turns.take(true, false)).toBeUndefined();
    expect(turns.jobs).toBe(1);
    a?.();
    a?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(alone).toBe(false);
    b?.();
    (await suspect)?.();
    expect(alone).toBe(true);
    expect(await turns.take(false, false)).toBeDefined();
  });
});
