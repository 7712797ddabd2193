import { describe, expect, it, vi } from 'vitest';
import { type Leave, type Turn, Turns } from '#src/remote/turns.js';

/** Takes turns, and the names of those whose turn has come. */
function roster(turns: Turns) {
  const came: string[] = [];
  const take = async (name: string, turn: Turn = 'timed') => {
    const leave = await turns.take(turn);
    came.push(name);
    return leave as Leave;
  };
  return { came, take };
}

describe('turns at the threads of a worker', () => {
  it('go to as many as there are slots, then to who has waited longest', async () => {
    const { came, take } = roster(new Turns(2));
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
    (await turns.take('tasks'))?.();
    expect(turns.jobs).toBe(2);
    const [a, b] = await Promise.all([turns.take('tasks'), turns.take('tasks')]);
    let third = false;
    const c = turns.take('tasks').then((leave) => {
      third = true;
      return leave;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(third).toBe(false);
    a?.();
    (await c)?.();
    b?.();
  });

  it('come to who does not queue once a slot is free, and before those who come later and would', async () => {
    const turns = new Turns(1);
    (await turns.take('tasks'))?.();
    const { came, take } = roster(turns);
    const [a, b] = await Promise.all([take('a', 'tasks'), take('b', 'tasks')]);
    const timed = take('timed', 'timed');
    a();
    const later = take('later', 'tasks');
    await new Promise((resolve) => setImmediate(resolve));
    expect(came).toEqual(['a', 'b']);
    b();
    (await timed)();
    (await later)();
    expect(came).toEqual(['a', 'b', 'timed', 'later']);
  });

  it('behind a call are waited for by nobody: what has no room is put back, until there is', async () => {
    const turns = new Turns(2);
    (await turns.take('tasks'))?.();
    expect(turns.jobs).toBe(3);
    const [call, tasks] = await Promise.all([turns.take('call'), turns.take('tasks')]);
    expect(turns.jobs).toBe(2);
    for (const turn of ['tasks', 'timed', 'call'] as const) expect(await turns.take(turn)).toBeUndefined();
    tasks?.();
    const other = await turns.take('call');
    call?.();
    other?.();
    expect(turns.jobs).toBe(3);
  });

  it('come to a call that waits for tasks; what waits behind it is put back then', async () => {
    const turns = new Turns(1);
    const tasks = await turns.take('tasks');
    const [call, behind] = [turns.take('call'), turns.take('tasks')];
    tasks?.();
    expect(await behind).toBeUndefined();
    expect(await turns.take('call')).toBeUndefined();
    (await call)?.();
    expect(await turns.take('call')).toBeDefined();
  });

  it('have a quarter more jobs at hand while the last ones were short', async () => {
    const clock = vi.spyOn(performance, 'now');
    const turns = new Turns(8);
    const work = async (ms: number) => {
      clock.mockReturnValueOnce(0);
      const leave = await turns.take('timed');
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
    (await calls.take('call'))?.();
    expect(calls.jobs).toBe(8);
  });

  it('leave a job that has lost a worker alone: what waits or comes is put back', async () => {
    const turns = new Turns(2);
    const [a, b] = await Promise.all([turns.take('timed'), turns.take('timed')]);
    const waits = turns.take('timed');
    let alone = false;
    const suspect = turns.take('timed', true).then((leave) => {
      alone = true;
      return leave;
    });
    expect(await waits).toBeUndefined();
    expect(await turns.take('timed')).toBeUndefined();
    expect(await turns.take('timed', true)).toBeUndefined();
    expect(turns.jobs).toBe(1);
    a?.();
    a?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(alone).toBe(false);
    b?.();
    (await suspect)?.();
    expect(alone).toBe(true);
    expect(await turns.take('timed')).toBeDefined();
  });
});
