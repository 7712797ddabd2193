import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boxOf, type Chunks, cutsOf } from '#src/core/chunks.js';
import type { DType } from '#src/core/dtype.js';
import { elementsBefore } from '#src/plan/regions.js';
import type { Batch, Plan, Stage } from '#src/plan/types.js';
import { Buffers, sizeClass } from '#src/store/buffers.js';
import { MemoryStore } from '#src/store/memory.js';

const stageOf = (chunks: Chunks, planes: readonly DType[], grain: number): Stage => ({
  id: 0,
  label: 'test',
  kernel: { rank: chunks.length, loads: [], body: [], reduced: [], outputs: [] },
  chunks,
  reads: [],
  outputs: [{ shape: chunks.map((cuts) => cuts.length), chunks, planes }],
  layers: [],
  taskBytes: 0,
  grain,
});

const planOf = (stage: Stage): Plan => ({ stages: [stage], sources: [], results: [], tasks: 0 });

/** 40 blocks of 1000 float64. */
const long = stageOf([cutsOf(Array<number>(40).fill(1000))], ['float64'], 4);
const batch = (from: number): Batch => ({ stage: 0, from, to: from + 4 });

describe('elementsBefore', () => {
  test('is the sum of the blocks before, whatever the cuts', () => {
    const axis = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 3 }), (sizes) => {
        const chunks = sizes.map(cutsOf);
        const count = sizes.reduce((n, s) => n * s.length, 1);
        if (chunks.some((cuts) => cuts.length === 0)) return;
        let before = 0;
        for (let block = 0; block < count; block++) {
          expect(elementsBefore(chunks, block)).toBe(before);
          before += boxOf(chunks, block).extent.reduce((a, b) => a * b, 1);
        }
      }),
    );
  });
});

describe('a memory store', () => {
  test('gives a batch one buffer, and the same when asked again', () => {
    const store = new MemoryStore(planOf(long), { wholeBelow: 0 });
    const [memory] = store.allocate(batch(0));
    expect(memory).toMatchObject({ layout: 'packed' });
    expect(memory?.data[0]).toHaveLength(4000);
    expect(store.allocate(batch(0))[0]).toBe(memory);
    expect(store.get(batch(0))?.[0]).toBe(memory);
    expect(store.get(batch(4))).toBeUndefined();
  });

  test('uses the buffers of deleted batches again', () => {
    const store = new MemoryStore(planOf(long), { wholeBelow: 0 });
    const first = store.allocate(batch(0))[0]?.data[0]?.buffer;
    store.delete(batch(0));
    expect(store.get(batch(0))).toBeUndefined();
    expect(store.bytes).toBe(0);
    expect(store.allocate(batch(4))[0]?.data[0]?.buffer).toBe(first);
    expect(store.peakBytes).toBe(sizeClass(32_000));
  });

  test('keeps small stages whole until their last batch is deleted', () => {
    const store = new MemoryStore(planOf(long));
    const [memory] = store.allocate(batch(8));
    expect(memory).toMatchObject({ layout: 'dense' });
    expect(memory?.data[0]).toHaveLength(40_000);
    expect(store.dense(0, 0)).toBe(memory);
    for (let from = 0; from < 40; from += 4) {
      expect(store.dense(0, 0)).toBe(memory);
      store.allocate(batch(from));
      store.delete(batch(from));
    }
    expect(store.dense(0, 0)).toBeUndefined();
    expect(store.bytes).toBe(0);
  });

  test('keeps what is wanted whole, whatever is deleted', () => {
    const store = new MemoryStore(planOf(long), { dense: [{ stage: 0, output: 0 }], wholeBelow: 0 });
    expect(store.dense(0, 0)?.data[0]).toHaveLength(40_000);
    for (let from = 0; from < 40; from += 4) {
      store.allocate(batch(from));
      store.delete(batch(from));
    }
    expect(store.dense(0, 0)?.data[0]).toHaveLength(40_000);
    expect(store.bytes).toBe(320_000);
  });

  test('gives planes of different width their own aligned place', () => {
    const stage = stageOf([cutsOf([3, 2])], ['int8', 'float64', 'int32'], 2);
    const store = new MemoryStore(planOf(stage), { wholeBelow: 0 });
    const planes = store.allocate({ stage: 0, from: 0, to: 2 })[0]?.data ?? [];
    expect(planes.map((plane) => [plane.constructor.name, plane.length, plane.byteOffset])).toEqual([
      ['Int8Array', 5, 0],
      ['Float64Array', 5, 64],
      ['Int32Array', 5, 128],
    ]);
  });

  test('shares its memory between threads only if told so', () => {
    const bufferOf = (shared: boolean) =>
      new MemoryStore(planOf(long), { shared }).allocate(batch(0))[0]?.data[0]?.buffer;
    expect(bufferOf(true)).toBeInstanceOf(SharedArrayBuffer);
    expect(bufferOf(false)).toBeInstanceOf(ArrayBuffer);
  });
});

