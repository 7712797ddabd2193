import { describe, expect, it } from 'vitest';
import { bar, failureLines, type ProgressEvent, progress, progressLine, summaryLine } from '#src/observe/progress.js';

const event: ProgressEvent = {
  label: 'mean',
  done: 7,
  total: 12,
  elapsedMs: 2800,
  bytes: 3e8,
  memoryLimit: 2 ** 31,
  busy: 2,
  workers: 2,
};
const summary = {
  label: 'mean',
  wallMs: 3100,
  tasks: 16,
  tasksUnfused: 160,
  efficiency: 0.87,
  peakBytes: 4e8,
  retries: 0,
};

/** A stream that remembers. */
const memory = (isTTY: boolean) => {
  const texts: string[] = [];
  return { isTTY, columns: 120, texts, write: (text: string) => texts.push(text) };
};

describe('lines', () => {
  it('say how far, how fast, how much', () => {
    expect(progressLine(event)).toBe(
      '⠇ mean  [████████████████▍           ] 58 %   7/12 tasks   eta 2 s   mem 286.1 MiB / 2 GiB   workers 2/2',
    );
    expect(summaryLine(summary)).toBe(
      '✔ mean  3.1 s   16 tasks (160 before fusion)   efficiency 87 %   peak 381.5 MiB   0 retries',
    );
    expect(summaryLine({ ...summary, tasks: 1, tasksUnfused: 1, retries: 1 })).toContain('1 task   efficiency');
  });

  it('say what failed, why, and what to try', () => {
    const failure = { name: 'MemoryLimitError', operation: 'matmul', text: 'block [3,0] needs 3.2 GiB' };
    expect(failureLines({ ...failure, why: 'blocks are wide', hint: 'X.rechunk([500_000, -1])' }).split('\n')).toEqual([
      '✖ MemoryLimitError in matmul: block [3,0] needs 3.2 GiB',
      '    why  blocks are wide',
      '    try  X.rechunk([500_000, -1])',
    ]);
  });

  it('fit the terminal', () => {
    for (const columns of [20, 60, 80]) expect(progressLine(event, columns).length).toBeLessThan(columns);
  });

  it('have bars between empty and full', () => {
    expect(bar(0, 4)).toBe('    ');
    expect(bar(0.5, 4)).toBe('██  ');
    expect(bar(9, 4)).toBe('████');
    expect(bar(1 / 32, 4)).toBe('▏   ');
  });
});

describe('on a terminal', () => {
  it('nothing is shown in the first second, then one line is redrawn ten times a second at most', () => {
    const stream = memory(true);
    const line = progress({ stream, env: { NO_COLOR: '1' } });
    for (let ms = 0; ms <= 2000; ms += 10) line.update({ ...event, elapsedMs: ms });
    expect(stream.texts).toHaveLength(11);
    expect(stream.texts.every((text) => text.startsWith('\r\u001b[2K') && !text.includes('\n'))).toBe(true);
    line.done(summary);
    expect(stream.texts.at(-1)).toBe(`\r\u001b[2K${summaryLine(summary)}\n`);
  });

  it('what is over within a second leaves no trace', () => {
    const stream = memory(true);
    const line = progress({ stream, env: {} });
    line.update({ ...event, elapsedMs: 400 });
    line.done({ ...summary, wallMs: 900 });
    expect(stream.texts).toEqual([]);
  });

  it('says nothing of an error where no line was shown: whoever catches it knows', () => {
    const stream = memory(true);
    progress({ stream, env: {} }).fail({ name: 'TypeError', text: 'no' });
    expect(stream.texts).toEqual([]);
  });

  it('shows the line at once where that was asked for', () => {
    const stream = memory(true);
    const line = progress({ stream, env: { NO_COLOR: '1' }, always: true });
    line.update({ ...event, elapsedMs: 1 });
    line.done({ ...summary, wallMs: 3 });
    expect(stream.texts).toHaveLength(2);
  });

  it('colours the mark unless NO_COLOR says no', () => {
    const stream = memory(true);
    progress({ stream, env: {}, always: true }).fail({ name: 'TypeError', text: 'no' });
    expect(stream.texts).toEqual(['\r\u001b[2K\u001b[31m✖\u001b[39m TypeError: no\n']);
  });
});

it.each([
  ['a pipe', false, {}],
  ['CI', true, { CI: '1', NO_COLOR: '1' }],
])('%s gets a plain line every ten seconds', (_, isTTY, env) => {
  const stream = memory(isTTY);
  const line = progress({ stream, env });
  for (let ms = 0; ms <= 35_000; ms += 100) line.update({ ...event, elapsedMs: ms });
  expect(stream.texts).toHaveLength(3);
  expect(stream.texts[0]).toMatch(/^mean {2}\[.*workers 2\/2\n$/);
  line.done(summary);
  expect(stream.texts.at(-1)).toBe(`${summaryLine(summary)}\n`);
});
