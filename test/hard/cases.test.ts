/** The cases that popular systems get wrong: API section "hard cases", one group a line of it. */
import * as da from 'chunkwise';
import { describe, expect, it } from 'vitest';

const values = async (x: da.ChunkedArray): Promise<unknown> => {
  const v: unknown = await x.compute();
  return v instanceof da.NDArray ? [...(v.data as Float64Array)] : v;
};

describe('no elements', () => {
  const none = da.zeros([0, 3], { chunks: [1, 2] });
  it('sum 0, prod 1, all true, any false, count 0, mean NaN', async () => {
    expect(await values(none.sum())).toBe(0);
    expect(await values(none.prod())).toBe(1);
    expect(await values(none.all())).toBe(true);
    expect(await values(none.any())).toBe(false);
    expect(await values(none.countNonzero())).toBe(0);
    expect(await values(none.mean())).toBeNaN();
    expect(await values(none.sum(0))).toEqual([0, 0, 0]);
    expect(await values(none.mean(0))).toEqual([NaN, NaN, NaN]);
    expect(await values(none.sum(1))).toEqual([]);
  });
  it.each(['max', 'min', 'argmax', 'argmin'] as const)('%s is a typed error, when built', (name) => {
    expect(() => none[name]()).toThrow(da.EmptyReductionError);
    expect(() => none[name](0)).toThrow(da.EmptyReductionError);
    expect(none[name](1).shape).toEqual([0]);
  });
  it('empty chunks anywhere change nothing', async () => {
    const x = da.fromArray([1, -2, 3, NaN, 5], { chunks: [[0, 2, 0, 0, 2, 1, 0]] });
    const y = da.fromArray([1, -2, 3, NaN, 5], { chunks: -1 });
    for (const name of ['sum', 'max', 'argmax', 'var', 'nansum', 'nanmax', 'all'] as const) {
      expect(await values(x[name]()), name).toEqual(await values(y[name]()));
    }
    expect(await values(x.add(x.flip()))).toEqual([6, NaN, 6, NaN, 6]);
  });
  it('empty results', async () => {
    expect(await values(da.arange(3).slice('-5:-5:-2'))).toEqual([]);
    expect(await values(da.arange(3).with('1:1', 7))).toEqual([0, 1, 2]);
    expect((await da.zeros([0]).add(1).compute()).shape).toEqual([0]);
  });
});

describe('axes', () => {
  const x = da.arange(24).reshape([2, 3, 4]).rechunk([1, 2, 3]);
  it('0-d arrays reduce over no axes', async () => {
    const s = da.asarray(3);
    expect(s.shape).toEqual([]);
    expect(await values(s.sum())).toBe(3);
    expect(await values(s.sum([]))).toBe(3);
    expect(await values(s.max({ axis: [] }))).toBe(3);
    expect(await values(s.std())).toBe(0);
  });
  it('axis: [] reduces nothing', async () => {
    expect(await values(x.sum([]))).toEqual(await values(x));
    expect(await values(x.square().sqrt().var([]))).toEqual(new Array(24).fill(0));
  });
  it('tuples in any order, negative', async () => {
    expect(await values(x.sum([2, 0]))).toEqual(await values(x.sum([0, -1])));
    expect(await values(x.sum([-1, 0]))).toEqual([60, 92, 124]);
  });
  it('keepdims', async () => {
    expect(x.sum(1, { keepdims: true }).shape).toEqual([2, 1, 4]);
    expect((await x.sum(1, { keepdims: true }).compute()).shape).toEqual([2, 1, 4]);
    expect(x.sum({ keepdims: true }).shape).toEqual([1, 1, 1]);
  });
  it.each([3, -4, 1.5, NaN])('axis %s is out of range', (axis) => {
    expect(() => x.sum(axis)).toThrow(da.AxisError);
    expect(() => x.flip(axis)).toThrow(da.AxisError);
  });
  it('an axis given twice', () => {
    expect(() => x.sum([0, 0])).toThrow(da.AxisError);
    expect(() => x.sum([0, -3])).toThrow(da.AxisError);
    expect(() => x.permuteDims([0, 0, 1])).toThrow(da.AxisError);
  });
  it('ddof >= n', async () => {
    expect(await values(da.asarray([1, 2]).var({ ddof: 2 }))).toBe(Infinity);
    expect(await values(da.asarray([3]).var({ correction: 1 }))).toBeNaN();
    expect(await values(da.asarray([3]).std({ ddof: 1 }))).toBeNaN();
  });
});

