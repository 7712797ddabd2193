/** Reductions of rows in memory, as kernels that finish what they reduce, run each way there is. */
import { planFor } from '#src/compute.js';
import type { TypedArray } from '#src/core/dtype.js';
import type { Expr } from '#src/expr/types.js';
import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import type { Kernel, Output } from '#src/kernel/ir.js';
import type { Runner } from '#src/kernel/run.js';

type Way = readonly [string, Runner];

/** The kernel of a reduction, in vectors, one by one and interpreted. */
export function waysOf(reduction: Expr): readonly [Way, Way, Way] {
  const [stage] = planFor([reduction]).stages;
  const { kernel } = stage as { kernel: Kernel };
  const outputs = kernel.outputs.map((output) => ({ ...output, finish: true }) as Output);
  const finished = { ...kernel, outputs };
  return [
    ['SIMD', instantiate(compileKernel(finished))],
    ['scalar', instantiate(compileKernel(finished, { simd: false }))],
    ['interpreted', interpret(finished)],
  ];
}

/** What `run` makes of `row`; `result` is where it is written. */
export function reduced(run: Runner, row: TypedArray, result: Float32Array | Float64Array): number {
  const input = { origin: [0], data: [row], offset: 0, strides: [1] };
  const outputs = [{ data: [result], offset: 0, strides: [0] }];
  run({ origin: [0], extent: [row.length], inputs: [input], outputs });
  return result[0] as number;
}

/** What `run` makes of each row of a matrix with so many columns. */
export function reducedRows(run: Runner, matrix: TypedArray, columns: number): Float64Array {
  const rows = matrix.length / columns;
  const result = new Float64Array(rows);
  const input = { origin: [0, 0], data: [matrix], offset: 0, strides: [columns, 1] };
  run({
    origin: [0, 0],
    extent: [rows, columns],
    inputs: [input],
    outputs: [{ data: [result], offset: 0, strides: [1, 0] }],
  });
  return result;
}
