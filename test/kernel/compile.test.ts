import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TypedArray } from '#src/core/dtype.js';
import { compileKernel, encodeKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import type { Kernel } from '#src/kernel/ir.js';
import type { Runner, Target } from '#src/kernel/run.js';
import { inPlace } from './inPlace.js';
import { type Case, drawer, type Limits, randomCase, targetsFor } from './randomKernels.js';

const bits = (a: TypedArray): unknown[] => Array.from(a as Float64Array, (x) => (Object.is(x, -0) ? '-0' : x));

const bytes = ({ buffer, byteOffset, byteLength }: TypedArray): Buffer => Buffer.from(buffer, byteOffset, byteLength);

const answer = (runner: Runner, { kernel, run }: Case, flip: boolean): TypedArray[] => {
  const outputs: Target[] = targetsFor(kernel, run.extent, flip, run.count);
  expect(runner({ ...run, outputs })).toBe(true);
  return outputs.flatMap((o) => o.data);
};

/** Equal bytes are equal bits; where some differ, NaNs may differ in theirs, and all is compared one by one. */
function expectSame(backend: string, found: readonly TypedArray[], expected: readonly TypedArray[]): void {
  const isSame = expected.map((plane, i) => bytes(plane).equals(bytes(found[i] as TypedArray)));
  if (found.length === expected.length && !isSame.includes(false)) return;
  expect([backend, found.map(bits)]).toEqual([backend, expected.map(bits)]);
}

const backends = (kernel: Kernel): [string, Runner][] => [
  ['simd', instantiate(compileKernel(kernel))],
  ['scalar', instantiate(compileKernel(kernel, { simd: false }))],
];

function agree(limits: Limits, numRuns: number): void {
  fc.assert(
    fc.property(fc.gen(), (g) => {
      const draw = drawer(g);
      const made = randomCase(draw, limits);
      const flip = draw.upTo(1) === 1;
      const expected = answer(interpret(made.kernel), made, flip);
      for (const [name, runner] of backends(made.kernel)) {
        expectSame(name, answer(runner, made, flip), expected);
      }
      const [runner, run] = inPlace(made.kernel, made.run);
      expectSame('in place', answer(runner, { ...made, run }, flip), expected);
    }),
    { numRuns },
  );
}

describe('compiled kernels give the bits of the interpreter', () => {
  test('for long bodies over all dtypes', () => agree({ rank: 1, extents: [3, 4, 9, 17], nodes: 30 }, 300));
  test('for short bodies on blocks of every rank and length', () =>
    agree({ rank: 5, extents: [0, 1, 2, 3, 4, 5, 6, 7, 9], nodes: 3 }, 300));
  test('for rows of blocks, run in one go', () =>
    agree({ rank: 3, extents: [0, 1, 2, 3, 5, 9, 40], nodes: 3, row: 7 }, 300));
  test(
    'for bodies of long chains, which are cut into passes',
    () => agree({ rank: 2, extents: [1, 3, 4, 17, 150, 700], nodes: 60, recent: 2 }, 200),
    120_000,
  );
  test('for blocks of many tiles', () => agree({ rank: 2, extents: [130, 257, 600], nodes: 2 }, 12));
});

test('a product of uint32 values as int32 has 32 bits in every lane', () => {
  const x = Uint32Array.of(7, 8, 9, 10, 2 ** 31);
  const kernel: Kernel = {
    rank: 1,
    loads: [{ input: 0, plane: 0, dtype: 'uint32', map: [{ axis: 0, start: 0, step: 1 }] }],
    body: [
      { op: 'load', dtype: 'uint32', load: 0 },
      { op: 'cast', dtype: 'int32', args: [0] },
      { op: 'multiply', dtype: 'int32', args: [1, 1] },
    ],
    reduced: [],
    outputs: [{ kind: 'store', dtype: 'int32', value: 2 }],
  };
  const data = new Int32Array(5);
  const inputs = [{ origin: [0], data: [x], offset: 0, strides: [1] }];
  const outputs = [{ data: [data], offset: 0, strides: [1], blockStride: 5 }];
  instantiate(compileKernel(kernel))({ origin: [0], extent: [5], count: 1, along: 0, inputs, outputs });
  expect([...data]).toEqual([49, 64, 81, 100, 0]);
});

describe.each(['float64', 'float32'] as const)('the smaller or larger of two, by comparing, in %s', (dtype) => {
  const some = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2.5];
  const pairs = some.flatMap((x) => some.map((y) => [x, y] as const));

  test.each([
    ['less', 0],
    ['less', 1],
    ['greater', 0],
    ['greater', 1],
  ] as const)('is that of %s, turned %d', (op, turned) => {
    const along = { axis: 0, start: 0, step: 1 };
    const [first, second] = turned === 0 ? [0, 1] : [1, 0];
    const kernel: Kernel = {
      rank: 1,
      loads: [0, 1].map((input) => ({ input, plane: 0, dtype, map: [along] })),
      body: [
        { op: 'load', dtype, load: 0 },
        { op: 'load', dtype, load: 1 },
        { op, dtype: 'bool', args: [0, 1] },
        { op: 'select', dtype, args: [2, first, second] },
      ],
      reduced: [],
      outputs: [{ kind: 'store', dtype, value: 3 }],
    };
    const inputs = [0, 1].map((k) => {
      const data = dtype === 'float64' ? new Float64Array(pairs.length) : new Float32Array(pairs.length);
      data.set(pairs.map((pair) => pair[k] as number));
      return { origin: [0], data: [data], offset: 0, strides: [1] };
    });
    const run = { origin: [0], extent: [pairs.length], count: 1, along: 0, inputs };
    const expected = pairs.map(([x, y]) => {
      const condition = op === 'less' ? x < y : x > y;
      return condition === (turned === 0) ? x : y;
    });
    for (const [, runner] of backends(kernel)) {
      const [stored] = answer(runner, { kernel, run }, false) as [Float64Array];
      expect([...stored].slice(1, -1)).toEqual(expected);
    }
  });
});

