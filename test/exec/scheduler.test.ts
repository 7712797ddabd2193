import * as da from 'chunkwise';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFor } from '#src/compute.js';
import { Scheduler } from '#src/exec/scheduler.js';
import { type BatchGraph, batchGraph } from '#src/plan/graph.js';
import type { Batch } from '#src/plan/types.js';

const batch = (stage: number, from: number): Batch => ({ stage, from, to: from + 1 });
const key = (b: Batch) => `${b.stage}:${b.from}`;

/** A graph given by lists: edges[stage][task] are the inputs. */
function graphOf(
  edges: readonly (readonly (readonly [number, number][])[])[],
  roots: readonly [number, number][],
  bytes = 1,
): BatchGraph {
  const readers = new Map<string, number>();
  const seen = new Set<string>();
  // Counts the readers that are needed: the others never read, and hold what they would read until the run ends.
  const count = ([stage, task]: readonly [number, number]) => {
    if (seen.has(`${stage}:${task}`)) return;
    seen.add(`${stage}:${task}`);
    for (const input of edges[stage]?.[task] ?? []) {
      readers.set(`${input[0]}:${input[1]}`, (readers.get(`${input[0]}:${input[1]}`) ?? 0) + 1);
      count(input);
    }
  };
  roots.forEach(count);
  const wanted = new Set(roots.map(([s, t]) => `${s}:${t}`));
  return {
    roots: roots.map(([s, t]) => batch(s, t)),
    inputsOf: (b) => (edges[b.stage]?.[b.from] ?? []).map(([s, t]) => batch(s, t)),
    readersOf: (b) => readers.get(key(b)) ?? 0,
    bytesOf: () => bytes,
    isRoot: (b) => wanted.has(key(b)),
  };
}

/** Four leaves, merged two by two, then to one. */
const tree = () =>
  graphOf(
    [
      [[], [], [], []],
      [
        [
          [0, 0],
          [0, 1],
        ],
        [
          [0, 2],
          [0, 3],
        ],
      ],
      [
        [
          [1, 0],
          [1, 1],
        ],
      ],
    ],
    [[2, 0]],
  );

