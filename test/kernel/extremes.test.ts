/** The largest and smallest floats in vectors, one by one and interpreted: NaN, zeros of both signs, any tail. */
import * as da from 'chunkwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planFor } from '#src/compute.js';
import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import type { Kernel, Output } from '#src/kernel/ir.js';
import type { Runner } from '#src/kernel/run.js';

const arrays = { float32: Float32Array, float64: Float64Array };
type Floats = keyof typeof arrays;

/** The reduction of a row in memory, finished. */
function kernelOf(name: 'max' | 'min' | 'nanmax' | 'nanmin', dtype: Floats): Kernel {
  const [stage] = planFor([da.fromArray(new arrays[dtype](16))[name]().expr]).stages;
  const { kernel } = stage as { kernel: Kernel };
  return { ...kernel, outputs: kernel.outputs.map((output) => ({ ...output, finish: true }) as Output) };
}

function reduced(run: Runner, dtype: Floats, xs: readonly number[]): number {
  const [data, from] = [new arrays[dtype](1), arrays[dtype].from(xs)];
  const input = { origin: [0], data: [from], offset: 0, strides: [1] };
  run({ origin: [0], extent: [xs.length], inputs: [input], outputs: [{ data: [data], offset: 0, strides: [0] }] });
  return data[0] as number;
}

const present = (xs: readonly number[]): number[] => xs.filter((x) => !Number.isNaN(x));
const oracles = {
  max: (xs: readonly number[]) => Math.max(...xs),
  min: (xs: readonly number[]) => Math.min(...xs),
  nanmax: (xs: readonly number[]) => (present(xs).length === 0 ? Number.NaN : Math.max(...present(xs))),
  nanmin: (xs: readonly number[]) => (present(xs).length === 0 ? Number.NaN : Math.min(...present(xs))),
};

/** Long runs of one value with a few others among them: what decides may be a single element. */
const rows = fc
  .record({
    most: fc.constantFrom(0, -0, -1, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    length: fc.integer({ min: 1, max: 70 }),
    others: fc.array(
      fc.tuple(
        fc.nat(69),
        fc.constantFrom(0, -0, 5e-324, -5e-324, 0.5, -2, 1e300, Number.NaN, Number.NEGATIVE_INFINITY),
      ),
      { maxLength: 4 },
    ),
  })
  .map(({ most, length, others }) => {
    const xs = new Array<number>(length).fill(most);
    for (const [at, x] of others) xs[at % length] = x;
    return xs;
  });

describe.each(['float64', 'float32'] as const)('extremes of %s', (dtype) => {
  test.each(['max', 'min', 'nanmax', 'nanmin'] as const)('property: %s is that of the elements, each way', (name) => {
    const kernel = kernelOf(name, dtype);
    const ways: readonly Runner[] = [
      instantiate(compileKernel(kernel)),
      instantiate(compileKernel(kernel, { simd: false })),
      interpret(kernel),
    ];
    fc.assert(
      fc.property(rows, (values) => {
        const xs = [...arrays[dtype].from(values)];
        for (const run of ways) expect(reduced(run, dtype, xs)).toBe(oracles[name](xs));
      }),
      { numRuns: 300 },
    );
  });
});
