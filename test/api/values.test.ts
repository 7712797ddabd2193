import * as da from 'chunkwise';
import fc from 'fast-check';
import scijs from 'ndarray';
import { describe, expect, test } from 'vitest';

const list = async (x: da.ChunkedArray): Promise<unknown> => {
  const value = await x.compute();
  return value instanceof da.NDArray ? value.toArray() : value;
};
const numbers = (...shape: number[]) => da.arange(shape.reduce((a, b) => a * b, 1)).reshape(shape);

describe('creation', () => {
  test.each([
    ['zeros', da.zeros([2, 1]), [[0], [0]]],
    ['ones', da.ones(2, { dtype: 'int64' }), [1n, 1n]],
    ['full of true', da.full(2, true), [true, true]],
    ['full of NaN', da.full(1, Number.NaN), [Number.NaN]],
    ['-0', da.full(1, -0), [-0]],
    ['a number', da.asarray(2.5), 2.5],
    ['a bigint', da.asarray(2n ** 60n), 2n ** 60n],
    ['arange', da.arange(0, 1, 0.25), [0, 0.25, 0.5, 0.75]],
    ['arange down', da.arange(3n, -3n, -2n), [3n, 1n, -1n]],
    ['arange in uint8', da.arange(250, 256, 1, { dtype: 'uint8' }), [250, 251, 252, 253, 254, 255]],
    ['linspace', da.linspace(-1, 1, 5), [-1, -0.5, 0, 0.5, 1]],
    ['linspace without its end', da.linspace(0, 1, 4, { endpoint: false }), [0, 0.25, 0.5, 0.75]],
    ['linspace of one', da.linspace(3, 5, 1), [3]],
    [
      'eye',
      da.eye(2, 3, { k: 1 }),
      [
        [0, 1, 0],
        [0, 0, 1],
      ],
    ],
    [
      'eye of bool',
      da.eye(2, 2, { dtype: 'bool' }),
      [
        [true, false],
        [false, true],
      ],
    ],
    ['bytes', da.asarray(Uint8Array.of(1, 255)), [1, 255]],
    ['lists of booleans', da.asarray([[true], [false]]), [[true], [false]]],
    ['booleans and numbers', da.asarray([true, 2]), [1, 2]],
    ['iterables', da.asarray(new Set([3, 4])), [3, 4]],
    [
      'ndarrays',
      da.asarray(
        scijs(Float64Array.of(1, 2, 3, 4), [2, 2])
          .transpose(1, 0)
          .step(-1, 1),
      ),
      [
        [2, 4],
        [1, 3],
      ],
    ],
    ['ndarrays of plain lists', da.asarray(scijs([1, 2, 3], [3])), [1, 2, 3]],
    ['float64 to int8', da.asarray([1.9, -1.9, 1e9, Number.NaN]).astype('int8'), [1, -1, 127, 0]],
  ] as const)('%s', async (_, x, expected) => expect(await list(x)).toEqual(expected));

  test('linspace ends exactly where it should, arange as NumPy rounds', async () => {
    expect(((await da.linspace(0, 0.7, 8).compute()) as da.NDArray).get(7)).toBe(0.7);
    const range = (await da.arange(1, 2, 0.1).compute()) as da.NDArray<'float64'>;
    expect(range.get(9)).toBe(1 + 9 * (1 + 0.1 - 1));
  });

  test('an array computed is an array again', async () => {
    const computed = await numbers(2, 3).less(3).compute();
    expect(da.asarray(computed).dtype).toBe('bool');
    expect(await list(da.asarray(computed).T)).toEqual([
      [true, false],
      [true, false],
      [true, false],
    ]);
  });
});

