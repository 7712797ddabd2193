import { inspect } from 'node:util';
import fc from 'fast-check';
import scijs from 'ndarray';
import ops from 'ndarray-ops';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { EmptyReductionError, IndexError } from '#src/core/errors.js';
import { NDArray, scalarOf } from '#src/core/ndarray.js';

const floats = (shape: number[], values?: number[]) =>
  new NDArray(
    'float64',
    Float64Array.from(values ?? Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i)),
    shape,
  );

describe('the form of scijs ndarrays', () => {
  const steps = fc.array(
    fc.oneof(
      fc.tuple(fc.constant('lo' as const), fc.nat(1), fc.nat(1), fc.nat(1)),
      fc.tuple(fc.constant('hi' as const), fc.nat(2), fc.nat(2), fc.nat(2)),
      fc.tuple(
        fc.constant('step' as const),
        fc.constantFrom(1, 2, -1, -2),
        fc.constantFrom(1, -1),
        fc.constantFrom(1, 3),
      ),
      fc.constantFrom(['transpose', 2, 0, 1] as const, ['transpose', 1, 0, 2] as const),
    ),
    { maxLength: 4 },
  );

  test('lo, hi, step, transpose and pick give the views that ndarray gives', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 2 }), (chain, axis) => {
        let ours = floats([4, 5, 6]);
        let theirs = scijs(ours.data, [4, 5, 6]);
        for (const [method, ...args] of chain) {
          const clipped = method === 'lo' || method === 'hi' ? args.map((a, i) => Math.min(a, ours.shape[i]!)) : args;
          ours = ours[method](...clipped);
          theirs = theirs[method](...clipped);
        }
        const picked = [null, null, null].map((_, i) => (i === axis && ours.shape[i]! > 0 ? 0 : null));
        ours = ours.pick(...picked);
        theirs = theirs.pick(...picked);
        expect([ours.shape, ours.size, ours.dimension, ours.dtype]).toEqual([
          theirs.shape,
          theirs.size,
          theirs.dimension,
          theirs.dtype,
        ]);
        if (ours.size > 0) {
          expect([ours.stride, ours.offset]).toEqual([theirs.stride, theirs.offset]);
          expect(ours.get(...ours.shape.map(() => 0))).toBe(theirs.get(...ours.shape.map(() => 0)));
        }
      }),
    );
  });

  test('order lists the axes from the fastest to the slowest', () => {
    expect(floats([2, 3, 4]).order).toEqual(scijs(new Float64Array(24), [2, 3, 4]).order);
    expect(floats([2, 3]).T.order).toEqual([0, 1]);
  });

  test('ndarray-ops computes on it and into it', () => {
    const a = floats([2, 3]);
    const sum = floats([2, 3], [0, 0, 0, 0, 0, 0]);
    ops.add(sum, a, a);
    expect(sum.toArray()).toEqual([
      [0, 2, 4],
      [6, 8, 10],
    ]);
    ops.mulseq(sum.T, 2);
    expect(sum.get(1, 2)).toBe(20);
    expect(ops.sup(sum)).toBe(20);
  });

  test('its type is one of ndarray’s', () => {
    expectTypeOf<NDArray<'float64'>>().toExtend<scijs.NdArray<Float64Array>>();
    expectTypeOf<NDArray<'bool'>>().toExtend<scijs.NdArray<Uint8Array>>();
    expectTypeOf<NDArray<'int32'>>().toExtend<scijs.NdArray<Int32Array>>();
  });

  test('set and index', () => {
    const a = floats([2, 3]);
    expect(a.set(1, 2, 7)).toBe(7);
    expect([a.get(1, 2), a.index(1, 2), a.T.index(2, 1)]).toEqual([7, 5, 5]);
  });

  test('an index out of bounds is refused where a view would leave the data', () => {
    expect(() => floats([2, 3]).pick(2)).toThrow(IndexError);
    expect(() => floats([2, 3]).lo(3)).toThrow(IndexError);
    expect(() => floats([2, 3]).hi(0.5)).toThrow(IndexError);
    expect(() => floats([2, 3]).step(0)).toThrow(/other than 0/);
    expect(() => floats([2, 3]).transpose(0, 0)).toThrow(/permutation/);
  });
});

describe('values', () => {
  test('toArray nests, with booleans for bool and bigint for 64-bit integers', () => {
    expect(floats([2, 2]).toArray()).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(new NDArray('bool', Uint8Array.of(1, 0), [2]).toArray()).toEqual([true, false]);
    expect(new NDArray('int64', BigInt64Array.of(5n), [1]).toArray()).toEqual([5n]);
    expect(floats([2, 0]).toArray()).toEqual([[], []]);
    expect(floats([2, 2]).T.toArray()).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  test('scalars keep every digit', () => {
    expect(scalarOf('int64', 12n)).toBe(12);
    expect(scalarOf('int64', 2n ** 53n - 1n)).toBe(2 ** 53 - 1);
    expect(scalarOf('int64', 2n ** 53n)).toBe(2n ** 53n);
    expect(scalarOf('uint64', 2n ** 64n - 1n)).toBe(2n ** 64n - 1n);
    expect(scalarOf('bool', 1)).toBe(true);
  });

  test('max, min, argmax and argmin: NaN wins, the first of equals is found, nothing of nothing', () => {
    const a = floats([2, 3], [1, 9, 3, 9, -2, 0]);
    expect([a.max(), a.min(), a.argmax(), a.argmin()]).toEqual([9, -2, 1, 4]);
    expect(a.T.argmax()).toBe(1);
    const withNaN = floats([3], [1, Number.NaN, 5]);
    expect([withNaN.max(), withNaN.min(), withNaN.argmax(), withNaN.argmin()]).toEqual([Number.NaN, Number.NaN, 1, 1]);
    expect(new NDArray('int64', BigInt64Array.of(2n ** 60n, 3n), [2]).max()).toBe(2n ** 60n);
    expect(() => floats([0]).max()).toThrow(EmptyReductionError);
  });

  test('sum is compensated for floats and exact for integers', () => {
    expect(floats([4], [1, 1e100, 1, -1e100]).sum()).toBe(2);
    expect(floats([2], [Number.POSITIVE_INFINITY, 1]).sum()).toBe(Number.POSITIVE_INFINITY);
    expect(new NDArray('int64', BigInt64Array.of(2n ** 62n, 1n), [2]).sum()).toBe(2n ** 62n + 1n);
    expect(floats([0]).sum()).toBe(0);
  });
});

describe('text', () => {
  test('brackets, a row a line', () => {
    expect(String(floats([2, 2]))).toBe('[[0, 1],\n [2, 3]]');
    expect(inspect(floats([1], [0.1 + 0.2]))).toBe('NDArray (1,) float64 [0.3]');
    expect(String(floats([1], [-0]))).toBe('[-0]');
  });
  test('long axes are shortened to their ends', () => {
    expect(String(floats([1000]))).toBe('[0, 1, 2, ..., 997, 998, 999]');
  });
});
