import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IndexError } from '#src/core/errors.js';
import { type IndexEntry, indexMap, slice } from '#src/core/slice.js';

/** The indices a view reads along its only axis. */
function read(length: number, entry: IndexEntry): number[] {
  const { map, shape } = indexMap('slice', [length], [entry]);
  const [m] = map;
  return Array.from({ length: shape[0] as number }, (_, i) => (m?.start as number) + (m?.step as number) * i);
}

/** Python's slicing by its definition in words: walk from the start until the stop is reached. */
function walk(length: number, start: number | null, stop: number | null, step: number): number[] {
  const inRange = (i: number) => i >= 0 && i < length;
  const end = (n: number) => (n < 0 ? n + length : n);
  const picked: number[] = [];
  if (step > 0) {
    const to = stop === null ? length : end(stop);
    for (let i = start === null ? 0 : Math.max(end(start), 0); i < to && inRange(i); i += step) picked.push(i);
  } else {
    const to = stop === null ? -1 : Math.max(end(stop), -1);
    for (let i = start === null ? length - 1 : Math.min(end(start), length - 1); i > to && inRange(i); i += step)
      picked.push(i);
  }
  return picked;
}

describe('slices', () => {
  test.each<[string, number, number[]]>([
    ['1:10:2', 12, [1, 3, 5, 7, 9]],
    [':3', 5, [0, 1, 2]],
    ['-12:', 5, [0, 1, 2, 3, 4]],
    ['-2:', 5, [3, 4]],
    ['::-1', 4, [3, 2, 1, 0]],
    [':', 3, [0, 1, 2]],
    ['-5:-5:-2', 3, []],
    ['5:1', 9, []],
    ['1:5:-1', 9, []],
    ['100:', 3, []],
    [':-100', 3, []],
    [':-100:-1', 3, [2, 1, 0]],
    ['-1:0:-2', 5, [4, 2]],
    ['2::-1', 5, [2, 1, 0]],
    ['100::-3', 5, [4, 1]],
    [' 1 : 3 ', 5, [1, 2]],
    ['::2', 0, []],
    ['::100', 3, [0]],
    ['0:1:-1', 3, []],
    ['+1:+3', 3, [1, 2]],
  ])('%s of %i', (text, length, expected) => expect(read(length, text)).toEqual(expected));

  test('any slice, as text and as object, picks what Python picks', () => {
    const end = fc.option(fc.integer({ min: -12, max: 12 }));
    const step = fc.integer({ min: -4, max: 4 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(fc.nat(9), end, end, step, (length, start, stop, stride) => {
        const expected = walk(length, start, stop, stride);
        expect(read(length, `${start ?? ''}:${stop ?? ''}:${stride}`)).toEqual(expected);
        expect(read(length, slice(start, stop, stride))).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('an empty result is read from 0 by 1', () => {
    expect(indexMap('slice', [3], ['-5:-5:-2'])).toMatchObject({ map: [{ axis: 0, start: 0, step: 1 }], shape: [0] });
  });

  test('slice() counts its arguments as Python does', () => {
    expect(String(slice(5))).toBe(':5');
    expect(String(slice(1, null, 2))).toBe('1::2');
    expect(String(slice(null, 4))).toBe(':4');
  });

  test('huge axes', () => {
    expect(indexMap('slice', [1e12], ['5:-7:3']).shape).toEqual([Math.ceil((1e12 - 12) / 3)]);
  });
});

describe('whole indices', () => {
  const shape = [4, 5, 6];

  test('integers drop axes, null adds them, dots fill up', () => {
    expect(indexMap('slice', shape, [-1])).toMatchObject({
      shape: [5, 6],
      map: [{ axis: -1, start: 3 }, { axis: 0 }, { axis: 1 }],
    });
    expect(indexMap('slice', shape, ['...', 2])).toMatchObject({
      shape: [4, 5],
      map: [{ axis: 0 }, { axis: 1 }, { axis: -1, start: 2 }],
    });
    expect(indexMap('slice', shape, [null, 0, '...', null]).shape).toEqual([1, 5, 6, 1]);
    expect(indexMap('slice', shape, [':', null, '1:3']).shape).toEqual([4, 1, 2, 6]);
    expect(indexMap('slice', shape, [0, 1, 2]).shape).toEqual([]);
    expect(indexMap('slice', shape, []).shape).toEqual(shape);
    expect(indexMap('slice', [], ['...']).shape).toEqual([]);
    expect(indexMap('slice', shape, [2n]).shape).toEqual([5, 6]);
  });

  test.each<[string, unknown[], RegExp]>([
    ['out of bounds', [4], /index 4 is out of bounds for axis 0 of length 4/],
    ['out of bounds below', [0, -6], /index -6 is out of bounds for axis 1 of length 5/],
    ['too many', [0, 0, 0, 0], /4 indices for an array of shape \(4, 5, 6\)/],
    ['two dots', ['...', '...'], /once/],
    ['a fraction', [1.5], /integer/],
    ['a step of 0', ['::0'], /step by 0[\s\S]*::-1/],
    ['a number as text', ['3'], /'3' is not a slice[\s\S]*without quotes/],
    ['a word', ['a:b'], /not a slice/],
    ['a list', [[1, 2]], /come later/],
    ['a boolean', [true], /come later/],
    ['undefined', [undefined], /come later/],
    ['fractional ends', [slice(0.5, 2)], /integers/],
  ])('refuses %s', (_, entries, message) => {
    const attempt = () => indexMap('slice', shape, entries as IndexEntry[]);
    expect(attempt).toThrow(IndexError);
    expect(attempt).toThrow(message);
  });
});
