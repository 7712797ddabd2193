import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AffineMap } from '#src/core/affine.js';
import { boxOf, type Chunks, cutsOf } from '#src/core/chunks.js';
import { sizeOf, stridesOf } from '#src/core/shape.js';
import { batchGraph, inputsOf } from '#src/plan/graph.js';
import { batchesOf, piecesOf, readBox, taskBox, taskCount } from '#src/plan/regions.js';
import type { ArrayRef, Plan, Stage } from '#src/plan/types.js';

/** A stage that stores one float64 plane over `chunks`. */
function stageOf(id: number, chunks: Chunks, reads: readonly ArrayRef[], map: AffineMap, grain: number): Stage {
  return {
    id,
    label: `stage ${id}`,
    kernel: {
      rank: chunks.length,
      loads: reads.map((_, input) => ({ input, plane: 0, dtype: 'float64', map })),
      body: [{ op: 'const', dtype: 'float64', value: 0 }],
      reduced: [],
      outputs: [{ kind: 'store', dtype: 'float64', value: 0 }],
    },
    chunks,
    reads,
    outputs: [{ shape: chunks.map((c) => c.length), chunks, planes: ['float64'] }],
    layers: [],
    taskBytes: 0,
    grain,
  };
}

const refTo = (stage: Stage): ArrayRef => ({
  kind: 'stage',
  stage: stage.id,
  output: 0,
  shape: stage.chunks.map((c) => c.length),
  planes: ['float64'],
  chunks: stage.chunks,
});

const cuts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }).map(cutsOf);
const grain = fc.integer({ min: 1, max: 3 });

/** An index map from an array of `shape` into one of the lengths it needs, and those lengths. */
const mapInto = (rank: number, from: Chunks): fc.Arbitrary<{ map: AffineMap; shape: number[] }> =>
  fc
    .tuple(
      ...Array.from({ length: rank }, () =>
        fc.record({
          axis: fc.integer({ min: -1, max: from.length - 1 }),
          step: fc.constantFrom(1, 1, 2, 3, -1, -2),
          pad: fc.integer({ min: 0, max: 2 }),
        }),
      ),
    )
    .map((axes) => {
      const map = axes.map(({ axis, step, pad }) => {
        if (axis === -1) return { axis, start: pad, step: 0 };
        const span = Math.abs(step) * Math.max(0, (from[axis]?.length ?? 1) - 1);
        return { axis, start: step > 0 ? pad : pad + span, step };
      });
      const shape = axes.map(({ axis, step, pad }, d) => {
        if (axis === -1) return pad + 1 + (d % 2);
        const n = from[axis]?.length ?? 1;
        return n === 0 ? pad : pad + Math.abs(step) * (n - 1) + 1 + (d % 2);
      });
      return { map, shape };
    });

const cutInto = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max: Math.max(1, length) }), { maxLength: 3 }).map((points) => {
    const sorted = [0, ...points.map((p) => Math.min(p, length)).sort((a, b) => a - b), length];
    return sorted.slice(1).map((p, i) => p - (sorted[i] as number));
  });

/** A reader of a producer: directly, through a concat with another, or reshaped. */
const plans = fc
  .tuple(
    fc.array(cuts, { minLength: 0, maxLength: 3 }),
    fc.integer({ min: 1, max: 3 }),
    grain,
    grain,
    fc.constantFrom('stage', 'concat', 'reshape'),
  )
  .chain(([chunks, rank, g0, g1, how]) =>
    mapInto(rank, chunks).chain(({ map, shape }) => {
      const make = (lists: readonly (readonly number[])[], extra: readonly number[]): Plan => {
        const inner = lists.map(cutsOf);
        if (how === 'reshape') {
          const flat = stageOf(0, [cutsOf(extra)], [], [], g0);
          const ref: ArrayRef = { kind: 'reshape', of: refTo(flat), shape, planes: ['float64'] };
          return planOf([flat, stageOf(1, chunks, [ref], map, g1)]);
        }
        const producer = stageOf(0, inner, [], [], g0);
        if (how === 'stage') return planOf([producer, stageOf(1, chunks, [refTo(producer)], map, g1)]);
        const split = Math.floor((shape[0] as number) / 2);
        const part = (length: number) => [cutsOf([length]), ...inner.slice(1)];
        const [a, b] = [stageOf(0, part(split), [], [], g0), stageOf(1, part((shape[0] as number) - split), [], [], 1)];
        const ref: ArrayRef = { kind: 'concat', axis: 0, parts: [refTo(a), refTo(b)], shape, planes: ['float64'] };
        return planOf([a, b, stageOf(2, chunks, [ref], map, g1)]);
      };
      return fc
        .tuple(fc.tuple(...shape.map(cutInto)), cutInto(sizeOf(shape)))
        .map(([lists, flat]) => make(lists, flat));
    }),
  );

const planOf = (stages: readonly Stage[]): Plan => ({ stages, sources: [], results: [], tasks: 0 });

describe('dependencies between batches', () => {
  it('property: as many readers are counted as read', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const graph = batchGraph(plan, []);
        const reading = new Map<string, number>();
        for (const stage of plan.stages) {
          for (const batch of batchesOf(stage)) {
            for (const input of inputsOf(plan, batch)) {
              const key = `${input.stage}:${input.from}`;
              reading.set(key, (reading.get(key) ?? 0) + 1);
            }
          }
        }
        for (const stage of plan.stages) {
          for (const batch of batchesOf(stage)) {
            expect(graph.readersOf(batch)).toBe(reading.get(`${stage.id}:${batch.from}`) ?? 0);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('property: the pieces of a region fill it, each element once, from blocks that are among the inputs', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const reader = plan.stages.at(-1) as Stage;
        const origin = new Map<string, number>();
        let next = 0;
        for (let task = 0; task < taskCount(reader); task++) {
          const box = taskBox(reader, task);
          if (box.extent.includes(0)) continue;
          const region = readBox(reader, 0, box);
          const found = new Array<number>(sizeOf(region.extent)).fill(0);
          const sources = new Set<number>();
          for (const piece of piecesOf(reader, 0, box)) {
            if (piece.from.kind !== 'stage') throw new Error('a source in a plan without');
            sources.add(piece.from.stage * 1e6 + piece.from.task);
            const block = boxOf((plan.stages[piece.from.stage] as Stage).chunks, piece.from.task);
            piece.box.origin.forEach((o, a) => {
              expect(o).toBeGreaterThanOrEqual(block.origin[a] as number);
              expect(o + (piece.box.extent[a] as number)).toBeLessThanOrEqual(
                (block.origin[a] as number) + (block.extent[a] as number),
              );
            });
            for (let i = 0; i < sizeOf(piece.box.extent); i++) {
              const at = stridesOf(piece.box.extent).map((s, a) => Math.floor(i / s) % (piece.box.extent[a] as number));
              const to = at.reduce((n, x, a) => n + x * (piece.strides[a] as number), piece.offset);
              found[to] = (found[to] ?? 0) + 1;
              const key = `${piece.from.stage}:${at.map((x, a) => x + (piece.box.origin[a] as number))}`;
              const cell = region.origin.join() + region.extent.join() + to;
              if (!origin.has(key + cell)) origin.set(key + cell, next++);
            }
          }
          expect(found.every((n) => n === 1)).toBe(true);
          const inputs = inputsOf(plan, { stage: reader.id, from: task, to: task + 1 });
          for (const id of sources) {
            const [stage, t] = [Math.floor(id / 1e6), id % 1e6];
            expect(inputs.some((b) => b.stage === stage && b.from <= t && t < b.to)).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
