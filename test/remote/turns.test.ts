import { describe, expect, it, vi } from 'vitest';
import { type Leave, Turns } from '#src/remote/turns.js';

describe('turns at the threads of a worker', () => {
  it('go to as many as there are slots, then to who has waited longest', async () => {
    const turns = new Turns(2);
    const came: string[] = [];
    const take = async (name: string) => {
      const leave = await turns.take(false);
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

  it('have a quarter more jobs at hand while the last ones were short', async () => {
    const clock = vi.spyOn(performance, 'now');
    const turns = new Turns(8);
    const work = async (ms: number) => {
      clock.mockReturnValueOnce(0);
      const leave = await turns.take(false);
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
  });

  it('leave a job that has lost a worker alone: what waits or comes is put back', async () => {
    const turns = new Turns(2);
    const [a, b] = await Promise.all([turns.take(false), turns.take(false)]);
    const waits = turns.take(false);
    let alone = false;
    const suspect = turns.take(true).then((leave) => {
      alone = true;
      return leave;
    });
    expect(await waits).toBeUndefined();
    expect(await turns.take(false)).toBeUndefined();
    expect(await turns.take(true)).toBeUndefined();
    expect(turns.jobs).toBe(1);
    a?.();
    a?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(alone).toBe(false);
    b?.();
    (await suspect)?.();
    expect(alone).toBe(true);
    expect(await turns.take(false)).toBeDefined();
  });
});
