import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blockCount,
  boxOf,
  type ChunkSpec,
  gridOf,
  largestBlock,
  listOf,
  normalizeChunks,
  ravel,
  unravel,
} from '#src/core/chunks.js';
import { ChunkError } from '#src/core/errors.js';

const lists = (spec: ChunkSpec, shape: number[]) => normalizeChunks('test', spec, shape, 'float64').map(listOf);

describe('normalizeChunks', () => {
  test.each<[string, ChunkSpec, number[], number[][]]>([
    ['a number for all axes', 4, [10, 3], [[4, 4, 2], [3]]],
    ['one an axis', [5, -1], [10, 3], [[5, 5], [3]]],
    ['null is the whole axis', [null, 2], [10, 3], [[10], [2, 1]]],
    ['minus one for all', -1, [10, 3], [[10], [3]]],
    [
      'lists',
      [[3, 1, 2], 2],
      [6, 4],
      [
        [3, 1, 2],
        [2, 2],
      ],
    ],
    ['one list on one axis', [3, 3, 2], [8], [[3, 3, 2]]],
    ['one list in a list', [[3, 3, 2]], [8], [[3, 3, 2]]],
    ['a list of one number', [3], [8], [[3, 3, 2]]],
    ['empty blocks', [[0, 3, 0]], [3], [[0, 3, 0]]],
    ['axes by number', { 0: 2, [-1]: 1 }, [4, 3, 2], [[2, 2], [3], [1, 1]]],
    ['integral floats', 0.1 * 30, [30], [new Array(10).fill(3)]],
    ['floats off by rounding', 3 * 0.1 * 10, [6], [[3, 3]]],
    ['longer than the axis', 100, [7], [[7]]],
    ['no elements', 5, [0, 7], [[0], [5, 2]]],
    ['no elements, cut in zeros', 0, [0], [[0]]],
    ['no elements, no blocks', [[]], [0], [[0]]],
    ['no axes', 'auto', [], []],
    ['auto keeps small arrays whole', 'auto', [100, 100], [[100], [100]]],
  ])('%s', (_, spec, shape, expected) => expect(lists(spec, shape)).toEqual(expected));

  test.each<[string, unknown, number[], RegExp]>([
    ['a fraction', 2.5, [8], /cannot cut axis 0 of shape \(8,\) into chunks of 2.5[\s\S]*chunks: 3/],
    ['zero', 0, [8], /chunks of 0[\s\S]*'auto'/],
    ['minus two', -2, [8], /chunks of -2/],
    ['NaN', Number.NaN, [8], /chunks of NaN/],
    ['infinity', Number.POSITIVE_INFINITY, [8], /chunks of Infinity/],
    ['a wrong sum', [[3, 4]], [8], /add up to 7, axis 0 of shape \(8,\) is 8 long[\s\S]*chunks: 4/],
    ['a negative block', [[9, -1]], [8], /cannot cut/],
    ['too few entries', [2, 2], [8, 8, 8], /2 chunk entries for the 3 axes[\s\S]*'auto', 'auto', 'auto'/],
    ['another word', 'large', [8], /chunks of 'large'/],
    ['a boolean', true, [8], /chunks of true/],
  ])('refuses %s and names the fix', (_, spec, shape, message) => {
    const attempt = () => normalizeChunks('ones', spec as ChunkSpec, shape, 'float64');
    expect(attempt).toThrow(ChunkError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(/^ones: /);
  });

  test('an axis that does not exist is an AxisError', () => {
    expect(() => lists({ 3: 1 }, [4])).toThrow(/axis 3 is out of range/);
  });

  test('axes left out keep what they have', () => {
    const current = normalizeChunks('test', [2, 3], [4, 6], 'float64');
    const chunks = normalizeChunks('test', { 0: -1 }, [4, 6], 'float64', { current });
    expect(chunks.map(listOf)).toEqual([[4], [3, 3]]);
  });

  test('auto: blocks near the target, balanced, a few at least', () => {
    const target = 32 * 2 ** 20;
    const grid = (shape: number[], spec: ChunkSpec = 'auto') =>
      gridOf(normalizeChunks('test', spec, shape, 'float64', { target }));
    expect(grid([1e9])).toEqual([256]);
    expect(grid([1e8])).toEqual([32]);
    expect(grid([1e6])).toEqual([8]);
    expect(grid([5e6, 50], ['auto', -1])).toEqual([64, 1]);
    expect(grid([1e6, 1e6])).toEqual([489, 489]);
    const shapes = fc.array(fc.integer({ min: 0, max: 1e5 }), { maxLength: 3 });
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1000, max: 1e6 }), (shape, most) => {
        const chunks = normalizeChunks('test', 'auto', shape, 'float32', { target: most });
        expect(chunks.map((c) => c.length)).toEqual(shape);
        expect(largestBlock(chunks) * 4).toBeLessThanOrEqual(most * 2 ** shape.length);
      }),
    );
  });

  test('a million blocks are three numbers', () => {
    expect(normalizeChunks('test', 1e6, [1e12], 'float64')).toEqual([{ length: 1e12, size: 1e6, first: 1e6 }]);
  });
});

describe('the grid', () => {
  test('ravel and unravel are inverse, boxes partition the array', () => {
    const shapes = fc.array(fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 4 })), { maxLength: 3 });
    fc.assert(
      fc.property(shapes, (axes) => {
        const shape = axes.map(([n]) => n);
        const chunks = normalizeChunks(
          'test',
          axes.map(([, size]) => size),
          shape,
          'int8',
        );
        const grid = gridOf(chunks);
        let elements = 0;
        for (let b = 0; b < blockCount(chunks); b++) {
          const index = unravel(b, grid);
          expect(ravel(index, grid)).toBe(b);
          const { origin, extent } = boxOf(chunks, b);
          const ends = origin.map((o, axis) => o + (extent[axis] as number));
          expect(ends.every((end, axis) => end <= (shape[axis] as number))).toBe(true);
          elements += extent.reduce((p, q) => p * q, 1);
        }
        expect(elements).toBe(shape.reduce((p, q) => p * q, 1));
      }),
    );
  });
});
