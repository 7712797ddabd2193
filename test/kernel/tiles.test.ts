import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import wabt from 'wabt';
import { Builder } from '#src/kernel/builder.js';
import { compileKernel, encodeKernel } from '#src/kernel/compile.js';
import { kernelHash } from '#src/kernel/identity.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import type { Kernel } from '#src/kernel/ir.js';
import { type Axis, collapse, type NestShape, pitchOf, planNest } from '#src/kernel/nest-plan.js';
import { uniform } from '#src/kernel/random.js';
import type { BlockRun, Region } from '#src/kernel/run.js';
import { doubleSum } from './folds.js';
import { inPlace } from './inPlace.js';

const identity = (rank: number) => Array.from({ length: rank }, (_, axis) => ({ axis, start: 0, step: 1 }));

/** The sum of one float64 input along `reduced`. */
function sumOf(rank: number, reduced: number[]): Kernel {
  const b = new Builder();
  const value = b.push({ op: 'load', dtype: 'float64', load: 0 });
  return {
    rank,
    loads: [{ input: 0, plane: 0, dtype: 'float64', map: identity(rank) }],
    body: b.body(),
    reduced,
    outputs: [{ kind: 'reduce', fold: doubleSum, feed: 'values', values: [value], finish: true }],
  };
}

const randomSum = (length: number): { kernel: Kernel; run: BlockRun; out: Float64Array } => {
  const b = new Builder();
  const index = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: [1] });
  const value = uniform(b, { generator: 'splitmix64', key: ['1', '2'] }, index);
  const out = new Float64Array(1);
  const outputs = [{ data: [out], offset: 0, strides: [0] }];
  const output = { kind: 'reduce', fold: doubleSum, feed: 'values', values: [value], finish: true } as const;
  const kernel: Kernel = { rank: 1, loads: [], body: b.body(), reduced: [0], outputs: [output] };
  return { kernel, run: { origin: [0], extent: [length], inputs: [], outputs }, out };
};

const rowMajor = (extent: readonly number[]): number[] =>
  extent.map((_, axis) => extent.slice(axis + 1).reduce((n, d) => n * d, 1));

