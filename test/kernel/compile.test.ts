import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TypedArray } from '#src/core/dtype.js';
import { compileKernel, encodeKernel, instantiate } from '#src/kernel/compile.js';
import { interpret } from '#src/kernel/interpret.js';
import type { Kernel } from '#src/kernel/ir.js';
import type { Runner, Target } from '#src/kernel/run.js';
import { type Case, drawer, type Limits, randomCase, targetsFor } from './randomKernels.js';

const bits = (a: TypedArray): unknown[] => Array.from(a as Float64Array, (x) => (Object.is(x, -0) ? '-0' : x));

const answer = (runner: Runner, { kernel, run }: Case, flip: boolean): unknown[][] => {
  const outputs: Target[] = targetsFor(kernel, run.extent, flip, run.count);
  expect(runner({ ...run, outputs })).toBe(true);
  return outputs.flatMap((o) => o.data.map(bits));
};

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
        expect([name, answer(runner, made, flip)]).toEqual([name, expected]);
      }
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
  test('for blocks of many tiles', () => agree({ rank: 2, extents: [130, 257, 600], nodes: 2 }, 12));
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
