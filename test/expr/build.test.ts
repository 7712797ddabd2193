import { describe, expect, test } from 'vitest';
import { gridOf, listOf, normalizeChunks } from '#src/core/chunks.js';
import type { DType } from '#src/core/dtype.js';
import { AxisError, DTypeError, EmptyReductionError, ShapeError } from '#src/core/errors.js';
import { astype, broadcastTo, concat, elementwise, map, rechunk, reduction, reshape, view } from '#src/expr/build.js';
import { headline, print } from '#src/expr/print.js';
import type { Expr, ReduceExpr } from '#src/expr/types.js';
import { topological, useCounts } from '#src/expr/walk.js';
import { aliases } from '#src/ops/aliases.js';
import { binary } from '#src/ops/binary.js';
import { reductions } from '#src/ops/reduction.js';
import { ternary } from '#src/ops/ternary.js';
import { unary } from '#src/ops/unary.js';

const zeros = (shape: number[], dtype: DType = 'float64', chunks: Parameters<typeof normalizeChunks>[1] = -1): Expr =>
  map({
    label: 'zeros',
    body: [{ op: 'const', dtype, value: dtype === 'bool' ? false : 0 }],
    chunks: normalizeChunks('zeros', chunks, shape, dtype),
  });
const transpose = (x: Expr) =>
  view(
    x,
    [
      { axis: 1, start: 0, step: 1 },
      { axis: 0, start: 0, step: 1 },
    ],
    x.shape.toReversed(),
    'transpose',
  );
const chunksOf = (x: Expr) => x.chunks.map(listOf);

describe('elementwise', () => {
  test.each<[keyof typeof binary, DType, DType | number | bigint | boolean, DType]>([
    ['add', 'uint8', 'int8', 'int16'],
    ['add', 'uint8', 1, 'uint8'],
    ['add', 'uint8', 1.5, 'float64'],
    ['add', 'float32', 0.1, 'float32'],
    ['add', 'bool', true, 'bool'],
    ['subtract', 'bool', 1, 'int64'],
    ['divide', 'int32', 'int32', 'float64'],
    ['divide', 'uint8', 300, 'float64'],
    ['less', 'uint8', 300, 'bool'],
    ['less', 'uint64', -1n, 'bool'],
    ['equal', 'int64', 2n ** 70n, 'bool'],
    ['logicalAnd', 'float64', 2, 'bool'],
    ['pow', 'int8', 2, 'int8'],
  ])('%s of %s and %s gives %s', (name, a, b, expected) => {
    const other = typeof b === 'string' ? zeros([3], b) : b;
    expect(elementwise(binary[name], [zeros([3], a), other]).dtype).toBe(expected);
  });

  test('refuses what has no meaning, before anything runs', () => {
    const flags = zeros([3], 'bool');
    expect(() => elementwise(binary.subtract, [flags, flags])).toThrow(DTypeError);
    expect(() => elementwise(unary.negative, [flags])).toThrow(/no negative of bool/);
    expect(() => elementwise(binary.bitwiseAnd, [zeros([3]), 1])).toThrow(/only of integers and bool/);
    expect(() => elementwise(binary.add, [zeros([3], 'uint8'), 300])).toThrow(/does not fit uint8/);
    expect(() => elementwise(binary.add, [zeros([3]), zeros([4])])).toThrow(ShapeError);
  });

  test('the condition of where has no say in the dtype', () => {
    expect(elementwise(ternary.where, [zeros([3]), zeros([3], 'int8'), 4]).dtype).toBe('int8');
    expect(elementwise(ternary.where, [zeros([3], 'bool'), 4, 0]).dtype).toBe('float64');
  });

  test('an array used twice is loaded once', () => {
    const x = zeros([3]);
    expect(elementwise(binary.add, [x, x])).toMatchObject({ inputs: [x], loads: [{ input: 0 }] });
  });

  test('easy powers need no logarithm', () => {
    const calls = (y: number) => elementwise(binary.pow, [zeros([3]), y]).body.some((node) => node.op === 'call');
    expect([0, 1, 2, -1, 0.5, 3, 2.5].map(calls)).toEqual([false, false, false, false, false, true, true]);
  });

  test('every row builds for every dtype it accepts', () => {
    const rows = [...Object.values(unary), ...Object.values(binary), ...Object.values(ternary)];
    for (const row of rows) {
      const e = elementwise(
        row,
        new Array(row.args).fill(zeros([2], 'int32')).map((x) => (row.on === 'any' ? astype(x, 'float32') : x)),
      );
      expect(e.body.length).toBeGreaterThan(0);
      expect(e.label).toBe(row.name);
    }
  });

  test('aliases name rows', () => {
    for (const target of Object.values(aliases)) expect(target in unary || target in binary).toBe(true);
  });
});