describe('NaN and signed zeros', () => {
  it('max, min and argmax propagate NaN and take the first', async () => {
    const x = da.fromArray([1, NaN, 9, NaN, -3, 4], { chunks: 2 });
    expect(await values(x.max())).toBeNaN();
    expect(await values(x.min())).toBeNaN();
    expect(await values(x.argmax())).toBe(1);
    expect(await values(x.argmin())).toBe(1);
  });
  it('a chunk of nothing but NaN inside a slice that is not', async () => {
    const x = da.fromArray([1, 2, NaN, NaN, 3, 7], { chunks: 2 });
    expect(await values(x.nanmax())).toBe(7);
    expect(await values(x.nanmean())).toBe(3.25);
    expect(await values(x.nanargmax())).toBe(5);
    expect(await values(x.nansum())).toBe(13);
    expect(await values(x.nanstd())).toBeCloseTo(Math.sqrt(5.1875), 14);
  });
  it('nan-reductions of nothing but NaN', async () => {
    const x = da.fromArray([NaN, NaN], { chunks: 1 });
    expect(await values(x.nansum())).toBe(0);
    expect(await values(x.nanprod())).toBe(1);
    expect(await values(x.nanmax())).toBeNaN();
    expect(await values(x.nanmean())).toBeNaN();
    expect(await values(x.nanvar())).toBeNaN();
  });
  it('-0', async () => {
    const zeros = da.fromArray([0, -0], { chunks: 1 });
    expect(await values(zeros.max())).toBe(0);
    expect(await values(zeros.min())).toBe(-0);
    expect(await values(da.asarray([-0]).sqrt())).toEqual([-0]);
    expect(await values(da.asarray([-0]).sum())).toBe(0);
    expect(await values(da.asarray([-0, -0]).max())).toBe(-0);
  });
});

describe('ties', () => {
  it.each([2, 3, 64])('argmax takes the first global index whatever the fan-in: splitEvery %i', async (splitEvery) => {
    const data = new Float64Array(1000).fill(1);
    data[617] = 5;
    data[618] = 5;
    data[999] = 5;
    const x = da.fromArray(data, { chunks: 7 });
    expect(await values(x.argmax(null, { splitEvery }))).toBe(617);
    expect(await values(x.reshape([10, 100]).argmax(null, { splitEvery }))).toBe(617);
    expect(await values(x.reshape([10, 100]).argmax(1, { splitEvery }))).toEqual([
      0n,
      0n,
      0n,
      0n,
      0n,
      0n,
      17n,
      0n,
      0n,
      99n,
    ]);
  });
});

describe('narrow and wide dtypes', () => {
  it('sums widen', async () => {
    expect(da.ones(3, { dtype: 'uint8' }).sum().dtype).toBe('uint64');
    expect(await values(da.full([1000], 255, { dtype: 'uint8', chunks: 100 }).sum())).toBe(255_000);
    expect(da.ones(3, { dtype: 'bool' }).sum().dtype).toBe('int64');
    expect(await values(da.ones(7, { dtype: 'bool', chunks: 2 }).sum())).toBe(7);
  });
  it('float32 mean of 1e8 ones is exactly 1', async () => {
    expect(await values(da.ones(1e8, { dtype: 'float32' }).mean())).toBe(1);
    expect(await values(da.full([1e6], 0.1, { dtype: 'float32' }).sum())).toBe(Math.fround(1e6 * Math.fround(0.1)));
  });
  it('int64 keeps every digit', async () => {
    const big = 2n ** 53n + 1n;
    expect(await values(da.asarray([big, big], { dtype: 'int64' }).sum())).toBe(2n * big);
    expect(await values(da.asarray([big]).max())).toBe(big);
    expect(await values(da.asarray([2n ** 64n - 1n], { dtype: 'uint64' }).max())).toBe(2n ** 64n - 1n);
    expect(await values(da.asarray([5n]).sum())).toBe(5);
  });
  it('INT_MIN and shifts', async () => {
    const min = da.asarray([-(2 ** 31)], { dtype: 'int32' });
    expect(await values(min.abs())).toEqual([-(2 ** 31)]);
    expect(await values(min.floorDivide(-1))).toEqual([-(2 ** 31)]);
    expect(await values(min.remainder(-1))).toEqual([0]);
    const one = da.asarray([1, -1], { dtype: 'int8' });
    expect(await values(one.bitwiseLeftShift(8))).toEqual([0, 0]);
    expect(await values(one.bitwiseRightShift(100))).toEqual([0, -1]);
    expect(await values(da.asarray([7, -7, 0], { dtype: 'int32' }).floorDivide(0))).toEqual([0, 0, 0]);
  });
  it('weak scalars', async () => {
    expect(da.ones(2, { dtype: 'float32' }).add(0.1).dtype).toBe('float32');
    expect(da.ones(2, { dtype: 'int8' }).add(1).dtype).toBe('int8');
    expect(da.ones(2, { dtype: 'int8' }).mul(0.5).dtype).toBe('float64');
    expect(() => da.ones(2, { dtype: 'uint8' }).add(300)).toThrow(da.DTypeError);
    expect(() => da.ones(2, { dtype: 'uint8' }).sub(-1)).toThrow(da.DTypeError);
  });
});

