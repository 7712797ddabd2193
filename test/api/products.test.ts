/** Shapes, dtypes and refusals of products, as NumPy has them, and values that are known. */
import * as da from 'chunkwise';
import { describe, expect, test } from 'vitest';

const values = async (x: da.ChunkedArray): Promise<unknown> => {
  const result = await x.compute();
  return result instanceof da.NDArray ? [...(result.data as Float64Array)] : result;
};

describe('shapes', () => {
  test.each<[number[], number[], number[]]>([
    [[3], [3], []],
    [[0], [0], []],
    [[2, 3], [3], [2]],
    [[3], [3, 2], [2]],
    [
      [2, 3],
      [3, 4],
      [2, 4],
    ],
    [
      [2, 0],
      [0, 4],
      [2, 4],
    ],
    [
      [0, 3],
      [3, 4],
      [0, 4],
    ],
    [
      [5, 2, 3],
      [3, 4],
      [5, 2, 4],
    ],
    [[5, 2, 3], [3], [5, 2]],
    [[3], [5, 3, 4], [5, 4]],
    [
      [5, 1, 2, 3],
      [7, 3, 4],
      [5, 7, 2, 4],
    ],
    [
      [1, 2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [
      [0, 2, 3],
      [1, 3, 4],
      [0, 2, 4],
    ],
  ])('matmul of %j and %j has %j', async (a, b, shape) => {
    const product = da.matmul(da.ones(a), da.ones(b));
    expect(product.shape).toEqual(shape);
    const length = a.at(-1) as number;
    const size = shape.reduce((n, d) => n * d, 1);
    expect(await values(product)).toEqual(shape.length === 0 ? length : new Array(size).fill(length));
  });

  test.each<[number[], number[], number[]]>([
    [[], [2, 3], [2, 3]],
    [[2, 3], [], [2, 3]],
    [[4], [4], []],
    [[2, 3, 4], [4], [2, 3]],
    [[4], [4, 5], [5]],
    [
      [2, 3],
      [3, 5],
      [2, 5],
    ],
    [
      [2, 3, 4],
      [5, 4, 6],
      [2, 3, 5, 6],
    ],
  ])('dot of %j and %j has %j', async (a, b, shape) => {
    const product = da.dot(da.ones(a), da.ones(b));
    expect(product.shape).toEqual(shape);
    const scales = a.length === 0 || b.length === 0;
    const size = shape.reduce((n, d) => n * d, 1);
    expect(await values(product)).toEqual(shape.length === 0 ? 4 : new Array(size).fill(scales ? 1 : a.at(-1)));
  });

  test.each<[number[], number[], da.TensordotAxes, number[]]>([
    [[2, 3], [4, 5], 0, [2, 3, 4, 5]],
    [[2, 3], [3, 5], 1, [2, 5]],
    [[2, 3, 4], [3, 4, 5], 2, [2, 5]],
    [[2, 3], [2, 3], 2, []],
    [
      [2, 3, 4],
      [4, 3],
      [
        [1, 2],
        [1, 0],
      ],
      [2],
    ],
    [
      [2, 3, 4],
      [4, 3, 5, 6],
      [[-1], [0]],
      [2, 3, 3, 5, 6],
    ],
    [
      [2, 3],
      [3, 2],
      [0, 1],
      [3, 3],
    ],
  ])('tensordot of %j and %j over %j has %j', async (a, b, axes, shape) => {
    const product = da.tensordot(da.ones(a), da.ones(b), axes);
    expect(product.shape).toEqual(shape);
    const size = shape.reduce((n, d) => n * d, 1);
    const whole = a.reduce((n, d) => n * d, 1) * b.reduce((n, d) => n * d, 1);
    const each = Math.sqrt(whole / size);
    expect(await values(product)).toEqual(shape.length === 0 ? each : new Array(size).fill(each));
  });

  test('vecdot broadcasts what is not summed', async () => {
    const [x, y] = [da.arange(6).reshape([2, 3]), da.asarray([1, 2, 3])];
    expect(await values(da.vecdot(x, y))).toEqual([8, 26]);
    expect(await values(x.vecdot(x, { axis: 0 }))).toEqual([9, 17, 29]);
    expect(await values(da.linalg.vecdot(x, x, { axis: -2 }))).toEqual([9, 17, 29]);
  });

  test('vdot and outer take any arrays as vectors', async () => {
    const x = da.arange(4).reshape([2, 2]);
    expect(await values(da.vdot(x, x.T))).toBe(0 + 1 * 2 + 2 * 1 + 9);
    expect(await values(da.vdot(x, [1, 1, 1, 1]))).toBe(6);
    const outer = da.outer(x, [1, 10]);
    expect([outer.shape, await values(outer)]).toEqual([
      [4, 2],
      [0, 0, 1, 10, 2, 20, 3, 30],
    ]);
    expect(await values(da.linalg.outer([1, 2], [3, 4]))).toEqual([3, 4, 6, 8]);
  });
});

describe('dtypes', () => {
  test.each<[da.DType, da.DType, da.DType]>([
    ['float64', 'float32', 'float64'],
    ['float32', 'float32', 'float32'],
    ['int8', 'int8', 'int8'],
    ['int8', 'uint8', 'int16'],
    ['int32', 'int64', 'int64'],
    ['int64', 'float64', 'float64'],
    ['bool', 'bool', 'bool'],
    ['bool', 'uint16', 'uint16'],
  ])('%s and %s give %s', async (a, b, dtype) => {
    const [x, y] = [da.ones([2, 2], { dtype: a }), da.ones([2, 2], { dtype: b })];
    const products = [x.matmul(y), x.dot(y), x.vecdot(y), x.tensordot(y), x.vdot(y), x.outer(y)];
    for (const product of products) {
      expect(product.dtype).toBe(dtype);
      expect((await product.compute()) !== undefined).toBe(true);
    }
  });

  test('integers wrap, and products of bools tell whether any pair is true', async () => {
    const bytes = da.asarray(
      [
        [100, 2],
        [3, 4],
      ],
      { dtype: 'int8' },
    );
    expect(await values(bytes.matmul(da.asarray([[100], [4]], { dtype: 'int8' })))).toEqual([24, 60]);
    expect(await values(da.asarray([[3n]]).matmul([[2n ** 62n]]))).toEqual([-(2n ** 62n)]);
    const flags = da.asarray([
      [true, true],
      [false, false],
    ]);
    expect(await values(flags.matmul(flags))).toEqual([1, 1, 0, 0]);
    expect(await values(da.asarray([true, false]).dot([false, true]))).toBe(false);
    expect(
      await values(
        da
          .ones(300, { dtype: 'bool' })
          .reshape([1, 300])
          .matmul(da.ones([300, 1], { dtype: 'bool' })),
      ),
    ).toEqual([1]);
  });
});

describe('values that are known', () => {
  test('powers of the Fibonacci matrix', async () => {
    let power: da.ChunkedArray<da.DType, 'array'> = da.asarray([
      [1n, 1n],
      [1n, 0n],
    ]);
    for (let i = 0; i < 5; i++) power = power.matmul(power);
    expect(await values(power)).toEqual([3524578n, 2178309n, 2178309n, 1346269n]);
  });

  test('a Hilbert matrix times its inverse, which is one of integers', async () => {
    const n = 5;
    const choose = (a: number, b: number): number => (b === 0 ? 1 : (choose(a - 1, b - 1) * a) / b);
    const inverse = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (__, j) => {
        const sign = (i + j) % 2 === 0 ? 1 : -1;
        return sign * (i + j + 1) * choose(n + i, n - j - 1) * choose(n + j, n - i - 1) * choose(i + j, i) ** 2;
      }),
    );
    const index = da.arange(n);
    const hilbert = da.divide(1, index.reshape([n, 1]).add(index).add(1));
    const off = hilbert.rechunk(2).matmul(inverse).subtract(da.eye(n)).abs().max();
    expect(await off.compute()).toBeLessThan(1e-10);
  });

  test('infinities and NaN stay in their rows and columns', async () => {
    const x = da.asarray([
      [1, Number.POSITIVE_INFINITY],
      [2, 3],
    ]);
    expect(
      await values(
        x.matmul([
          [0, 1],
          [1, 0],
        ]),
      ),
    ).toEqual([Infinity, NaN, 3, 2]);
  });

  test('the sum of nothing is 0', async () => {
    expect(await values(da.ones([2, 0]).matmul(da.ones([0, 2])))).toEqual([0, 0, 0, 0]);
    expect(
      await values(
        da
          .ones([1, 0])
          .astype('int64')
          .matmul(da.ones([0, 1]).astype('int64')),
      ),
    ).toEqual([0n]);
  });
});