describe('views', () => {
  const x = numbers(2, 3).rechunk(2);
  test.each([
    [
      'T',
      x.T,
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
    ],
    [
      'flip',
      x.flip(1),
      [
        [2, 1, 0],
        [5, 4, 3],
      ],
    ],
    [
      'flip of all',
      x.flip(),
      [
        [5, 4, 3],
        [2, 1, 0],
      ],
    ],
    [
      'moveaxis',
      x.moveaxis(0, 1),
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
    ],
    ['expandDims', x.expandDims(1), [[[0, 1, 2]], [[3, 4, 5]]]],
    [
      'squeeze',
      x.expandDims([0, 2]).squeeze(),
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [
      'reshape',
      x.reshape([3, -1]),
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    ],
    [
      'slice',
      x.slice(':', '::-2'),
      [
        [2, 0],
        [5, 3],
      ],
    ],
    ['slice to a value', x.slice(-1, 0), 3],
    ['an empty slice', da.arange(3).slice('-5:-5:-2'), []],
    [
      'roll',
      x.roll(1, 1),
      [
        [2, 0, 1],
        [5, 3, 4],
      ],
    ],
    [
      'roll of all',
      x.roll(-1),
      [
        [1, 2, 3],
        [4, 5, 0],
      ],
    ],
    [
      'roll of two axes',
      x.roll([1, 1], [0, 1]),
      [
        [5, 3, 4],
        [2, 0, 1],
      ],
    ],
    [
      'broadcastTo',
      da.asarray([1, 2]).broadcastTo([2, 2]),
      [
        [1, 2],
        [1, 2],
      ],
    ],
    [
      'tril',
      numbers(3, 3).tril(-1),
      [
        [0, 0, 0],
        [3, 0, 0],
        [6, 7, 0],
      ],
    ],
    [
      'triu',
      numbers(3, 3).triu(1),
      [
        [0, 1, 2],
        [0, 0, 5],
        [0, 0, 0],
      ],
    ],
    [
      'concat',
      da.concat([x, x.slice('1:')]),
      [
        [0, 1, 2],
        [3, 4, 5],
        [3, 4, 5],
      ],
    ],
    ['concat of two dtypes', da.concat([da.asarray([1n]), da.asarray([0.5])]), [1, 0.5]],
    [
      'stack',
      da.stack([da.asarray([1, 2]), da.asarray([3, 4])], 1),
      [
        [1, 3],
        [2, 4],
      ],
    ],
    [
      'meshgrid',
      da.meshgrid([
        [1, 2, 3],
        [4, 5],
      ])[1],
      [
        [4, 4, 4],
        [5, 5, 5],
      ],
    ],
    [
      'clip',
      x.clip(1, 4),
      [
        [1, 1, 2],
        [3, 4, 4],
      ],
    ],
    [
      'clip below',
      x.clip(2),
      [
        [2, 2, 2],
        [3, 4, 5],
      ],
    ],
    [
      'where',
      x.greater(2).where(x, -1),
      [
        [-1, -1, -1],
        [3, 4, 5],
      ],
    ],
  ] as const)('%s', async (_, array, expected) => expect(await list(array)).toEqual(expected));
});

describe('assignment', () => {
  const axis = (length: number) => {
    const bound = fc.option(fc.integer({ min: -length - 1, max: length + 1 }), { nil: null });
    const step = fc.constantFrom(null, 1, 2, 3, -1, -2);
    return fc.oneof(
      fc.integer({ min: -length, max: length - 1 }),
      fc.tuple(bound, bound, step).map(([a, b, s]) => da.slice(a, b, s)),
    );
  };

  test('equals assignment through views of an ndarray, for numbers and arrays', async () => {
    const cases = fc.tuple(axis(5), axis(6), fc.integer({ min: 1, max: 4 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(cases, async ([i, j, chunks, constant]) => {
        const x = numbers(5, 6).rechunk(chunks);
        const places = (await x.slice(i, j).ravel().compute()) as da.NDArray<'float64'>;
        const part = x.slice(i, j).shape;
        const fresh = da
          .arange(100, 100 + places.size)
          .reshape(part)
          .rechunk(2);
        const result = (await x.with([i, j], constant ? -1 : fresh).compute()) as da.NDArray<'float64'>;
        const expected = Float64Array.from({ length: 30 }, (_, k) => k);
        Array.from(places.data).forEach((at, k) => {
          expected[at] = constant ? -1 : 100 + k;
        });
        expect(Array.from(result.data)).toEqual(Array.from(expected));
      }),
      { numRuns: 120 },
    );
  });

  test('a value is broadcast to the part, and lists take the dtype', async () => {
    expect(await list(da.zeros([2, 3]).with([':', '1:'], [[1], [2]]))).toEqual([
      [0, 1, 1],
      [0, 2, 2],
    ]);
    expect(await list(da.zeros(3, { dtype: 'int8' }).with('1:', [1, 2]))).toEqual([0, 1, 2]);
    expect(await list(da.zeros([2, 2]).with(0, numbers(2)))).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(await list(da.zeros([2, 2]).with(['...', 1], 5))).toEqual([
      [0, 5],
      [0, 5],
    ]);
  });

  test('the original stays, and an empty part changes nothing', async () => {
    const x = numbers(3);
    expect(await list(x.with(0, 9))).toEqual([9, 1, 2]);
    expect(await list(x)).toEqual([0, 1, 2]);
    expect(x.with('3:', 1).name).toBe(x.name);
  });
});

describe('random', () => {
  const makers = {
    uniform: (o: object) => da.random.uniform(-1, 3, [7, 11], { seed: 5, ...o }),
    random: (o: object) => da.random.random([7, 11], { seed: 5, ...o }),
    normal: (o: object) => da.random.normal(1, 2, [7, 11], { seed: 5, ...o }),
    float32: (o: object) => da.random.standardNormal([7, 11], { seed: 5, dtype: 'float32', ...o }),
    integers: (o: object) => da.random.integers(-5, 5, [7, 11], { seed: 5, ...o }),
    exponential: (o: object) => da.random.exponential(2, [7, 11], { seed: 5, ...o }),
    gamma: (o: object) => da.random.gamma(2, 3, [7, 11], { seed: 5, ...o }),
    poisson: (o: object) => da.random.poisson(40, [7, 11], { seed: 5, ...o }),
    binomial: (o: object) => da.random.binomial(100, 0.3, [7, 11], { seed: 5, ...o }),
    philox: (o: object) => da.random.random([7, 11], { seed: 5, bitGenerator: 'philox4x32', ...o }),
  };

  test.each(Object.entries(makers))('%s: no chunking shows, in the whole or in a part', async (_, make) => {
    const whole = await make({ chunks: -1 }).compute();
    for (const chunks of [1, [3, 4], [[1, 6], 11]]) {
      expect(da.arrayEqual(await make({ chunks }).compute(), whole)).toBe(true);
    }
    const part = await make({ chunks: 3 }).slice('1::2', 4).compute();
    expect(part.toArray()).toEqual(
      da.NDArray.prototype.toArray.call((whole.lo(1, 4) as da.NDArray).step(2).pick(-1, 0)),
    );
  });

  test('arrays of a generator differ, and come again with the seed', async () => {
    const draw = async (seed?: number) => {
      const rng = da.random.generator(seed);
      return da.compute(rng.uniform(0, 1, 4), rng.uniform(0, 1, 4));
    };
    const [[a, b], [c, d], [e]] = await Promise.all([draw(1), draw(1), draw(2)]);
    expect([a.toArray(), b.toArray()]).toEqual([c.toArray(), d.toArray()]);
    expect(a.toArray()).not.toEqual(b.toArray());
    expect(a.toArray()).not.toEqual(e.toArray());
    expect((await da.random.uniform(0, 1, 4, { seed: 1 }).compute()).toArray()).toEqual(a.toArray());
  });

  test('unseeded arrays differ from each other and not from themselves', async () => {
    const [x, y] = [da.random.random(4), da.random.random(4)];
    expect(await list(x)).toEqual(await list(x));
    expect(await list(x)).not.toEqual(await list(y));
  });

  test('a seed may be a bigint of any size, and 0', async () => {
    expect(await list(da.random.random(2, { seed: 2n ** 100n }))).not.toEqual(
      await list(da.random.random(2, { seed: 0 })),
    );
  });

  test('ends are kept', async () => {
    const dice = await da.random.integers(1, 7, 2000, { seed: 1, dtype: 'int8' }).compute();
    expect([dice.min(), dice.max()]).toEqual([1, 6]);
    expect(await list(da.random.integers(0n, 2n ** 63n, 1, { seed: 1 }))).toEqual([expect.any(BigInt)]);
    expect(await list(da.random.normal(3, 0, 2))).toEqual([3, 3]);
  });
});

describe('formulas', () => {
  test('are the same as methods, to the name', () => {
    const [a, b, c] = [numbers(4), numbers(4).add(1), numbers(4).mul(2)];
    const formula = da.expr`(-${b} + sqrt(${b}**2 - 4*${a}*${c})) / (2*${a})`;
    const fluent = b
      .neg()
      .add(b.pow(2).sub(da.mul(4, a).mul(c)).sqrt())
      .div(da.mul(2, a));
    expect(formula.name).toBe(fluent.name);
  });

  test('work on numbers, lists and comparisons', async () => {
    expect(await list(da.expr`${[1, 2, 3]} * ${2} > 2 + 1`)).toEqual([false, true, true]);
    expect(await list(da.expr`where(${numbers(3)} % 2 == 1, -1, arcsin(${0.5} * 0))`)).toEqual([0, -1, 0]);
    expect(da.expr`2 * 3 + ${da.ones(2, { dtype: 'int8' })}`.dtype).toBe('int8');
    expect(await list(da.expr`${2} ** 3 * ${da.asarray(1)}`)).toBe(8);
  });
});

describe('running', () => {
  test('several at a time, kept, profiled, in blocks', async () => {
    const x = numbers(4, 4).rechunk(2);
    expect(await da.compute(x.sum(), x.max(), { optimizeGraph: false })).toEqual([120, 15]);
    const kept = await x.add(1).persist();
    expect([kept.chunks, await list(kept.slice(0))]).toEqual([x.chunks, [1, 2, 3, 4]]);
    const [p] = await da.persist(x.mul(2));
    expect(await list(p.sum())).toBe(240);
    const { value, stats } = await x.mean().profile();
    expect([value, stats.tasks > 0]).toEqual([7.5, true]);
    const seen = new Map<string, unknown>();
    for await (const { index, data } of x.blocks()) seen.set(String(index), data.toArray());
    expect(seen.get('1,0')).toEqual([
      [8, 9],
      [12, 13],
    ]);
    expect(seen.size).toBe(4);
  });

  test('64-bit integers keep every digit', async () => {
    expect(
      await da
        .full(2, 2n ** 53n)
        .sum()
        .compute(),
    ).toBe(2n ** 54n);
    expect(await da.full(2, 2n).sum().compute()).toBe(4);
    expect(await da.ones(3).argmax().compute()).toBe(0);
    expect(await da.ones(3).all().compute()).toBe(true);
  });

  test('what an array will do is told before', () => {
    const x = da.random.random([100, 100], { chunks: 50 }).add(1).mean(0);
    expect(x.explain()).toMatch(/stages/);
    expect(String(x.graph)).toMatch(/LayerGraph with \d layers/);
  });

  test('pictures of the graph are text', async () => {
    expect(await numbers(3).sum().visualise({ format: 'dot' })).toMatch(/^(strict )?digraph/);
  });
});

describe('comparing', () => {
  test.each([
    [1, 1, true],
    [1, 1n, true],
    [true, 1, true],
    [2 ** 53, 2n ** 53n + 1n, false],
    [Number.NaN, Number.NaN, false],
    [[1, 2], Float64Array.of(1, 2), true],
    [[1, 2], [1, 2, 3], false],
    [0, -0, true],
  ] as const)('arrayEqual(%s, %s) is %s', (a, b, equal) => expect(da.arrayEqual(a, b)).toBe(equal));

  test('strides do not matter, NaN does', () => {
    const a = new da.NDArray('float64', Float64Array.of(1, 2, 3, 4), [2, 2]);
    expect(da.arrayEqual(a.T, new da.NDArray('float64', Float64Array.of(1, 3, 2, 4), [2, 2]))).toBe(true);
    expect(da.arrayEqual([Number.NaN], [Number.NaN], { equalNaN: true })).toBe(true);
  });

  test('allClose', () => {
    expect(da.allClose([1, 1e-9], [1 + 1e-6, 0])).toBe(true);
    expect(da.allClose(1, 1.1)).toBe(false);
    expect(da.allClose([1, 1], 1)).toBe(true);
    expect(da.allClose(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe(true);
    expect(da.allClose(1, Number.POSITIVE_INFINITY)).toBe(false);
    expect(da.allClose(Number.NaN, Number.NaN)).toBe(false);
    expect(da.allClose(Number.NaN, Number.NaN, { equalNaN: true })).toBe(true);
    expect(da.allClose([1, 2, 3], [1, 2, 3.5], { atol: 1 })).toBe(true);
  });
});
