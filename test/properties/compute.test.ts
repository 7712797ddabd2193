/** The promise of the library: an expression has one value, bit for bit, however it is cut, fused and run. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type ComputeOptions, computeExprs } from '#src/compute.js';
import { regular } from '#src/core/cuts.js';
import { isWide, type TypedArray } from '#src/core/dtype.js';
import { NDArray } from '#src/core/ndarray.js';
import { sync } from '#src/exec/sync.js';
import { threads } from '#src/exec/threads/index.js';
import { rechunk, reduction, source } from '#src/expr/build.js';
import type { Expr } from '#src/expr/types.js';
import { reductions } from '#src/ops/reduction.js';
import { evaluate } from '../oracle/evaluate.js';
import { chunksOf, describeExpr, expressions } from '../oracle/expressions.js';

const pool = await threads({ workers: 2 });
afterAll(() => pool.close());

/** Every bit, but that all NaN are one. */
function bitsOf(data: TypedArray): unknown[] {
  return [...(data as Float64Array)].map((x) => (Object.is(x, -0) ? '-0' : Number.isNaN(x) ? 'nan' : x));
}

async function computed(e: Expr, options: ComputeOptions): Promise<unknown[]> {
  const [value] = await computeExprs([e], options);
  if (value instanceof NDArray) {
    expect(value.shape).toEqual([...e.shape]);
    return bitsOf(value.data as TypedArray);
  }
  if (e.dtype === 'bool') return [Number(value)];
  return isWide(e.dtype) ? [BigInt(value as number)] : bitsOf(new Float64Array([value as number]));
}

const runs = Number(process.env.CHUNKWISE_RUNS ?? 300);

describe('one value, bit for bit', () => {
  it('property: sync, fused and not, equals the interpreter over whole arrays', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(expressions(), async (e) => {
        const expected = bitsOf(evaluate(e).data);
        const executor = sync();
        expect(await computed(e, { executor }), describeExpr(e)).toEqual(expected);
        expect(await computed(e, { executor, optimizeGraph: false }), describeExpr(e)).toEqual(expected);
      }),
      { numRuns: runs },
    );
  });

  it('property: two threads equal one', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(expressions(), async (e) => {
        expect(await computed(e, { executor: pool }), describeExpr(e)).toEqual(await computed(e, { executor: sync() }));
      }),
      { numRuns: runs / 2 },
    );
  });

  it('property: the chunks of the sources do not matter', { timeout: 120_000 }, async () => {
    const cut = expressions().chain((e) => fc.tuple(fc.constant(e), chunksOf(e.shape)));
    await fc.assert(
      fc.asyncProperty(cut, async ([e, chunks]) => {
        const other = rechunk(
          e,
          chunks.map((c) => ('sizes' in c ? c.sizes : c.size)),
        );
        expect(await computed(other, { executor: sync() }), describeExpr(e)).toEqual(
          await computed(e, { executor: sync() }),
        );
      }),
      { numRuns: runs / 2 },
    );
  });

  it('many small computations on one pool: what a thread takes over from another, it knows all about', async () => {
    const x = source({
      label: 'array',
      dtype: 'float64',
      chunks: [regular(4000, 3)],
      source: { kind: 'memory', data: Float64Array.from({ length: 4000 }, (_, i) => i), strides: [1], offset: 0 },
    });
    const sum = reduction(reductions.sum, x, { splitEvery: 3 });
    for (let i = 0; i < 60; i++) expect(await computeExprs([sum], { executor: pool })).toEqual([7_998_000]);
  });
});