describe('chunks of the result', () => {
  test('x + x.T in thin slabs stays in slabs', () => {
    const x = zeros([1000, 1000], 'float64', [10, -1]);
    expect(gridOf(elementwise(binary.add, [x, transpose(x)]).chunks)).toEqual([100, 1]);
  });
  test('differing cuts are not intersected', () => {
    const [a, b] = [zeros([6], 'float64', [[3, 1, 2]]), zeros([6], 'float64', [[2, 4]])];
    expect(chunksOf(elementwise(binary.add, [b, a]))).toEqual([[3, 1, 2]]);
    expect(chunksOf(elementwise(binary.add, [zeros([6]), a]))).toEqual([[3, 1, 2]]);
  });
  test('an outer product takes each axis from where it comes, in moderate blocks', () => {
    const [row, column] = [zeros([1, 20], 'float64', [1, 5]), zeros([30, 1], 'float64', [10, 1])];
    expect(gridOf(elementwise(binary.multiply, [row, column]).chunks)).toEqual([3, 4]);
    const huge = elementwise(binary.multiply, [zeros([1, 1e6]), zeros([1e6, 1])]);
    expect(gridOf(huge.chunks).reduce((a, b) => a * b)).toBeGreaterThan(10_000);
  });
});

describe('reduction', () => {
  const x = zeros([4, 5, 6], 'float64', [2, 5, 3]);
  const shape = (axis: number | number[] | undefined, keepdims = false) =>
    reduction(reductions.sum, x, { axis, keepdims }).shape;

  test('axes in any spelling', () => {
    expect(shape(undefined)).toEqual([]);
    expect(shape(0)).toEqual([5, 6]);
    expect(shape([-1, 0])).toEqual([5]);
    expect(shape([2, 1], true)).toEqual([4, 1, 1]);
    expect(shape([])).toEqual([4, 5, 6]);
    expect(() => shape([0, 0])).toThrow(AxisError);
    expect(() => shape(3)).toThrow(AxisError);
    expect(() => reduction(reductions.argmax, x, { axis: [0, 1] })).toThrow(AxisError);
  });

  test('reducing no axes is elementwise, and 0-d arrays reduce', () => {
    expect(reduction(reductions.any, x, { axis: [] })).toMatchObject({ kind: 'map', dtype: 'bool' });
    expect(reduction(reductions.argmax, zeros([]))).toMatchObject({ kind: 'map', dtype: 'int64', shape: [] });
  });

  test('splitEvery: four blocks over the axes that are cut, more where states are small, merging is brief or blocks are many', () => {
    const split = (e: Expr) => (e as ReduceExpr).splitEvery;
    const large = zeros([600, 600, 600], 'float64', 300);
    expect(split(reduction(reductions.sum, large, { axis: 0 }))).toEqual([4]);
    expect(split(reduction(reductions.sum, large, { axis: [1, 2] }))).toEqual([2, 2]);
    expect(split(reduction(reductions.sum, large))).toEqual([2, 2, 2]);
    expect(split(reduction(reductions.sum, x, { axis: 0 }))).toEqual([8]);
    expect(split(reduction(reductions.sum, x, { axis: [0, 2], splitEvery: 16 }))).toEqual([4, 4]);
    expect(split(reduction(reductions.sum, x, { axis: [0, 2], splitEvery: { [-1]: 8 } }))).toEqual([2, 8]);
    expect(split(reduction(reductions.sum, zeros([1e9], 'float64', 1000)))).toEqual([32]);
    expect(split(reduction(reductions.sum, zeros([320, 50], 'float64', [10, 50])))).toEqual([8, 8]);
    const wide = (rows: number, columns: number) => zeros([rows, columns], 'float64', [1, columns]);
    expect(split(reduction(reductions.mean, wide(33, 10_000), { axis: 0 }))).toEqual([33]);
    expect(split(reduction(reductions.mean, wide(33, 2000), { axis: 0 }))).toEqual([8]);
    expect(split(reduction(reductions.mean, wide(33, 20_000), { axis: 0 }))).toEqual([8]);
    expect(split(reduction(reductions.mean, wide(65, 5000), { axis: 0 }))).toEqual([8]);
    expect(() => reduction(reductions.sum, x, { splitEvery: 1 })).toThrow(/at least 2/);
  });

  test('no elements', () => {
    const empty = zeros([0, 3]);
    for (const name of ['max', 'min', 'argmax', 'argmin', 'nanmax'] as const) {
      expect(() => reduction(reductions[name], empty, { axis: 0 })).toThrow(EmptyReductionError);
    }
    expect(reduction(reductions.max, empty, { axis: 1 }).shape).toEqual([0]);
    expect(reduction(reductions.mean, empty).shape).toEqual([]);
  });

  test('the dtype may be chosen where that makes sense', () => {
    expect(reduction(reductions.sum, zeros([3], 'int8'), { dtype: 'int16' }).dtype).toBe('int16');
    expect(reduction(reductions.mean, zeros([3], 'int8'), { dtype: 'float32' }).dtype).toBe('float32');
    expect(() => reduction(reductions.mean, x, { dtype: 'int8' })).toThrow(DTypeError);
    expect(() => reduction(reductions.max, x, { dtype: 'float32' })).toThrow(DTypeError);
  });
});

