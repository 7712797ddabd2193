import * as da from 'chunkwise';
import { describe, expect, test } from 'vitest';

const x = da.zeros([3, 4]);
const i = da.ones([3], { dtype: 'int8' });
const any = (value: unknown): never => value as never;

type Refused = readonly [what: string, act: () => unknown, error: new (...args: never[]) => Error, says: RegExp];

const refused: readonly Refused[] = [
  ['an axis out of range', () => x.sum(2), da.AxisError, /axis 2 is out of range/],
  ['an axis given twice', () => x.sum([0, -2]), da.AxisError, /twice/],
  ['a fraction for an axis', () => x.mean(0.5), da.AxisError, /0.5/],
  ['an axis in front and as an option', () => x.sum(0, { axis: 1 }), da.ArgumentError, /twice/],
  ['an option that is not there', () => x.sum(any({ keepDims: true })), da.ArgumentError, /keepDims.*keepdims/],
  ['a number for the options', () => x.sum(0, any(1)), da.ArgumentError, /options object/],
  ['shapes that do not broadcast', () => x.add(i), da.ShapeError, /do not broadcast/],
  ['a reshape that does not fit', () => x.reshape([5, 2]), da.ShapeError, /do not fill/],
  ['max of nothing', () => da.zeros([0]).max(), da.EmptyReductionError, /no elements/],
  ['a negative length', () => da.zeros([-1]), da.ShapeError, /non-negative/],
  ['NaN for a length', () => da.zeros(Number.NaN), da.ShapeError, /NaN/],
  ['a negative size of a random array', () => da.random.uniform(0, 1, -5), da.ShapeError, /non-negative/],
  ['too many elements', () => da.zeros([2 ** 40, 2 ** 40]), da.ShapeError, /2\^53/],
  ['an unknown dtype', () => da.zeros(3, { dtype: any('float16x') }), da.DTypeError, /float16x is not a dtype/],
  ['an unknown dtype to convert to', () => x.astype(any('complex')), da.DTypeError, /complex is not a dtype/],
  ['chunks of 0', () => da.zeros(3, { chunks: 0 }), da.ChunkError, /chunks/],
  ['chunks that do not add up', () => da.zeros(5, { chunks: [[3, 3]] }), da.ChunkError, /add up/],
  ['text for a chunk', () => da.zeros(5, { chunks: any('big') }), da.ChunkError, /big/],
  ['a fraction into integers', () => da.asarray([1, 0.5], { dtype: 'int32' }), da.DTypeError, /0.5/],
  ['a number too large for its dtype', () => da.full(2, 300, { dtype: 'uint8' }), da.DTypeError, /300/],
  ['numbers and bigints in one list', () => da.asarray([1, 2n]), da.DTypeError, /bigints/],
  ['ragged lists', () => da.asarray([[1, 2], [3]]), da.ShapeError, /lengths 2 and 1/],
  ['lists of different depths', () => da.asarray([[1], 2]), da.ShapeError, /depth/],
  ['text in a list', () => da.asarray(any([1, 'a'])), da.ArgumentError, /"a"/],
  ['text for an array', () => da.asarray(any('abc')), da.ArgumentError, /"abc"/],
  ['nothing for an array', () => da.sqrt(any(undefined)), da.ArgumentError, /undefined/],
  ['null for an array', () => da.sqrt(any(null)), da.ArgumentError, /null/],
  [
    'too few operands',
    () => (da.add as unknown as (...operands: unknown[]) => unknown)(x),
    da.ArgumentError,
    /takes 2 operands, got 1/,
  ],
  [
    'an ndarray that leaves its data',
    () => da.asarray({ data: new Float64Array(3), shape: [2, 2], stride: [2, 1], offset: 0 }),
    da.ShapeError,
    /leaves/,
  ],
  ['bits of floats', () => x.bitwiseAnd(1), da.DTypeError, /bitwiseAnd of float64/],
  ['a literal beyond its dtype', () => i.add(1000), da.DTypeError, /1000 does not fit int8/],
  ['an index out of bounds', () => x.slice(3), da.IndexError, /out of bounds/],
  ['too many indices', () => x.slice(0, 0, 0), da.IndexError, /3 indices/],
  ['a slice that is none', () => x.slice('a:b'), da.IndexError, /'a:b'/],
  ['a step of 0', () => x.slice('::0'), da.IndexError, /step by 0/],
  ['a list for an index', () => x.slice(any([0, 1])), da.IndexError, /integer lists/],
  ['a mask for an index', () => x.slice(any(x.less(0))), da.IndexError, /cannot index/],
  ['floats assigned to integers', () => i.with(0, 0.5), da.DTypeError, /does not fit/],
  ['a part of another shape', () => x.with([0, ':'], [1, 2, 3]), da.ShapeError, /broadcast/],
  ['axes that are no permutation', () => x.permuteDims([0, 0]), da.AxisError, /each of the 2 axes/],
  ['a squeeze of a long axis', () => x.squeeze(0), da.ShapeError, /length 3/],
  ['an axis moved to two places', () => x.moveaxis([0], [0, 1]), da.AxisError, /2 places/],
  ['a transpose of a vector', () => i.matrixTranspose(), da.ShapeError, /two axes/],
  ['a triangle of a vector', () => i.tril(), da.ShapeError, /two axes/],
  ['a join of nothing', () => da.concat([]), da.ArgumentError, /nothing to join/],
  ['a join of shapes that differ', () => da.concat([x, da.zeros([3, 5])]), da.ShapeError, /differ/],
  ['a stack of shapes that differ', () => da.stack([x, i]), da.ShapeError, /differ/],
  ['a join of scalars', () => da.concat([1, 2]), da.ShapeError, /stack/],
  ['a range that steps by 0', () => da.arange(0, 1, 0), da.ArgumentError, /step by 0/],
  ['a range to infinity', () => da.arange(Number.POSITIVE_INFINITY), da.ArgumentError, /finite/],
  ['a range of fractions in integers', () => da.arange(0, 1, 0.5, { dtype: 'int32' }), da.DTypeError, /0.5/],
  ['a range that leaves its dtype', () => da.arange(0, 300, 1, { dtype: 'uint8' }), da.DTypeError, /299/],
  ['linspace in integers', () => da.linspace(0, 1, 5, { dtype: any('int8') }), da.DTypeError, /fractions/],
  ['linspace to NaN', () => da.linspace(0, Number.NaN), da.ArgumentError, /finite/],
  ['a negative seed', () => da.random.random(3, { seed: -1 }), da.ArgumentError, /seed/],
  ['a fraction for a seed', () => da.random.generator(0.5), da.ArgumentError, /seed/],
  ['a seed beyond 2^53', () => da.random.generator(2 ** 53), da.ArgumentError, /seed/],
  ['text for a seed', () => da.random.generator(any('abc')), da.ArgumentError, /seed/],
  [
    'an unknown bit generator',
    () => da.random.generator(1, { bitGenerator: any('mt') }),
    da.ArgumentError,
    /splitmix64/,
  ],
  ['an infinite range', () => da.random.uniform(0, Number.POSITIVE_INFINITY, 3), da.ArgumentError, /finite/],
  ['a negative deviation', () => da.random.normal(0, -1, 3), da.ArgumentError, /negative/],
  ['an empty range of integers', () => da.random.integers(3, 3, 3), da.ArgumentError, /less than high/],
  ['integers beyond their dtype', () => da.random.integers(0, 300, 3, { dtype: 'uint8' }), da.ArgumentError, /uint8/],
  ['floats among integers', () => da.random.integers(0, 2.5, 3), da.ArgumentError, /2.5/],
  ['a gamma of shape 0', () => da.random.gamma(0, 1, 3), da.ArgumentError, /positive/],
  ['a probability of 2', () => da.random.binomial(3, 2, 3), da.ArgumentError, /probability/],
  ['fractions of trials', () => da.random.binomial(2.5, 0.5, 3), da.ArgumentError, /2.5/],
  ['a formula without arrays', () => da.expr`1 + 2`, da.ArgumentError, /without an array/],
  ['an unknown function in a formula', () => da.expr`foo(${x})`, da.ArgumentError, /foo, at character 1/],
  ['shapes in a formula', () => da.expr`1 + ${x} * ${i}`, da.ShapeError, /at character 10/],
  ['an unknown group of dtypes', () => da.isdtype('int8', 'whole'), da.DTypeError, /whole/],
  ['finfo of integers', () => da.finfo('int8'), da.DTypeError, /iinfo/],
  ['arrayEqual of a lazy array', () => da.arrayEqual(any(x), 1), da.ArgumentError, /compute/],
  ['a negative tolerance', () => da.allClose(1, 1, { rtol: -1 }), da.ArgumentError, /tolerances/],
];

test.each(refused)('%s', (_, act, error, says) => {
  expect(act).toThrow(error);
  expect(act).toThrow(says);
});

describe('computing', () => {
  test('refuses what is no array', async () => {
    await expect(da.compute(any(3), x)).rejects.toThrow(/argument 0 is no array/);
  });
});
