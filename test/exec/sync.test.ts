import { describe, expect, test } from 'vitest';
import { sync } from '#src/exec/sync.js';
import { endless, executorConformance, quarters, run } from '../conformance/executor.js';

executorConformance('sync', async () => sync());

describe('sync', () => {
  test('lets other events have their turn while it computes', async () => {
    const executor = sync();
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    await run(executor, [endless(2 ** 12)], { signal: stop.signal }).catch(() => undefined);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(3);
  });

  test('needs no shared memory', async () => {
    const [x] = await run(sync(), [quarters([5], 2)], { shared: false });
    expect(x?.buffer).toBeInstanceOf(ArrayBuffer);
    expect([...(x ?? [])]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });
});
