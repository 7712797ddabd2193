/** Scans compiled are scans interpreted: any strides, rows of blocks, states before them, states as planes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DType, makeArray, type TypedArray } from '#src/core/dtype.js';
import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import { type Kernel, type Load, type Output, planesOf } from '#src/kernel/ir.js';
import type { BlockRun, Region } from '#src/kernel/run.js';
import { scans } from '#src/ops/scans.js';
import { foldOf } from '../ops/fold.js';

const fold = (of: DType) => scans.cumulativeSum.fold(foldOf('sum', of, 0).spec);
const identity = (rank: number) => Array.from({ length: rank }, (_, axis) => ({ axis, start: 0, step: 1 }));
const rowMajor = (extent: readonly number[]): number[] =>
  extent.map((_, axis) => extent.slice(axis + 1).reduce((n, d) => n * d, 1));
const sizeOf = (extent: readonly number[]): number => extent.reduce((n, d) => n * d, 1);

/** Random numbers that every run sees alike. */
function filled(dtype: DType, length: number): TypedArray {
  const data = makeArray(dtype, length) as Float64Array;
  for (let i = 0; i < length; i++) {
    const value = Math.sin(i + 1) * 1000;
    data[i] = (dtype === 'int64' ? BigInt(Math.round(value)) : value) as number;
  }
  return data;
}

function runBoth(kernel: Kernel, run: Omit<BlockRun, 'outputs'>, extent: readonly number[], blockStride = 0): void {
  const planes = kernel.outputs.map(planesOf);
  const answers = [instantiate(compileKernel(kernel)), interpret(kernel)].map((runner) => {
    const outputs = planes.map((dtypes) => ({
      data: dtypes.map((dtype) => makeArray(dtype, sizeOf(extent))),
      offset: 0,
      strides: rowMajor(extent),
      blockStride,
    }));
    expect(runner({ ...run, outputs })).toBe(true);
    return outputs.map(({ data }) => data);
  });
  expect(answers[0]).toEqual(answers[1]);
}

describe('scans', () => {
  const blocks = fc
    .array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 3 })
    .chain((extent) =>
      fc.tuple(fc.constant(extent), fc.nat(extent.length - 1), fc.constantFrom<DType>('float64', 'int64')),
    );

  test('property: of blocks of any shape, along any axis, values or states, up to or before an element', () => {
    fc.assert(
      fc.property(
        blocks,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        ([extent, axis, dtype], finish, exclusive, turned) => {
          const rank = extent.length;
          const body = [{ op: 'load', dtype, load: 0 }] as const;
          const scan = {
            kind: 'scan',
            fold: fold(dtype),
            feed: 'values',
            values: [0],
            before: [],
            exclusive,
            finish,
          } as const;
          const outputs: Output[] = [scan, { kind: 'store', dtype, value: 0 }];
          const loads: Load[] = [{ input: 0, plane: 0, dtype, map: identity(rank) }];
          const strides = turned ? rowMajor([...extent].reverse()).reverse() : rowMajor(extent);
          const data = [filled(dtype, sizeOf(extent))];
          const inputs: Region[] = [{ origin: extent.map(() => 0), data, offset: 0, strides }];
          const kernel: Kernel = { rank, loads, body, reduced: [axis], outputs };
          runBoth(kernel, { origin: extent.map(() => 0), extent, inputs }, extent);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('property: a row of blocks, each behind the state before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), fc.nat(3), (size, count, from) => {
        const cuts = { length: size * 9, size, first: size };
        const { state } = fold('float64');
        const loads: Load[] = [
          { input: 0, plane: 0, dtype: 'float64', map: identity(1) },
          ...state.map((dtype, plane) => ({ input: 1, plane, dtype, map: [{ axis: 0, start: 0, step: 1, cuts }] })),
        ];
        const kernel: Kernel = {
          rank: 1,
          loads,
          body: loads.map(({ dtype }, load) => ({ op: 'load', dtype, load })),
          reduced: [0],
          outputs: [
            {
              kind: 'scan',
              fold: fold('float64'),
              feed: 'values',
              values: [0],
              before: [1, 2],
              exclusive: false,
              finish: true,
            },
          ],
        };
        const inputs: Region[] = [
          { origin: [0], data: [filled('float64', size * 9)], offset: 0, strides: [1] },
          { origin: [0], data: state.map((dtype) => filled(dtype, 9)), offset: 0, strides: [1] },
        ];
        const run = { origin: [from * size], extent: [size], count, along: 0, inputs };
        runBoth(kernel, run, [size * count], size);
      }),
      { numRuns: 40 },
    );
  });

  test('of many tiles go on from tile to tile', () => {
    const extent = [3, 10_000];
    for (const axis of [0, 1]) {
      const kernel: Kernel = {
        rank: 2,
        loads: [{ input: 0, plane: 0, dtype: 'float64', map: identity(2) }],
        body: [{ op: 'load', dtype: 'float64', load: 0 }],
        reduced: [axis],
        outputs: [
          {
            kind: 'scan',
            fold: fold('float64'),
            feed: 'values',
            values: [0],
            before: [],
            exclusive: false,
            finish: true,
          },
        ],
      };
      const inputs = [{ origin: [0, 0], data: [filled('float64', 30_000)], offset: 0, strides: rowMajor(extent) }];
      runBoth(kernel, { origin: [0, 0], extent, inputs }, extent);
    }
  });
});
