import { describe, expect, it } from 'vitest';
import { planFor } from '#src/compute.js';
import { sync } from '#src/exec/sync.js';
import * as da from '#src/index.js';
import { inputsOf } from '#src/plan/graph.js';
import { batchOf } from '#src/plan/regions.js';
import type { Batch, Plan, Stage } from '#src/plan/types.js';
import { Near } from '#src/remote/near.js';
import { pack } from '#src/remote/pack.js';
import { keyOf } from '#src/remote/packer.js';
import { MemoryStore } from '#src/store/memory.js';

/** The blocks of the first stage, as a client gets them. */
async function partials(plan: Plan): Promise<Map<string, Uint8Array>> {
  const store = new MemoryStore(plan, { wholeBelow: 0 });
  const executor = sync();
  const run = await executor.open(plan, store);
  const blocks = new Map<string, Uint8Array>();
  const stage = plan.stages[0] as Stage;
  for (let from = 0; from < 6; from += stage.grain) {
    const batch = batchOf(stage, from);
    await run.submit(batch);
    blocks.set(keyOf(batch), pack(store.allocate(batch)).slice());
  }
  await run.end();
  return blocks;
}

const last = (plan: Plan): Batch => batchOf(plan.stages.at(-1) as Stage, 0);

describe('merges near the client', () => {
  const x = da.fromArray(
    Float64Array.from({ length: 60 }, (_, i) => i / 7),
    { chunks: 10 },
  );

  it('give what a worker would give', async () => {
    const plan = planFor([x.sum().expr]);
    const blocks = await partials(plan);
    const near = new Near(plan, (batch) => blocks.get(keyOf(batch)));
    const { bytes, start, end } = near.run(last(plan)) ?? { bytes: new Uint8Array(), start: 1, end: 0 };
    expect(new Float64Array(bytes.buffer)[0]).toBe(await x.sum().compute({ executor: sync() }));
    expect(end).toBeGreaterThanOrEqual(start);
    expect(near.run(last(plan))?.bytes).toEqual(bytes);
  });

  it('wait for a worker where a block is not here, is cut short, or nothing is read at all', async () => {
    const plan = planFor([x.sum().expr]);
    const blocks = await partials(plan);
    const near = new Near(plan, (batch) => blocks.get(keyOf(batch)));
    expect(near.run({ stage: 0, from: 0, to: 1 })).toBeUndefined();
    const [input] = inputsOf(plan, last(plan)) as [Batch];
    const whole = blocks.get(keyOf(input)) as Uint8Array;
    blocks.set(keyOf(input), whole.subarray(1));
    expect(near.run(last(plan))).toBeUndefined();
    blocks.delete(keyOf(input));
    expect(near.run(last(plan))).toBeUndefined();
    blocks.set(keyOf(input), whole);
    expect(near.run(last(plan))).toBeDefined();
  });

  it('leave long ones to workers', () => {
    const y = da.zeros([4000, 4000], { chunks: [1000, 4000] });
    const plan = planFor([y.add(1).rechunk([4000, 1000]).mul(2).expr], { optimizeGraph: false });
    const near = new Near(plan, () => new Uint8Array(80_000));
    expect(near.run(last(plan))).toBeUndefined();
  });
});
