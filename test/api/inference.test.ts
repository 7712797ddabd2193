import * as da from 'chunkwise';
import { describe, expect, test } from 'vitest';

const x = da.zeros([6, 4], { chunks: [[3, 1, 2], 2] });
const y = da.zeros([6, 4], {
  chunks: [
    [2, 4],
    [1, 3],
  ],
  dtype: 'int32',
});
const cube = da.zeros([2, 3, 4], { chunks: 2 });
const u8 = da.ones([4], { dtype: 'uint8' });
const f4 = da.ones([4], { dtype: 'float32' });

type Case = readonly [what: string, array: da.ChunkedArray, shape: number[], dtype: string, chunks?: number[][]];

const cases: readonly Case[] = [
  [
    'zeros',
    x,
    [6, 4],
    'float64',
    [
      [3, 1, 2],
      [2, 2],
    ],
  ],
  ['zeros of a number', da.zeros(3), [3], 'float64', [[3]]],
  ['zeros of nothing', da.zeros([0, 3]), [0, 3], 'float64'],
  ['full of a bigint', da.full([2], 3n), [2], 'int64'],
  [
    'fullLike',
    da.fullLike(y, 3),
    [6, 4],
    'int32',
    [
      [2, 4],
      [1, 3],
    ],
  ],
  [
    'onesLike with a dtype',
    da.onesLike(y, { dtype: 'bool' }),
    [6, 4],
    'bool',
    [
      [2, 4],
      [1, 3],
    ],
  ],
  ['arange', da.arange(2, 11, 3), [3], 'float64'],
  ['arange down', da.arange(10n, 0n, -3n), [4], 'int64'],
  ['arange of nothing', da.arange(5, 2), [0], 'float64'],
  ['arange of fractions', da.arange(0, 1, 0.1), [10], 'float64'],
  ['linspace', da.linspace(0, 1, 5, { chunks: 2 }), [5], 'float64', [[2, 2, 1]]],
  ['eye', da.eye(3, 5), [3, 5], 'float64'],
  ['a number', da.asarray(5), [], 'float64', []],
  ['a boolean', da.asarray(true), [], 'bool'],
  [
    'nested lists',
    da.asarray([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    [2, 3],
    'float64',
  ],
  ['lists of bigints', da.asarray([1n, 2n]), [2], 'int64'],
  ['lists of typed arrays', da.asarray([Float64Array.of(1, 2), Float64Array.of(3, 4)] as never), [2, 2], 'float64'],
  ['an empty list', da.asarray([]), [0], 'float64'],
  ['a list of empty lists', da.asarray([[], []]), [2, 0], 'float64'],
  ['a typed array', da.asarray(Int16Array.of(1, 2)), [2], 'int16'],
  ['clamped bytes', da.asarray(Uint8ClampedArray.of(1, 2) as never), [2], 'uint8'],
  ['an iterable', da.asarray(new Set([1, 2, 3])), [3], 'float64'],
  ['an iterator', da.asarray([7, 8].keys()), [2], 'float64'],
  ['with a dtype', da.asarray([1, 2], { dtype: 'uint8' }), [2], 'uint8'],
  [
    'sqrt of integers',
    y.sqrt(),
    [6, 4],
    'float64',
    [
      [2, 4],
      [1, 3],
    ],
  ],
  ['sqrt of float32', f4.sqrt(), [4], 'float32'],
  ['isnan', f4.isnan(), [4], 'bool'],
  ['a pair in different chunks', x.add(y), [6, 4], 'float64'],
  [
    'a pair broadcast',
    x.mul(u8),
    [6, 4],
    'float64',
    [
      [3, 1, 2],
      [2, 2],
    ],
  ],
  ['a weak number', y.add(1), [6, 4], 'int32'],
  ['a weak fraction', y.add(0.5), [6, 4], 'float64'],
  ['two numbers', da.add(1, 2), [], 'float64'],
  ['where', da.where(x.less(1), y, 0), [6, 4], 'int32'],
  ['clip', u8.clip(1, 3), [4], 'uint8'],
  ['clip above', u8.clip(null, 3), [4], 'uint8'],
  ['sum', x.sum(), [], 'float64', []],
  ['sum of bytes', u8.sum(), [], 'uint64'],
  ['sum along an axis', x.sum(1), [6], 'float64', [[3, 1, 2]]],
  [
    'sum along negative axes, keepdims',
    cube.sum([-1, 0], { keepdims: true }),
    [1, 3, 1],
    'float64',
    [[1], [2, 1], [1]],
  ],
  ['sum, all options in one', cube.sum({ axis: -1, dtype: 'float32' }), [2, 3], 'float32'],
  ['sum along no axis', cube.sum([]), [2, 3, 4], 'float64'],
  ['argmax', y.argmax(0), [4], 'int64'],
  [
    'astype',
    y.astype('uint8'),
    [6, 4],
    'uint8',
    [
      [2, 4],
      [1, 3],
    ],
  ],
  [
    'T',
    y.T,
    [4, 6],
    'int32',
    [
      [1, 3],
      [2, 4],
    ],
  ],
  ['permuteDims', cube.permuteDims([2, 0, 1]), [4, 2, 3], 'float64'],
  ['moveaxis', cube.moveaxis(0, -1), [3, 4, 2], 'float64'],
  ['moveaxis of two', cube.moveaxis([0, 1], [-1, -2]), [4, 3, 2], 'float64'],
  ['swapaxes', cube.swapaxes(0, 2), [4, 3, 2], 'float64'],
  ['matrixTranspose', cube.matrixTranspose(), [2, 4, 3], 'float64'],
  ['expandDims', x.expandDims(1), [6, 1, 4], 'float64'],
  ['expandDims at the end', x.expandDims({ axis: -1 }), [6, 4, 1], 'float64'],
  ['expandDims twice', x.expandDims([0, -1]), [1, 6, 4, 1], 'float64'],
  ['squeeze', da.zeros([1, 3, 1]).squeeze(), [3], 'float64'],
  ['squeeze of one axis', da.zeros([1, 3, 1]).squeeze(0), [3, 1], 'float64'],
  ['broadcastTo', u8.broadcastTo([3, 4]), [3, 4], 'uint8'],
  ['reshape', x.reshape([3, -1]), [3, 8], 'float64'],
  ['ravel', cube.ravel(), [24], 'float64'],
  ['rechunk', x.rechunk({ 0: -1 }), [6, 4], 'float64', [[6], [2, 2]]],
  ['slice', x.slice('1:5', -1), [4], 'float64', [[2, 1, 1]]],
  ['slice with new axes', x.slice(da.newaxis, '...', '::2'), [1, 6, 2], 'float64'],
  ['slice by object', x.slice(da.slice(4), da.slice(1, null, 2)), [4, 2], 'float64'],
  ['roll', x.roll(2, 0), [6, 4], 'float64'],
  [
    'tril',
    x.tril(),
    [6, 4],
    'float64',
    [
      [3, 1, 2],
      [2, 2],
    ],
  ],
  [
    'with',
    y.with([0, ':'], 1),
    [6, 4],
    'int32',
    [
      [2, 4],
      [1, 3],
    ],
  ],
  ['concat', da.concat([x, y]), [12, 4], 'float64'],
  ['concat along an axis', da.concat([x, y], { axis: 1 }), [6, 8], 'float64'],
  ['concat flattened', da.concatenate([x, y], null), [48], 'float64'],
  ['stack', da.stack([u8, f4], { axis: 1 }), [4, 2], 'float32'],
  ['broadcastArrays', da.broadcastArrays(x, u8)[1], [6, 4], 'uint8'],
  [
    'meshgrid',
    da.meshgrid([
      [1, 2, 3],
      [4, 5],
    ])[0],
    [2, 3],
    'float64',
  ],
  [
    'meshgrid ij',
    da.meshgrid(
      [
        [1, 2, 3],
        [4, 5],
      ],
      { indexing: 'ij' },
    )[0],
    [3, 2],
    'float64',
  ],
  [
    'uniform',
    da.random.uniform(0, 1, [2, 3], { chunks: 1 }),
    [2, 3],
    'float64',
    [
      [1, 1],
      [1, 1, 1],
    ],
  ],
  ['uniform of no axes', da.random.uniform(0, 1, []), [], 'float64'],
  ['normal in float32', da.random.normal(0, 1, 5, { dtype: 'float32' }), [5], 'float32'],
  ['integers', da.random.integers(0, 10, 5, { dtype: 'uint8' }), [5], 'uint8'],
  ['gamma', da.random.gamma(1, 2, [3, 4]), [3, 4], 'float64'],
  ['poisson', da.random.poisson(3, 5), [5], 'int64'],
];

for (const [what, array, shape, dtype, chunks] of cases) {
  test(what, () => {
    expect({ shape: array.shape, dtype: array.dtype }).toEqual({ shape, dtype });
    expect(array.chunks.map((sizes) => sizes.reduce((a, b) => a + b, 0))).toEqual(shape);
    if (chunks !== undefined) expect(array.chunks).toEqual(chunks);
  });
}

test('what an array says of itself', () => {
  expect([x.numblocks, x.npartitions, x.ndim, x.size, x.itemsize, x.nbytes]).toEqual([[3, 2], 6, 2, 24, 8, 192]);
  expect(x.name).toMatch(/^zeros-/);
  expect(da.zeros([6, 4], { chunks: [[3, 1, 2], 2] }).name).toBe(x.name);
  expect(String(x.sum(1))).toContain('sum(axis=[1])');
  expect(String(x)).toMatch(/^ChunkedArray {2}zeros {2}float64\n/);
});

test('a trillion elements, and a million chunks, are nothing to build and slice', () => {
  const huge = da.random.random([1e6, 1e6], { chunks: 1000, seed: 1 });
  expect(huge.add(1).slice('::2', -1).mean().shape).toEqual([]);
  expect(huge.npartitions).toBe(1e6);
});

describe('dtype questions', () => {
  test.each([
    ['uint8', 'int16', true],
    ['int16', 'uint8', false],
    ['int64', 'float64', true],
    ['float64', 'float32', false],
    ['bool', 'int8', true],
  ] as const)('canCast %s to %s: %s', (from, to, answer) => expect(da.canCast(from, to)).toBe(answer));

  test('resultType, isdtype, finfo, iinfo', () => {
    expect(da.resultType('uint8', u8, 'int8', 1)).toBe('int16');
    expect(da.resultType('int32', 0.5)).toBe('float64');
    expect(da.resultType(1, true)).toBe('float64');
    expect(da.isdtype('uint8', ['unsigned integer', 'bool'])).toBe(true);
    expect(da.isdtype('float32', 'integral')).toBe(false);
    expect(da.isdtype('int8', 'int8')).toBe(true);
    expect(da.finfo('float32')).toMatchObject({ bits: 32, eps: 2 ** -23, max: 3.4028234663852886e38 });
    expect(da.iinfo(u8)).toMatchObject({ bits: 8, min: 0, max: 255 });
    expect(da.iinfo('int64').max).toBe(2n ** 63n - 1n);
  });
});
