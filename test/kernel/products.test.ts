/** Products of matrices as kernels: the interpreter, scalar code and SIMD give the same bits, which are those written out. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AffineMap } from '#src/core/affine.js';
import { type DType, isWide, makeArray, type TypedArray } from '#src/core/dtype.js';
import { InternalError } from '#src/core/errors.js';
import { compileKernel, encodeKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import { type Kernel, type ProductDType, productDTypes } from '#src/kernel/ir.js';
import type { Region, Runner } from '#src/kernel/run.js';
import { productOf } from '../oracle/product.js';

const follow = (axes: readonly number[]): AffineMap => axes.map((axis) => ({ axis, start: 0, step: 1 }));

/** (stack, m, k) times (k, n). */
const kernelOf = (dtype: ProductDType): Kernel => ({
  rank: 4,
  loads: [
    { input: 0, plane: 0, dtype, map: follow([0, 1, 3]) },
    { input: 1, plane: 0, dtype, map: follow([3, 2]) },
  ],
  body: [
    { op: 'load', dtype, load: 0 },
    { op: 'load', dtype, load: 1 },
  ],
  reduced: [3],
  outputs: [{ kind: 'dot', dtype, left: 0, right: 1 }],
});

const runners = (dtype: ProductDType): Record<string, Runner> => ({
  interpreter: interpret(kernelOf(dtype)),
  scalar: instantiate(compileKernel(kernelOf(dtype), { simd: false })),
  simd: instantiate(compileKernel(kernelOf(dtype))),
});

/** Bits that look random, the same for the same seed. */
function filled(dtype: DType, length: number, seed: number): TypedArray {
  const data = makeArray(dtype, length) as { [i: number]: number | bigint } & TypedArray;
  let state = seed | 1;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    const word = (state ^ (state >>> 13)) | 0;
    data[i] = isWide(dtype) ? BigInt(word) * 0x1_2345_6789n : dtype.startsWith('f') ? word / 3e7 : word;
  }
  return data;
}

/** A matrix that lies in `data` row by row or column by column, forwards or backwards. */
function laidOut(data: TypedArray, rows: number, columns: number, turned: boolean, backwards: boolean): Region {
  const [row, column] = turned ? [1, rows] : [columns, 1];
  if (!backwards || rows === 0) return { origin: [0, 0], data: [data], offset: 0, strides: [row, column] };
  return { origin: [0, 0], data: [data], offset: (rows - 1) * row, strides: [-row, column] };
}

const lengths = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(1, 4, 8, 33, 130));
const depths = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(255, 256, 257, 300, 512, 515));

describe.each(productDTypes)('%s', (dtype) => {
  const ways = runners(dtype);

  test('property: every way computes what is written out', () => {
    const shape = fc.tuple(fc.integer({ min: 0, max: 2 }), lengths, lengths, depths);
    const layouts = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(shape, layouts, fc.nat(), ([stack, m, n, k], [turnedA, turnedB, back], seed) => {
        fc.pre(m * n * k < 60_000);
        const [a, b] = [filled(dtype, stack * m * k, seed), filled(dtype, k * n, seed + 1)];
        const left = laidOut(a, m, k, turnedA as boolean, back as boolean);
        const right = laidOut(b, k, n, turnedB as boolean, back as boolean);
        const at = ({ data, offset, strides }: Region, i: number, j: number, from = 0) =>
          (data[0] as Float64Array)[offset + from + i * (strides[0] as number) + j * (strides[1] as number)] as number;
        const wanted = Array.from({ length: stack }, (_, s) =>
          productOf(
            dtype,
            [m, n, k],
            (i, l) => at(left, i, l, s * m * k),
            (l, j) => at(right, l, j),
          ),
        ).flat();
        for (const [name, run] of Object.entries(ways)) {
          const out = makeArray(dtype, stack * m * n);
          const inputs = [{ ...left, origin: [0, 0, 0], strides: [m * k, ...left.strides] }, right];
          const target = { data: [out], offset: 0, strides: [m * n, n, 1, 0] };
          expect(run({ origin: [0, 0, 0, 0], extent: [stack, m, n, k], inputs, outputs: [target] })).toBe(true);
          expect([...(out as Float64Array)], name).toEqual(wanted);
        }
      }),
      { numRuns: Number(process.env.CHUNKWISE_RUNS ?? 25) },
    );
  });
});

test('blocks of a row, larger than what is packed at a time, written column by column', () => {
  const [m, n, k, count] = [520, 3, 2, 2];
  const [a, b] = [filled('float64', m * k * count, 7), filled('float64', k * n, 8)];
  const wanted = productOf(
    'float64',
    [m * count, n, k],
    (i, l) => a[i * k + l] as number,
    (l, j) => b[l * n + j] as number,
  );
  for (const [name, run] of Object.entries(runners('float64'))) {
    const out = makeArray('float64', m * n * count);
    run({
      origin: [0, 0, 0, 0],
      extent: [1, m, n, k],
      count,
      along: 1,
      inputs: [
        { origin: [0, 0, 0], data: [a], offset: 0, strides: [0, k, 1] },
        { origin: [0, 0], data: [b], offset: 0, strides: [n, 1] },
      ],
      outputs: [{ data: [out], offset: 0, strides: [0, 1, m * count, 0], blockStride: m }],
    });
    const rows = Array.from({ length: m * count }, (_, i) =>
      Array.from({ length: n }, (__, j) => out[j * m * count + i]),
    );
    expect(rows.flat(), name).toEqual(wanted);
  }
});

test('the columns beyond what is packed at a time', () => {
  const [m, n, k] = [2, 1030, 3];
  const [a, b] = [filled('float32', m * k, 3), filled('float32', k * n, 4)];
  const out = makeArray('float32', m * n);
  runners('float32').simd?.({
    origin: [0, 0, 0, 0],
    extent: [1, m, n, k],
    inputs: [
      { origin: [0, 0, 0], data: [a], offset: 0, strides: [0, k, 1] },
      { origin: [0, 0], data: [b], offset: 0, strides: [n, 1] },
    ],
    outputs: [{ data: [out], offset: 0, strides: [0, n, 1, 0] }],
  });
  const wanted = productOf(
    'float32',
    [m, n, k],
    (i, l) => a[i * k + l] as number,
    (l, j) => b[l * n + j] as number,
  );
  expect([...(out as Float32Array)]).toEqual(wanted);
});

test('a product that is told to stop says so', () => {
  const data = [new Float64Array(900)];
  const inputs = [
    { origin: [0, 0, 0], data, offset: 0, strides: [0, 30, 1] },
    { origin: [0, 0], data, offset: 0, strides: [30, 1] },
  ];
  const outputs = [{ data: [new Float64Array(900)], offset: 0, strides: [0, 30, 1, 0] }];
  const run = { origin: [0, 0, 0, 0], extent: [1, 30, 30, 30], inputs, outputs, stopped: () => true };
  for (const [name, way] of Object.entries(runners('float64'))) expect(way(run), name).toBe(false);
});

test('a product has a memory of its own, and is of loads alone', () => {
  expect(compileKernel(kernelOf('float64'), { home: 'shared' }).home).toBe('own');
  const kernel = kernelOf('float64');
  const body = [...kernel.body, { op: 'negative', dtype: 'float64', args: [0] } as const];
  const outputs = [{ kind: 'dot', dtype: 'float64', left: 2, right: 1 } as const];
  expect(() => encodeKernel({ ...kernel, body, outputs })).toThrow(InternalError);
});