describe('the scheduler', () => {
  it('runs consumers before new producers and releases what was read', () => {
    const s = new Scheduler(tree());
    const order: string[] = [];
    const released: string[] = [];
    for (let b = s.next(); b !== undefined; b = s.next()) {
      order.push(key(b));
      released.push(...s.done(b).map(key));
    }
    expect(order).toEqual(['0:0', '0:1', '1:0', '0:2', '0:3', '1:1', '2:0']);
    expect(released).toEqual(['0:0', '0:1', '0:2', '0:3', '1:0', '1:1']);
    expect(s.finished).toBe(true);
    expect(s.bytes).toBe(1);
  });

  it('waits when all that is left runs', () => {
    const s = new Scheduler(tree());
    const first = [s.next(), s.next(), s.next(), s.next()] as Batch[];
    expect(first.map(key)).toEqual(['0:0', '0:1', '0:2', '0:3']);
    expect(s.next()).toBeUndefined();
    s.done(first[2] as Batch);
    expect(s.next()).toBeUndefined();
    s.done(first[3] as Batch);
    expect(key(s.next() as Batch)).toBe('1:1');
  });

  it('tries a batch three times', () => {
    const s = new Scheduler(tree());
    const b = s.next() as Batch;
    expect(s.retry(b)).toBe(true);
    expect(s.next()).toEqual(b);
    expect(s.retry(b)).toBe(true);
    expect(s.next()).toEqual(b);
    expect(s.retry(b)).toBe(false);
  });

  it('holds producers back at the memory limit, and lets what frees memory pass', () => {
    const s = new Scheduler(tree(), { memoryLimit: 3 });
    const leaves = [s.next(), s.next(), s.next()] as Batch[];
    expect(s.next()).toBeUndefined();
    s.done(leaves[0] as Batch);
    s.done(leaves[1] as Batch);
    expect(s.next()).toBeUndefined();
    expect(s.bytes).toBe(3);
  });

  it('makes lost blocks again, with what they need, and releases them again', () => {
    const s = new Scheduler(tree());
    const run = (expected: string) => {
      const b = s.next() as Batch;
      expect(key(b)).toBe(expected);
      return s.done(b).map(key);
    };
    for (const b of ['0:0', '0:1', '1:0', '0:2', '0:3', '1:1']) run(b);
    const top = s.next() as Batch;
    s.lost(top, [batch(1, 0)]);
    run('0:0');
    run('0:1');
    expect(run('1:0')).toEqual(['0:0', '0:1']);
    expect(run('2:0')).toEqual(['1:0', '1:1']);
    expect(s.next()).toBeUndefined();
    expect(s.finished).toBe(true);
    expect(s.bytes).toBe(1);
  });

  it('knows so many batches as workers are busy with, however many there are', () => {
    const known = (tasks: number) => {
      const plan = planFor([da.random.random(tasks * 10, { chunks: 10, seed: 1 }).mean({ splitEvery: fanIn }).expr]);
      const stages = plan.stages.map((stage) => ({ ...stage, grain: 1 }));
      const s = new Scheduler(batchGraph({ ...plan, stages }, stages.slice(-1)));
      const running: Batch[] = [];
      let [done, dice] = [0, 1];
      for (;;) {
        for (let b = s.next(); b !== undefined; b = running.length < workers ? s.next() : undefined) running.push(b);
        if (s.finished) break;
        dice = (Math.imul(dice, 1664525) + 1013904223) >>> 0;
        s.done(running.splice(Math.floor((dice / 2 ** 32) * running.length), 1)[0] as Batch);
        done++;
      }
      expect(done).toBe(plan.tasks);
      return { depth: plan.stages.length, peak: s.peakEntries };
    };
    const [workers, fanIn] = [100, 32];
    const few = known(20_000);
    const many = known(200_000);
    for (const { depth, peak } of [few, many]) expect(peak).toBeLessThan(workers * fanIn * depth);
    expect(many.peak).toBeLessThan(2 * few.peak);
  });

  it('property: any layered graph, slots, failures: each batch after its inputs, each released once, all roots done', () => {
    const layered = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }).chain((sizes) =>
      fc.tuple(
        ...sizes.map((n, stage) =>
          fc.array(
            stage === 0
              ? fc.constant([] as [number, number][])
              : fc.uniqueArray(
                  fc
                    .integer({ min: 0, max: stage - 1 })
                    .chain((s) => fc.tuple(fc.constant(s), fc.integer({ min: 0, max: (sizes[s] as number) - 1 }))),
                  { maxLength: 4, selector: ([s, t]) => `${s}:${t}` },
                ),
            { minLength: n, maxLength: n },
          ),
        ),
      ),
    );
    fc.assert(
      fc.property(layered, fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.nat(99)), (edges, slots, dice) => {
        const roots = (edges.at(-1) ?? []).map((_, t) => [edges.length - 1, t] as [number, number]);
        const graph = graphOf(edges as [number, number][][][], roots);
        const s = new Scheduler(graph, { tries: Number.POSITIVE_INFINITY });
        const there = new Set<string>();
        const running: Batch[] = [];
        const released: string[] = [];
        const roll = () => dice.next().value as number;
        for (;;) {
          while (running.length < slots) {
            const b = s.next();
            if (b === undefined) break;
            for (const input of graph.inputsOf(b)) expect(there.has(key(input))).toBe(true);
            running.push(b);
          }
          if (s.finished) break;
          expect(running.length).toBeGreaterThan(0);
          const b = running.splice(roll() % running.length, 1)[0] as Batch;
          if (roll() < 20) s.retry(b);
          else {
            there.add(key(b));
            for (const gone of s.done(b)) {
              expect(there.delete(key(gone))).toBe(true);
              released.push(key(gone));
            }
          }
        }
        expect(new Set(released).size).toBe(released.length);
        expect([...there].sort()).toEqual(roots.map(([a, t]) => `${a}:${t}`).sort());
      }),
      { numRuns: 300 },
    );
  });
});