describe('chunks', () => {
  it('irregular against irregular', async () => {
    const x = da.fromArray([1, 2, 3, 4, 5, 6], { chunks: [[3, 1, 2]] });
    const y = da.fromArray([10, 20, 30, 40, 50, 60], { chunks: [[2, 4]] });
    expect(await values(x.add(y))).toEqual([11, 22, 33, 44, 55, 66]);
    expect(await values(y.add(x).sum())).toBe(231);
  });
  it('x + x.T with thin chunks keeps about as many chunks', async () => {
    const x = da.arange(10_000).reshape([100, 100]).rechunk([1, -1]);
    const z = x.add(x.T);
    expect(z.npartitions).toBeLessThanOrEqual(200);
    expect(await values(z.slice(3, 7))).toBe(307 + 703);
    expect(await values(z.sum())).toBe(9999 * 10_000);
  });
  it.each([0, -2, 1.5, NaN, 'wide', [[1, 2]], [3, 3]] as unknown[])('%s cannot be chunks of (5,)', (chunks) => {
    expect(() => da.zeros(5, { chunks: chunks as number })).toThrow(da.ChunkError);
  });
  it('zero lengths', () => {
    expect(da.zeros([0, 5], { chunks: 2 }).chunks).toEqual([[0], [2, 2, 1]]);
    expect(da.zeros([0]).npartitions).toBe(1);
  });
});

describe('sizes', () => {
  it('1e12 elements build and slice at once', async () => {
    const x = da.random.random(1e12, { chunks: 1e6, seed: 3 });
    const start = await x.slice('999999999998:').compute();
    expect(start.shape).toEqual([2]);
    expect(await values(x.slice(10))).toBe(await values(da.random.random(20, { seed: 3 }).slice(10)));
    expect(await values(da.zeros([1e6, 1e6]).slice(5, ':3'))).toEqual([0, 0, 0]);
  });
  it('more than 2^53 elements are refused', () => {
    expect(() => da.zeros([1e8, 1e9])).toThrow(da.ShapeError);
    expect(() => da.zeros([2 ** 40, 2 ** 14])).toThrow(da.ShapeError);
  });
  it.each([-1, NaN, 1.5, Infinity])('a length of %s is refused', (n) => {
    expect(() => da.zeros(n)).toThrow(da.ShapeError);
    expect(() => da.random.uniform(0, 1, n)).toThrow(da.ShapeError);
  });
  it('a block that cannot be held is refused before anything runs, with the fix', async () => {
    const x = da.ones([1e5, 1e5], { chunks: -1 });
    await expect(x.add(x.T).sum(0).compute({ optimizeGraph: false })).rejects.toThrow(da.MemoryLimitError);
    await expect(x.compute()).rejects.toThrow(/takes 74.51 GiB/);
    await expect(da.random.random(1e6).compute({ memoryLimit: '1 MiB' })).rejects.toThrow(da.MemoryLimitError);
    await expect(da.random.random(1e6).compute({ memoryLimit: 'lots' })).rejects.toThrow(da.ArgumentError);
  });
});

describe('sums do not depend on chunks', () => {
  it('of ill-conditioned data', async () => {
    const data = Float64Array.from({ length: 4001 }, (_, i) => (i % 2 ? -1 : 1) * 10 ** ((i * 7) % 12) * (1 + i / 3));
    const sums = new Set<unknown>();
    for (const chunks of [1, 3, 64, 1000, -1]) {
      const x = da.fromArray(data, { chunks });
      sums.add(await values(x.sum()));
      sums.add(await values(x.flip().sum({ splitEvery: 2 })));
    }
    expect(sums.size).toBe(1);
  });
});

describe('elementary functions at extremes', () => {
  it.each([
    ['exp', -745.2, 0],
    ['exp', 709.782712893384, 1.797693134862273e308],
    ['exp', -745.1, 5e-324],
    ['expm1', 1e-300, 1e-300],
    ['log1p', 1e-300, 1e-300],
    ['log', 5e-324, -744.4400719213812],
    ['sin', 1e22, -0.8522008497671888],
    ['cos', 1e300, -0.5753861119575491],
    ['tan', 1.5707963267948966, 16331239353195370],
    ['sin', 1e-310, 1e-310],
  ] as const)('%s(%s)', async (name, x, y) => {
    const [got] = (await values(da.asarray([x])[name]())) as [number];
    expect(Math.abs(got - y)).toBeLessThanOrEqual(Math.abs(y) * 2.3e-16 + 0);
  });
  it('hypot does not overflow', async () => {
    expect(await values(da.asarray([3e300]).hypot(4e300))).toEqual([5e300]);
    expect(await values(da.asarray([3e-310]).hypot(4e-310))).toEqual([5e-310]);
    expect(await values(da.asarray([NaN]).hypot(Infinity))).toEqual([Infinity]);
  });
});
