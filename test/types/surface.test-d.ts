import * as da from 'chunkwise';
import { describe, expectTypeOf, test } from 'vitest';

type Vector = da.ChunkedArray<'float64', 'array'>;
type Number = da.ChunkedArray<'float64', 'scalar'>;
const x = da.zeros([3, 4]);
const i = da.ones([3], { dtype: 'int32' });
const u = da.ones([3], { dtype: 'uint8' });
const f = da.ones([3], { dtype: 'float32' });

describe('dtypes are inferred', () => {
  test('of creation', () => {
    expectTypeOf(x).toEqualTypeOf<Vector>();
    expectTypeOf(da.zeros([]).dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(da.full(3, true).dtype).toEqualTypeOf<'bool'>();
    expectTypeOf(da.full(3, 1n).dtype).toEqualTypeOf<'int64'>();
    expectTypeOf(da.asarray(new Float32Array(2)).dtype).toEqualTypeOf<'float32'>();
    expectTypeOf(da.asarray(new Uint8Array(2)).dtype).toEqualTypeOf<'uint8'>();
    expectTypeOf(da.arange(5).dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(da.arange(0n, 5n).dtype).toEqualTypeOf<'int64'>();
    expectTypeOf(da.zerosLike(f).dtype).toEqualTypeOf<'float32'>();
  });

  test('of elementwise functions', () => {
    expectTypeOf(i.sqrt().dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(f.sqrt().dtype).toEqualTypeOf<'float32'>();
    expectTypeOf(da.isnan(f).dtype).toEqualTypeOf<'bool'>();
    expectTypeOf(i.less(3).dtype).toEqualTypeOf<'bool'>();
    expectTypeOf(i.abs().dtype).toEqualTypeOf<'int32'>();
    expectTypeOf(f.arcsin().dtype).toEqualTypeOf<'float32'>();
  });

  test('of pairs, as the table of promotions says', () => {
    expectTypeOf(i.add(u).dtype).toEqualTypeOf<'int32'>();
    expectTypeOf(u.add(da.ones([3], { dtype: 'int8' })).dtype).toEqualTypeOf<'int16'>();
    expectTypeOf(f.add(i).dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(f.add(u).dtype).toEqualTypeOf<'float32'>();
    expectTypeOf(da.ones(3, { dtype: 'uint64' }).add(i).dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(da.ones(3, { dtype: 'bool' }).add(i).dtype).toEqualTypeOf<'int32'>();
  });

  test('of numbers, which are weak', () => {
    expectTypeOf(i.add(1).dtype).toEqualTypeOf<'int32'>();
    expectTypeOf(i.mul(0.5).dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(i.mul(Math.PI as number).dtype).toEqualTypeOf<'int32' | 'float64'>();
    expectTypeOf(f.mul(0.5).dtype).toEqualTypeOf<'float32'>();
    expectTypeOf(i.add(1n).dtype).toEqualTypeOf<'int32'>();
    expectTypeOf(da.subtract(1, f).dtype).toEqualTypeOf<'float32'>();
    expectTypeOf(da.where(x.less(0), 4, 0).dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(i.clip(0, 10).dtype).toEqualTypeOf<'int32'>();
  });

  test('of reductions', () => {
    expectTypeOf(u.sum().dtype).toEqualTypeOf<'uint64'>();
    expectTypeOf(i.mean().dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(f.mean().dtype).toEqualTypeOf<'float32'>();
    expectTypeOf(x.argmax().dtype).toEqualTypeOf<'int64'>();
    expectTypeOf(f.sum({ dtype: 'float64' }).dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(f.norm({ ord: 1 }).dtype).toEqualTypeOf<'float32'>();
    expectTypeOf(da.linalg.vectorNorm(i).dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(f.average().dtype).toEqualTypeOf<'float32'>();
    expectTypeOf(f.average(0, { weights: i }).dtype).toEqualTypeOf<'float64'>();
    // @ts-expect-error sums have no weights
    f.sum({ weights: i });
    expectTypeOf(i.cumulativeSum(0).dtype).toEqualTypeOf<'int64'>();
    expectTypeOf(da.cumsum(f, { dtype: 'float64' }).dtype).toEqualTypeOf<'float64'>();
    expectTypeOf(da.max(i, 0).dtype).toEqualTypeOf<'int32'>();
    expectTypeOf(da.concat([i, u]).dtype).toEqualTypeOf<'int32'>();
  });
});

describe('what is known to have no axes computes to a plain value', () => {
  test('reductions over everything', () => {
    expectTypeOf(x.sum()).toEqualTypeOf<Number>();
    expectTypeOf(x.sum().mul(2).sqrt()).toEqualTypeOf<Number>();
    expectTypeOf(x.mean(0)).toEqualTypeOf<Vector>();
    expectTypeOf(x.sum({ keepdims: true })).toEqualTypeOf<Vector>();
    expectTypeOf(x.sum({ axis: [0, 1] })).toEqualTypeOf<Vector>();
    expectTypeOf(x.std(0, { ddof: 1 })).toEqualTypeOf<Vector>();
    expectTypeOf(x.std({ correction: 1 })).toEqualTypeOf<Number>();
    expectTypeOf(x.norm()).toEqualTypeOf<Number>();
    expectTypeOf(x.average(0, { weights: x })).toEqualTypeOf<Vector>();
    expectTypeOf(x.sum().add(x)).toEqualTypeOf<Vector>();
  });

  test('compute', () => {
    expectTypeOf(x.sum().compute()).resolves.toEqualTypeOf<number>();
    expectTypeOf(x.compute()).resolves.toEqualTypeOf<da.NDArray<'float64'>>();
    expectTypeOf(x.all().compute()).resolves.toEqualTypeOf<boolean>();
    expectTypeOf(x.argmax().compute()).resolves.toEqualTypeOf<number | bigint>();
    expectTypeOf(da.compute(x.sum(), x.argmax(0))).resolves.toEqualTypeOf<[number, da.NDArray<'int64'>]>();
    expectTypeOf(da.compute(x.sum(), { optimizeGraph: false })).resolves.toEqualTypeOf<[number]>();
    expectTypeOf(da.random.random([]).compute()).resolves.toEqualTypeOf<number>();
    expectTypeOf(da.random.integers(0, 9, 5, { dtype: 'uint8' })).toEqualTypeOf<da.ChunkedArray<'uint8', 'array'>>();
  });

  test('views keep the dtype', () => {
    expectTypeOf(i.slice('1:', da.newaxis)).toEqualTypeOf<da.ChunkedArray<'int32', 'array'>>();
    expectTypeOf(da.expandDims(f, 0)).toEqualTypeOf<da.ChunkedArray<'float32', 'array'>>();
    expectTypeOf(u.with(0, 1)).toEqualTypeOf<da.ChunkedArray<'uint8', 'array'>>();
  });

  test('of products', () => {
    expectTypeOf(x.matmul(f)).toEqualTypeOf<Vector>();
    expectTypeOf(da.matmul(i, u)).toEqualTypeOf<da.ChunkedArray<'int32', 'array'>>();
    expectTypeOf(da.outer(i, f)).toEqualTypeOf<Vector>();
    expectTypeOf(da.vdot(u, u).compute()).resolves.toEqualTypeOf<number>();
    expectTypeOf(i.dot(2)).toEqualTypeOf<da.ChunkedArray<'int32'>>();
    expectTypeOf(da.tensordot(f, f, [[0], [0]])).toEqualTypeOf<da.ChunkedArray<'float32'>>();
    expectTypeOf(da.linalg.vecdot(f, x, { axis: -1 })).toEqualTypeOf<da.ChunkedArray<'float64'>>();
  });

  test('any array is a ChunkedArray', () => {
    expectTypeOf(x).toExtend<da.ChunkedArray>();
    expectTypeOf(x.sum()).toExtend<da.ChunkedArray<da.DType, 'scalar'>>();
  });
});
