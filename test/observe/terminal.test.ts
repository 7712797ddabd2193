import * as da from 'chunkwise';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Event, EventLog, log } from '#src/exec/log.js';
import { showRuns } from '#src/observe/terminal.js';

/** A stream that remembers. */
const memory = (isTTY: boolean) => {
  const texts: string[] = [];
  return { isTTY, columns: 120, texts, write: (text: string) => texts.push(text) };
};
const env = { NO_COLOR: '1' };

describe('lines of runs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const started = (run: number, label: string, progress?: boolean): Event[] => {
    const time = performance.timeOrigin + performance.now();
    const asked = progress === undefined ? {} : { progress };
    return [
      { time, run, type: 'run', label, executor: 'threads', workers: 2, ...asked },
      { time, run, type: 'plan', tasks: 10 },
    ];
  };
  const batch = (run: number, from: number, to: number): Event[] => [
    { time: 0, run, type: 'start', stage: 0, from, to },
    { time: 0, run, type: 'end', stage: 0, from, to, worker: 0, started: 0, ended: 1, bytes: 1024 },
  ];
  const over = (run: number, ok: boolean, wallMs: number): Event => {
    const common = { time: 0, run, type: 'done' as const, busyMs: wallMs, peakBytes: 2048, retries: 1 };
    return { ...common, ok, wallMs, tasksUnfused: 40 };
  };
  const tell = (to: EventLog, events: readonly Event[]): void => {
    for (const event of events) to.emit(event);
  };

  it('are drawn after a second though nothing happens, and end in a summary', () => {
    const [own, stream] = [new EventLog(), memory(true)];
    const leave = showRuns(own, { stream, env });
    tell(own, [...started(1, 'mean'), ...batch(1, 0, 4)]);
    vi.advanceTimersByTime(900);
    expect(stream.texts).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(stream.texts.at(-1)).toMatch(/mean {2}\[█+▎? +\] 40 % {3}4\/10 tasks .* mem 1 KiB {3}workers 0\/2$/);
    tell(own, [over(1, true, 2000)]);
    expect(stream.texts.at(-1)).toBe(
      '\r\u001b[2K✔ mean  2 s   10 tasks (40 before fusion)   efficiency 50 %   peak 2 KiB   1 retry\n',
    );
    expect(vi.getTimerCount()).toBe(0);
    leave();
    expect(own.watched).toBe(false);
  });

  it('are one at a time', () => {
    const [own, stream] = [new EventLog(), memory(true)];
    showRuns(own, { stream, env });
    tell(own, [...started(1, 'mean'), ...started(2, 'std')]);
    vi.advanceTimersByTime(2000);
    expect(stream.texts.every((text) => text.includes('mean'))).toBe(true);
    tell(own, [over(1, true, 2000)]);
    vi.advanceTimersByTime(100);
    expect(stream.texts.at(-1)).toContain('std');
    tell(own, [over(2, true, 2100)]);
  });

  it('say what failed once they were shown; an aborted run is taken away', () => {
    const [own, stream] = [new EventLog(), memory(true)];
    showRuns(own, { stream, env });
    const fail = (run: number, name: string): Event[] => [
      { time: 0, run, type: 'error', name, operation: 'mean', text: 'no', hint: 'another' },
      over(run, false, 1500),
    ];
    tell(own, started(1, 'mean'));
    vi.advanceTimersByTime(1500);
    tell(own, fail(1, 'TaskError'));
    expect(stream.texts.at(-1)).toBe('\r\u001b[2K✖ TaskError in mean: no\n    try  another\n');
    tell(own, started(2, 'mean'));
    vi.advanceTimersByTime(1500);
    tell(own, fail(2, 'AbortError'));
    expect(stream.texts.at(-1)).toBe('\r\u001b[2K');
  });

  it('are not for runs that want none', () => {
    const [own, stream] = [new EventLog(), memory(true)];
    showRuns(own, { stream, env });
    tell(own, started(1, 'mean', false));
    vi.advanceTimersByTime(5000);
    tell(own, [over(1, true, 5000)]);
    expect(stream.texts).toEqual([]);
  });
});

describe('the log of this process', () => {
  const recorded = async (work: () => Promise<unknown>): Promise<Event[]> => {
    const events: Event[] = [];
    const leave = log.subscribe((event) => events.push(event));
    await work().catch(() => {});
    leave();
    return events;
  };

  it('tells a run from its plan to its end', async () => {
    const events = await recorded(() => da.ones([40, 40], { chunks: 10 }).add(1).mean().compute());
    const types = events.map((event) => event.type);
    expect(types.slice(0, 3)).toEqual(['run', 'plan', 'stage']);
    expect(types.at(-1)).toBe('done');
    expect(new Set(events.map((event) => event.run)).size).toBe(1);
    const plan = events.find((event) => event.type === 'plan');
    const done = events.flatMap((event) => (event.type === 'end' ? [event.to - event.from] : []));
    expect(done.reduce((a, b) => a + b, 0)).toBe(plan?.type === 'plan' && plan.tasks);
    expect(events.at(-1)).toMatchObject({ type: 'done', ok: true, retries: 0 });
  });

  it('tells what was refused, without repeating operation and hint in the text', async () => {
    const events = await recorded(() => da.ones([4000, 4000]).compute({ memoryLimit: '1 MiB' }));
    expect(events.at(-2)).toMatchObject({ type: 'error', name: 'MemoryLimitError', hint: expect.any(String) });
    expect(events.at(-2)).not.toMatchObject({ text: expect.stringMatching(/try|^compute/) });
    expect(events.at(-1)).toMatchObject({ type: 'done', ok: false });
  });

  it('tells of a loop over blocks too', async () => {
    const events = await recorded(async () => {
      for await (const _ of da.ones([100], { chunks: 10 }).blocks());
    });
    expect(events.at(-1)).toMatchObject({ type: 'done', ok: true });
  });
});
