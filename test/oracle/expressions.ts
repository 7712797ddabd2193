/** Random expressions over everything the spine has: dtypes, chunks with empty blocks, operations, views, reductions. */
import fc from 'fast-check';
import { products } from '#src/array/products.js';
import { views } from '#src/array/views.js';
import { type Chunks, cutsOf } from '#src/core/chunks.js';
import {
  type DType,
  dtypeNames,
  integerRange,
  isFloat,
  isInteger,
  isWide,
  makeArray,
  type TypedArray,
} from '#src/core/dtype.js';
import { ChunkwiseError } from '#src/core/errors.js';
import { sizeOf, stridesOf } from '#src/core/shape.js';
import { indexMap } from '#src/core/slice.js';
import {
  astype,
  broadcastTo,
  concat,
  cumulative,
  elementwise,
  map,
  rechunk,
  reduction,
  reshape,
  source,
  view,
} from '#src/expr/build.js';
import type { Expr } from '#src/expr/types.js';
import { Builder } from '#src/kernel/builder.js';
import { generatorNames } from '#src/kernel/ir.js';
import { streamKey, uniform } from '#src/kernel/random.js';
import { binary } from '#src/ops/binary.js';
import { reductions } from '#src/ops/reduction.js';
import { scans } from '#src/ops/scans.js';
import { ternary } from '#src/ops/ternary.js';
import { unary } from '#src/ops/unary.js';

/** Chunks of any lengths, zero among them, that add up to `length`. */
const cutsInto = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max: Math.max(1, length) }), { maxLength: 3 }).map((points) => {
    const ends = [0, ...points.map((p) => Math.min(p, length)).sort((a, b) => a - b), length];
    return ends.slice(1).map((end, i) => end - (ends[i] as number));
  });

export const chunksOf = (shape: readonly number[]): fc.Arbitrary<Chunks> =>
  fc.tuple(...shape.map(cutsInto)).map((lists) => lists.map(cutsOf));

const special: readonly number[] = [
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  5e-324,
  1e308,
  1e-300,
  0.1,
  1e16,
];

function elements(dtype: DType): fc.Arbitrary<number | bigint> {
  if (dtype === 'bool') return fc.integer({ min: 0, max: 1 });
  if (isFloat(dtype)) {
    const value = fc.oneof(fc.constantFrom(...special), fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double());
    return dtype === 'float32' ? value.map(Math.fround) : value;
  }
  const { min, max } = integerRange(dtype as 'int8');
  const value = fc.oneof(
    fc.constantFrom(min, max, min + 1n, 0n, 1n),
    fc.bigInt({ min: min < -9n ? -9n : min, max: 9n }),
  );
  return isWide(dtype) ? value : value.map(Number);
}

const shapes: fc.Arbitrary<number[]> = fc
  .array(fc.constantFrom(0, 1, 1, 2, 3, 4, 5, 7), { maxLength: 4 })
  .filter((shape) => sizeOf(shape) <= 200);

const dtypes: fc.Arbitrary<DType> = fc.oneof(
  fc.constantFrom<DType>('float64', 'float64', 'float32', 'int64'),
  fc.constantFrom(...dtypeNames),
);

function memory(shape: readonly number[], dtype: DType): fc.Arbitrary<Expr> {
  const size = sizeOf(shape);
  return fc
    .tuple(fc.array(elements(dtype), { minLength: size, maxLength: size }), chunksOf(shape))
    .map(([values, chunks]) => {
      const data = makeArray(dtype, size) as TypedArray & { set(values: unknown): void };
      data.set(values);
      return source({
        label: 'array',
        dtype,
        chunks,
        source: { kind: 'memory', data, strides: stridesOf(shape), offset: 0 },
      });
    });
}

/** Uniform random numbers by the element's index. */
const random = (shape: readonly number[]): fc.Arbitrary<Expr> =>
  fc.tuple(chunksOf(shape), fc.nat(5), fc.constantFrom(...generatorNames)).map(([chunks, seed, generator]) => {
    const b = new Builder();
    const index = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: stridesOf(shape) });
    uniform(b, { generator, key: streamKey(BigInt(seed), 0, generator) }, index, 'float64');
    return map({ label: 'uniform', body: b.body(), chunks });
  });

const leaf = (shape: readonly number[]): fc.Arbitrary<Expr> =>
  fc.oneof(
    { weight: 3, arbitrary: dtypes.chain((dtype) => memory(shape, dtype)) },
    { weight: 1, arbitrary: random(shape) },
  );

const rowsOf = <Row>(table: Readonly<Record<string, Row>>): readonly Row[] => Object.values(table);
const scalars = fc.constantFrom<number | bigint | boolean>(0, 1, 2, -3, 0.5, -0, Number.NaN, 3n, true);

/** `make(x)` where it accepts x; `x` where it refuses with a typed error, as it may for a dtype or a shape. */
function grown(x: Expr, make: () => Expr): Expr {
  try {
    return make();
  } catch (error) {
    if (error instanceof ChunkwiseError) return x;
    throw error;
  }
}

const sliceEntries = fc.oneof(
  fc
    .tuple(
      fc.option(fc.integer({ min: -6, max: 6 })),
      fc.option(fc.integer({ min: -6, max: 6 })),
      fc.constantFrom(1, 2, 3, -1, -2),
    )
    .map(([start, stop, step]) => `${start ?? ''}:${stop ?? ''}:${step}`),
  fc.constantFrom(0, -1, ':', '...', null),
);