/** `kernel` as another seed would have it: the same keys become the same others. */
const reseeded = (kernel: Kernel): Kernel => ({
  ...kernel,
  body: kernel.body.map((node) =>
    node.op === 'bits' ? { ...node, key: [`${BigInt(node.key[0]) / 3n}`, `${BigInt(node.key[1]) + 77n}`] } : node,
  ),
});

describe('kernels of another seed', () => {
  test('give the bits of the interpreter', () => {
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const draw = drawer(g);
        const first = randomCase(draw, { rank: 2, extents: [3, 17], nodes: 30, recent: 5 });
        backends(first.kernel);
        const second = { ...first, kernel: reseeded(first.kernel) };
        const expected = answer(interpret(second.kernel), second, false);
        for (const [name, runner] of backends(second.kernel)) {
          expectSame(name, answer(runner, second, false), expected);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('do not share code where a generator that contains its key has the same one', () => {
    const kernel = (key: [string, string]): Kernel => ({
      rank: 1,
      loads: [],
      body: [
        { op: 'index', dtype: 'int64', offset: 0, coefs: [1] },
        { op: 'bits', dtype: 'uint64', generator: 'weyl64', key, word: 0, args: [0] },
        { op: 'bits', dtype: 'uint64', generator: 'philox4x32', key, word: 0, args: [0] },
        { op: 'xor', dtype: 'uint64', args: [1, 2] },
      ],
      reduced: [],
      outputs: [{ kind: 'store', dtype: 'uint64', value: 3 }],
    });
    const [a, b] = [kernel(['1', '2']), kernel(['3', '4'])].map((k) => compileKernel(k));
    expect(a?.module).not.toBe(b?.module);
  });

  test.each([
    ['weyl64', true],
    ['splitmix64', true],
    ['philox4x32', false],
  ] as const)('with %s share the code: %s', (generator, shared) => {
    const kernel = (key: [string, string]): Kernel => ({
      rank: 1,
      loads: [],
      body: [
        { op: 'index', dtype: 'int64', offset: 5, coefs: [1] },
        { op: 'bits', dtype: 'uint64', generator, key, word: 1, args: [0] },
      ],
      reduced: [],
      outputs: [{ kind: 'store', dtype: 'uint64', value: 1 }],
    });
    const [a, b] = [kernel(['1', '2']), kernel(['3', '4'])].map((k) => compileKernel(k));
    expect(a?.hash).not.toBe(b?.hash);
    expect(a?.module === b?.module).toBe(shared);
    expect(b?.keys).toEqual(shared ? [['3', '4']] : []);
  });
});

test('every module is valid', () => {
  fc.assert(
    fc.property(fc.gen(), fc.boolean(), (g, simd) => {
      const { kernel } = randomCase(drawer(g), { rank: 2, extents: [5], nodes: 20 });
      expect(WebAssembly.validate(encodeKernel(kernel, { simd }).bytes)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