describe('what is refused', () => {
  const [x, y] = [da.ones([2, 3]), da.ones([4, 3])];
  test.each<[string, () => unknown, new (...args: never[]) => Error, RegExp]>([
    [
      'lengths that differ',
      () => x.matmul(y),
      da.ShapeError,
      /matmul: shapes \(2, 3\) and \(4, 3\) do not fit: axis 1 of the first has length 3, axis 0 of the second has length 4\n {2}try {2}a\.matmul\(b\.T\)/,
    ],
    ['a transpose on the left', () => x.matmul(da.ones([2, 5])), da.ShapeError, /try {2}a\.T\.matmul\(b\)/],
    [
      'stacks',
      () => da.ones([5, 2, 3]).matmul(da.ones([5, 2, 3])),
      da.ShapeError,
      /try {2}a\.matmul\(b\.matrixTranspose\(\)\)/,
    ],
    ['numbers', () => x.matmul(2), da.ShapeError, /a number is no matrix, got shapes \(2, 3\) and \(\)[\s\S]*multiply/],
    [
      'stacks that do not broadcast',
      () => da.ones([2, 2, 3]).matmul(da.ones([5, 3, 1])),
      da.ShapeError,
      /shapes \(2, 2, 3\) and \(5, 3, 1\) hold stacks of matrices that do not broadcast: \(2,\) and \(5,\)/,
    ],
    ['dot of lengths that differ', () => da.dot(x, y), da.ShapeError, /^dot: [\s\S]*axis 1 of the first has length 3/],
    ['too many axes', () => da.tensordot(x, y, 3), da.AxisError, /cannot sum over 3 axes of arrays that have 2 and 2/],
    ['unequal lists', () => da.tensordot(x, y, [[0, 1], [1]]), da.AxisError, /2 axes of the first are summed with 1/],
    [
      'an axis given twice',
      () =>
        da.tensordot(x, y, [
          [1, -1],
          [1, 1],
        ]),
      da.AxisError,
      /given twice/,
    ],
    ['axes of other lengths', () => da.tensordot(x, y, [0, 0]), da.ShapeError, /axis 0 of the first has length 2/],
    ['an axis out of range', () => da.vecdot(x, y, { axis: 2 }), da.AxisError, /axis 2 is out of range/],
    [
      'vectors of other lengths',
      () => da.vecdot(x, da.ones(2)),
      da.ShapeError,
      /axis 1 of the first has length 3, [^\n]*$/,
    ],
    ['a counted axis', () => da.vecdot(x, da.ones(3), { axis: 0 }), da.AxisError, /count it from the end/],
    ['sizes that differ', () => da.vdot(x, y), da.ShapeError, /hold 6 and 12 elements/],
  ])('%s', (_, make, type, message) => {
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });

  test('a task whose rows and columns do not fit, before anything runs', async () => {
    const long = da.random.uniform(0, 1, [1000, 1_000_000], { chunks: [100, 1000] });
    const gram = long.matmul(long.T).compute({ executor: da.sync(), memoryLimit: 2 ** 28 });
    await expect(gram).rejects.toThrow(da.MemoryLimitError);
    await expect(gram).rejects.toThrow(
      /matmul: block [\s\S]*try {2}a\.rechunk\(\{ '-2': (1\d) \}\)\.matmul\(b\.rechunk\(\{ '-1': \1 \}\)\)/,
    );
    const tiny = long.matmul(long.T).compute({ executor: da.sync(), memoryLimit: 2 ** 24 });
    await expect(tiny).rejects.toThrow(/whole rows and columns are read/);
  });
});