describe('the other nodes', () => {
  test('concat joins chunks and refuses other shapes', () => {
    const joined = concat([zeros([4, 2], 'float64', 2), zeros([3, 2])], 0);
    expect(chunksOf(joined)).toEqual([[2, 2, 3], [2]]);
    expect(() => concat([zeros([4, 2]), zeros([4, 3])], 0)).toThrow(ShapeError);
    expect(() => concat([zeros([4])], 1)).toThrow(AxisError);
  });

  test('rechunk keeps what is left out, and is nothing where nothing changes', () => {
    const x = zeros([4, 6], 'float64', [2, 3]);
    expect(chunksOf(rechunk(x, { 0: -1 }))).toEqual([[4], [3, 3]]);
    expect(rechunk(x, [2, 3])).toBe(x);
  });

  test.each<[number[], number[], number[], number[][]]>([
    [[6, 4], [2, 4], [24], [[8, 8, 8]]],
    [[24], [8], [6, -1], [[2, 2, 2], [4]]],
    [
      [5, 6, 4],
      [1, 6, 2],
      [5, 24],
      [
        [1, 1, 1, 1, 1],
        [12, 12],
      ],
    ],
    [
      [3, 4],
      [1, 2],
      [3, 1, 4],
      [[1, 1, 1], [1], [2, 2]],
    ],
    [[1, 1], [1, 1], [], []],
    [
      [0, 4],
      [1, 4],
      [2, 0],
      [[2], [0]],
    ],
  ])('reshape of %j in %j to %j', (from, chunks, to, expected) => {
    expect(chunksOf(reshape(zeros(from, 'float64', chunks), to))).toEqual(expected);
  });

  test('reshape refuses what does not fill', () => {
    expect(() => reshape(zeros([6]), [4])).toThrow(/6 elements of shape \(6,\) do not fill shape \(4,\)/);
    expect(() => reshape(zeros([6]), [-1, 4])).toThrow(ShapeError);
    expect(() => reshape(zeros([6]), [-1, -1])).toThrow(/only one/);
    expect(() => reshape(zeros([0]), [-1, 0])).toThrow(ShapeError);
  });

  test('broadcastTo reads one element often, in moderate blocks', () => {
    expect(broadcastTo(zeros([3, 1], 'float64', 1), [2, 3, 4])).toMatchObject({ kind: 'view', shape: [2, 3, 4] });
    expect(Math.min(...gridOf(broadcastTo(zeros([]), [1e6, 1e6]).chunks))).toBeGreaterThan(100);
    expect(() => broadcastTo(zeros([3]), [4])).toThrow(ShapeError);
  });
});

describe('names, walks, print', () => {
  test('equal names are equal values', () => {
    const make = (n: number) => elementwise(binary.add, [zeros([5]), n]);
    expect(make(1).name).toBe(make(1).name);
    expect(make(1).name).not.toBe(make(2).name);
    expect(make(1).name).toMatch(/^add-[0-9a-f]{32}$/);
  });

  test('long chains are walked', () => {
    let x = zeros([2]);
    for (let i = 0; i < 3000; i++) x = elementwise(binary.add, [x, x]);
    expect(topological([x])).toHaveLength(3001);
    expect(useCounts([x]).get(x.name)).toBe(1);
    expect(print(x).length).toBeLessThan(400);
  });

  test('one line', () => {
    const x = elementwise(unary.sqrt, [zeros([4, 5])]);
    expect(print(reduction(reductions.mean, x))).toBe('mean(sqrt(zeros))');
    expect(headline(reduction(reductions.sum, x, { axis: [1] }))).toBe('sum(axis=[1])');
    expect(headline(reduction(reductions.sum, x, { keepdims: true }))).toBe('sum(keepdims)');
    expect(headline(reduction(reductions.sum, x))).toBe('sum');
  });
});