describe('a runner', () => {
  test('has memory of its own where it finds no place in the shared one, and takes no address for its own', () => {
    const kernel = sumOf(2, [1]);
    const data = Float64Array.from({ length: 3000 }, (_, i) => Math.sin(i));
    const inputs: Region[] = [{ origin: [0, 0], data: [data], offset: 0, strides: [1000, 1], addresses: [64] }];
    const [ready, out] = [instantiate(compileKernel(kernel, { home: 'shared' })), new Float64Array(3)];
    const wanted = new Float64Array(3);
    ready({ origin: [0, 0], extent: [3, 1000], inputs, outputs: [{ data: [out], offset: 0, strides: [1, 0] }] });
    const outputs = [{ data: [wanted], offset: 0, strides: [1, 0] }];
    interpret(kernel)({ origin: [0, 0], extent: [3, 1000], inputs, outputs });
    expect(out).toEqual(wanted);
  });

  test('runs blocks of any shapes and data one after the other', () => {
    const kernel = sumOf(2, [1]);
    const [fast, slow] = [instantiate(compileKernel(kernel)), interpret(kernel)];
    const extents = fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 }));
    fc.assert(
      fc.property(fc.array(extents, { minLength: 2, maxLength: 6 }), (blocks) => {
        for (const extent of blocks) {
          const data = Float64Array.from({ length: extent[0] * extent[1] }, () => Math.random());
          const inputs: Region[] = [{ origin: [0, 0], data: [data], offset: 0, strides: rowMajor(extent) }];
          const answers = [fast, slow].map((runner) => {
            const out = new Float64Array(extent[0]);
            runner({ origin: [0, 0], extent, inputs, outputs: [{ data: [out], offset: 0, strides: [1, 0] }] });
            return out;
          });
          expect(answers[0]).toEqual(answers[1]);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('sees new data of the same shape at the same place', () => {
    const kernel = sumOf(1, [0]);
    const runner = instantiate(compileKernel(kernel));
    const data = new Float64Array(100);
    for (const x of [1, 2, 3]) {
      data.fill(x);
      const out = new Float64Array(1);
      const inputs = [{ origin: [0], data: [data], offset: 0, strides: [1] }];
      runner({ origin: [0], extent: [100], inputs, outputs: [{ data: [out], offset: 0, strides: [0] }] });
      expect(out[0]).toBe(100 * x);
    }
  });

  test('reads and writes shared memory', () => {
    const data = new Float64Array(new SharedArrayBuffer(8 * 5000)).fill(0.1);
    const out = new Float64Array(new SharedArrayBuffer(8));
    const inputs = [{ origin: [0], data: [data], offset: 0, strides: [1] }];
    const run = { origin: [0], extent: [5000], inputs, outputs: [{ data: [out], offset: 0, strides: [0] }] };
    instantiate(compileKernel(sumOf(1, [0])))(run);
    expect(out[0]).toBe(500);
  });

  test('stops when asked, within a few hundred thousand elements, and says so', () => {
    for (const make of [(k: Kernel) => instantiate(compileKernel(k)), interpret]) {
      const { kernel, run } = randomSum(4_000_000);
      let asked = 0;
      expect(make(kernel)({ ...run, stopped: () => ++asked === 2 })).toBe(false);
      expect(asked).toBe(2);
    }
  });

  test('asks to stop again and again on a long block', () => {
    const { kernel, run } = randomSum(6_000_000);
    let asked = 0;
    expect(instantiate(compileKernel(kernel))({ ...run, stopped: () => ++asked < 0 })).toBe(true);
    expect(asked).toBeGreaterThan(20);
  });

  test('gives a sum of many tiles that is rounded once', () => {
    const { kernel, run, out } = randomSum(300_000);
    instantiate(compileKernel(kernel))(run);
    const compiled = out[0];
    interpret(kernel)(run);
    expect(compiled).toBe(out[0]);
  });
});

describe('rows read in place, as two halves at once where they are long', () => {
  /** The sums of x * y along the last axis, y being int64. */
  function sums(extent: readonly number[]): { kernel: Kernel; run: BlockRun; out: Float64Array } {
    const b = new Builder();
    const x = b.push({ op: 'load', dtype: 'float64', load: 0 });
    const y = b.push({ op: 'cast', dtype: 'float64', args: [b.push({ op: 'load', dtype: 'int64', load: 1 })] });
    const value = b.push({ op: 'multiply', dtype: 'float64', args: [x, y] });
    const rank = extent.length;
    const map = identity(rank);
    const kernel: Kernel = {
      rank,
      loads: [
        { input: 0, plane: 0, dtype: 'float64', map },
        { input: 1, plane: 0, dtype: 'int64', map },
      ],
      body: b.body(),
      reduced: [rank - 1],
      outputs: [{ kind: 'reduce', fold: doubleSum, feed: 'values', values: [value], finish: true }],
    };
    const length = extent.reduce((n, d) => n * d, 1);
    const data = [
      Float64Array.from({ length }, (_, i) => Math.sin(i)),
      BigInt64Array.from({ length }, (_, i) => BigInt((i * 7919) % 10007)),
    ];
    const inputs = data.map((plane): Region => {
      return { origin: extent.map(() => 0), data: [plane], offset: 0, strides: rowMajor(extent) };
    });
    const out = new Float64Array(length / (extent[rank - 1] as number));
    const outputs = [{ data: [out], offset: 0, strides: rank === 1 ? [0] : [1, 0] }];
    return { kernel, run: { origin: extent.map(() => 0), extent, inputs, outputs }, out };
  }

  test.each([
    [[2044]],
    [[2048]],
    [[2049]],
    [[2052]],
    [[4099]],
    [[65536]],
    [[65540]],
    [[65536 + 2048]],
    [[200_003]],
    [[3, 2048]],
    [[3, 5001]],
    [[2, 70_000]],
  ])('of a block of %j', (extent) => {
    const { kernel, run, out } = sums(extent);
    const [runner, there] = inPlace(kernel, run);
    runner(there);
    const found = Array.from(out);
    out.fill(Number.NaN);
    interpret(kernel)(run);
    expect(found).toEqual(Array.from(out));
  });
});

describe('compiling', () => {
  test('gives equal kernels one hash and one module', () => {
    const [a, b] = [sumOf(2, [0]), sumOf(2, [0])];
    expect(kernelHash(a)).toBe(kernelHash(b));
    expect(compileKernel(a)).toBe(compileKernel(b));
    expect(kernelHash(a)).not.toBe(kernelHash(sumOf(2, [1])));
  });

  test('makes a module and a layout that can be posted', () => {
    const compiled = compileKernel(sumOf(1, [0]));
    expect(structuredClone(compiled.layout)).toEqual(compiled.layout);
    expect(JSON.parse(JSON.stringify(compiled.layout))).toEqual(compiled.layout);
  });

  test('uses vectors with SIMD and none without, as the disassembler sees it', async () => {
    const { readWasm } = await wabt();
    const text = (simd: boolean): string => {
      const module = readWasm(encodeKernel(sumOf(1, [0]), { simd }).bytes, { readDebugNames: false });
      module.validate();
      return module.toText({});
    };
    expect(text(true)).toContain('f64x2.add');
    expect(text(false)).not.toContain('v128');
  });
});

describe('the walk', () => {
  const shape: NestShape = {
    loads: 1,
    indexes: 0,
    folds: true,
    lanes: 4,
    pageLength: Number.POSITIVE_INFINITY,
    capacity: 4096,
    crossedCapacity: 16_384,
    states: 4096,
    tiled: true,
    steppedRows: 4,
  };
  const axis = (extent: number, reduced: boolean, ...steps: number[]): Axis => ({ extent, reduced, steps });

  test('joins axes that run on into each other', () => {
    expect(collapse([axis(3, true, 20, 0), axis(4, true, 5, 0), axis(5, true, 1, 0)])).toEqual([axis(60, true, 1, 0)]);
    expect(collapse([axis(3, false, 20, 1), axis(4, true, 5, 0)])).toHaveLength(2);
    expect(collapse([axis(3, true, 40, 0), axis(4, true, 5, 0)])).toHaveLength(2);
  });

  test('property: tiles hold what is planned for them', () => {
    const step = fc.constantFrom(0, 1, 1, -1, 3, 100, 5000);
    const axes = fc.array(
      fc.record({
        extent: fc.integer({ min: 1, max: 3000 }),
        reduced: fc.boolean(),
        steps: fc.tuple(step, step, step),
      }),
      { maxLength: 4 },
    );
    const capacities = fc.integer({ min: 4, max: 64 }).map((n) => 64 * n);
    const sizes = fc.record({ lanes: fc.constantFrom(1, 4), capacity: capacities, crossedCapacity: capacities });
    fc.assert(
      fc.property(axes, sizes, fc.boolean(), (box, size, folds) => {
        const kept = box.map((one) => ({ ...one, reduced: folds && one.reduced }));
        const plan = planNest(kept, 3, { ...shape, ...size, loads: 2, folds });
        const span = (wanted: string): number => plan.loops.find(({ role }) => role === wanted)?.span ?? 1;
        const elements = span('row') * pitchOf(span('col'), size.lanes, plan.crossed);
        expect(elements).toBeLessThanOrEqual(plan.crossed ? size.crossedCapacity : size.capacity);
      }),
    );
  });

  test('has larger tiles with gaps between their rows where runs lie across', () => {
    const plan = planNest([axis(2000, true, 8000, 1, 0), axis(2000, true, 1, 8000, 0)], 3, { ...shape, loads: 2 });
    expect(plan).toMatchObject({ crossed: true, scattered: true });
    expect(plan.loops.map(({ span }) => span)).toEqual([248, 64]);
    expect(pitchOf(248, 4, true)).toBe(256);
  });

  test('asks before for the short runs of rows that step kept columns, and for no others', () => {
    const free = { ...shape, tiled: false, capacity: 65536, states: 4096 };
    const scattered = (columns: number, pitch: number, tiled = false, reduced = false): boolean =>
      planNest([axis(900, true, pitch, 0), axis(columns, reduced, 1, 1)], 2, { ...free, tiled }).scattered;
    expect(scattered(1250, 10_000)).toBe(true);
    expect(scattered(1250, 1250)).toBe(false);
    expect(scattered(3000, 10_000)).toBe(false);
    expect(scattered(1250, 10_000, true)).toBe(false);
    expect(scattered(1250, 10_000, false, true)).toBe(false);
  });

  test('steps kept columns by whole rounds of rows', () => {
    const plan = planNest([axis(900, true, 10_000, 0), axis(1250, false, 1, 1)], 2, {
      ...shape,
      tiled: false,
      capacity: 65536,
    });
    expect(plan.loops.find(({ role }) => role === 'row')?.span).toBe(12);
  });

  test('never runs a long block along a short axis', () => {
    const free = { ...shape, loads: 0, indexes: 1, tiled: false, capacity: 65536 };
    const axes = [axis(1000, false, 50000, 1), axis(1000, true, 10, 0), axis(5, true, 1, 0)];
    expect(planNest(axes, 2, free).col.extent).toBe(1000);
  });

  test('goes along the elements of a page', () => {
    const drawn = { ...shape, loads: 0, indexes: 1, tiled: false, capacity: 65536, pageLength: 2 ** 20 };
    const axes = [axis(1200, false, 50000, 1), axis(1000, true, 10, 0), axis(5, true, 1, 0)];
    expect(planNest(axes, 2, drawn).col.steps[0]).toBe(10);
  });

  test('keeps the columns of a reduction along rows, and their states in reach', () => {
    const plan = planNest([axis(5000, true, 10000, 0), axis(10000, false, 1, 1)], 2, shape);
    expect(plan.col.extent).toBe(10000);
    expect(plan.loops.map((l) => l.role)).toEqual(['col', 'row']);
    expect(plan.loops[0]?.span).toBeLessThanOrEqual(shape.states);
  });

  test('reads a transposed array in blocks that use whole cache lines', () => {
    const both = { ...shape, loads: 2 };
    const plan = planNest([axis(8000, true, 8000, 1, 0), axis(8000, true, 1, 8000, 0)], 3, both);
    const [col, row] = plan.loops.slice(-2);
    expect([col?.role, row?.role]).toEqual(['col', 'row']);
    expect(Math.min(row?.span ?? 0, col?.span ?? 0)).toBeGreaterThanOrEqual(8);
  });
});