describe('memory that a computation leaves', () => {
  const bufferOf = (store: MemoryStore) => store.allocate(batch(0))[0]?.data[0]?.buffer;

  test('is taken by the next one that needs as much, and by one alone', () => {
    const [first, second, third] = [0, 1, 2].map(() => new MemoryStore(planOf(long))) as [
      MemoryStore,
      MemoryStore,
      MemoryStore,
    ];
    const buffer = bufferOf(first);
    first.leave();
    expect(bufferOf(second)).toBe(buffer);
    expect(bufferOf(third)).not.toBe(buffer);
  });

  test('is not a result, nor memory that only one thread sees', () => {
    const [kept, own] = [
      new MemoryStore(planOf(long), { dense: [{ stage: 0, output: 0 }] }),
      new MemoryStore(planOf(long), { shared: false }),
    ];
    const buffers = [kept, own].map((store) => {
      const buffer = bufferOf(store);
      store.leave();
      return buffer;
    });
    for (let i = 0; i < 3; i++) expect(buffers).not.toContain(bufferOf(new MemoryStore(planOf(long))));
  });

  test('is no more than 32 MiB', () => {
    const large = stageOf([cutsOf(Array<number>(40).fill(13_000))], ['float64'], 4);
    const buffersOf = () => {
      const stores = Array.from({ length: 12 }, () => new MemoryStore(planOf(large)));
      return { stores, buffers: stores.map(bufferOf) };
    };
    const { stores, buffers } = buffersOf();
    for (const store of stores) store.leave();
    const again = buffersOf().buffers.filter((buffer) => buffers.includes(buffer));
    const size = buffers[0]?.byteLength as number;
    expect(12 * size).toBeGreaterThan(2 ** 25);
    expect(again).toHaveLength(Math.floor(2 ** 25 / size));
  });
});

describe('buffers', () => {
  test('in use and idle together are never more than were in use at a time', () => {
    const step = fc.record({ take: fc.boolean(), bytes: fc.integer({ min: 1, max: 1e6 }), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const buffers = new Buffers(false);
        const [held, known] = [[] as ArrayBufferLike[], new Set<ArrayBufferLike>()];
        let peak = 0;
        for (const { take, bytes, which } of steps) {
          if (take || held.length === 0) {
            const buffer = buffers.take(bytes);
            expect(buffer.byteLength).toBeGreaterThanOrEqual(bytes);
            expect(held).not.toContain(buffer);
            held.push(buffer);
            known.add(buffer);
          } else buffers.give(held.splice(which % held.length, 1)[0] as ArrayBufferLike);
          const used = held.reduce((n, b) => n + b.byteLength, 0);
          peak = Math.max(peak, used);
          expect(buffers.bytes).toBe(used);
          expect(buffers.peakBytes).toBe(peak);
          expect(buffers.idleBytes + used).toBeLessThanOrEqual(peak);
        }
      }),
    );
  });

  test('come in sizes at most an eighth above what is asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4096, max: 2 ** 40 }), (bytes) => {
        expect(sizeClass(bytes)).toBeGreaterThanOrEqual(bytes);
        expect(sizeClass(bytes)).toBeLessThanOrEqual(bytes * 1.125);
        expect(sizeClass(sizeClass(bytes))).toBe(sizeClass(bytes));
      }),
    );
  });
});