type Grow = (x: Expr) => fc.Arbitrary<Expr>;

const growths: readonly Grow[] = [
  (x) => fc.constantFrom(...rowsOf(unary)).map((row) => grown(x, () => elementwise(row, [x]))),
  (x) => fc.constantFrom(...rowsOf(unary)).map((row) => grown(x, () => elementwise(row, [x]))),
  (x) =>
    fc
      .tuple(fc.constantFrom(...rowsOf(binary)), partner(x), fc.boolean())
      .map(([row, y, swap]) => grown(x, () => elementwise(row, swap ? [y, x] : [x, y]))),
  (x) =>
    fc.tuple(fc.constantFrom(...rowsOf(binary)), scalars).map(([row, y]) => grown(x, () => elementwise(row, [x, y]))),
  (x) => fc.constantFrom(...rowsOf(binary)).map((row) => grown(x, () => elementwise(row, [x, x]))),
  (x) => partner(x).map((y) => grown(x, () => elementwise(ternary.where, [elementwise(binary.less, [x, y]), x, y]))),
  (x) => dtypes.map((dtype) => grown(x, () => astype(x, dtype))),
  (x) =>
    fc.array(sliceEntries, { maxLength: x.shape.length + 1 }).map((entries) =>
      grown(x, () => {
        const { map: indices, shape } = indexMap('slice', x.shape, entries);
        return view(x, indices, shape, 'slice');
      }),
    ),
  (x) =>
    fc
      .shuffledSubarray(
        x.shape.map((_, axis) => axis),
        { minLength: x.shape.length },
      )
      .map((axes) =>
        view(
          x,
          x.shape.map((_, axis) => ({ axis: axes.indexOf(axis), start: 0, step: 1 })),
          axes.map((axis) => x.shape[axis] as number),
          'permuteDims',
        ),
      ),
  (x) =>
    chunksOf(x.shape).map((chunks) =>
      rechunk(
        x,
        chunks.map((cuts) => ('sizes' in cuts ? cuts.sizes : cuts.size)),
      ),
    ),
  (x) => fc.constantFrom([-1], [1, -1], [...x.shape].reverse(), [2, -1]).map((to) => grown(x, () => reshape(x, to))),
  (x) =>
    fc
      .integer({ min: 1, max: 3 })
      .map((n) => (x.shape.length < 4 && sizeOf(x.shape) < 80 ? broadcastTo(x, [n, ...x.shape]) : x)),
  (x) => leaf(x.shape).map((y) => grown(x, () => concat([x, astype(y, x.dtype)], 0))),
  (x) =>
    fc
      .record({
        row: fc.constantFrom(...rowsOf(reductions)),
        axes: fc.subarray(x.shape.map((_, axis) => axis)),
        keepdims: fc.boolean(),
        splitEvery: fc.constantFrom(undefined, 2, 3),
        correction: fc.constantFrom(0, 1),
      })
      .map(({ row, axes, ...options }) => grown(x, () => reduction(row, x, { axis: axes, ...options }))),
  (x) =>
    fc
      .record({
        row: fc.constantFrom(...rowsOf(scans)),
        axis: fc.constantFrom(...x.shape.keys(), -1),
        includeInitial: fc.boolean(),
      })
      .map(({ row, ...options }) => grown(x, () => cumulative(row, x, options))),
  (x) =>
    fc
      .integer({ min: 0, max: 4 })
      .chain((n) => fc.tuple(leaf([x.shape.at(-1) ?? 1, n]), fc.boolean()))
      .map(([y, swap]) =>
        grown(x, () =>
          swap ? products.matmul(views.matrixTranspose(y), views.matrixTranspose(x)) : products.matmul(x, y),
        ),
      ),
  (x) =>
    fc
      .constantFrom(...x.shape.keys(), 0)
      .map((axis) => grown(x, () => (sizeOf(x.shape) < 60 ? products.tensordot(x, x, [[axis], [axis]]) : x))),
];

/** Something that broadcasts with `x`. */
const partner = (x: Expr): fc.Arbitrary<Expr> =>
  fc
    .tuple(...x.shape.map((d) => fc.constantFrom(d, d, 1)), fc.nat(x.shape.length))
    .chain((drawn) => leaf((drawn.slice(0, -1) as number[]).slice(drawn.at(-1) as number)));

/** An expression of up to `depth` operations. */
export const expressions = (depth = 4): fc.Arbitrary<Expr> => {
  const grow = (x: fc.Arbitrary<Expr>, left: number): fc.Arbitrary<Expr> =>
    left === 0 ? x : fc.tuple(x, fc.constantFrom(...growths)).chain(([e, how]) => grow(how(e), left - 1));
  return fc.tuple(shapes, fc.nat(depth)).chain(([shape, n]) => grow(leaf(shape), n));
};

/** Whether every element takes part in ways that integers count: for messages. */
export const describeExpr = (e: Expr): string => {
  const inner = e.inputs.map(describeExpr).join(', ');
  const more = isInteger(e.dtype) || isFloat(e.dtype) ? e.dtype : 'bool';
  return `${e.label}${'axes' in e ? `[${e.axes}]` : ''}:${more}(${e.shape})${inner === '' ? '' : `{${inner}}`}`;
};
