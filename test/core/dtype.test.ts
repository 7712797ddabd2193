import { describe, expect, test } from 'vitest';
import { type DType, dtypeNames, promote, weakDType } from '#src/core/dtype.js';
import { DTypeError } from '#src/core/errors.js';

const short: Readonly<Record<string, DType>> = {
  b: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f4: 'float32',
  f8: 'float64',
};
/** NumPy's promotion table, which is the standard's where that has an entry. */
const promotion = `
     b  i1 i2 i4 i8 u1 u2 u4 u8 f4 f8
  b  b  i1 i2 i4 i8 u1 u2 u4 u8 f4 f8
  i1 i1 i1 i2 i4 i8 i2 i4 i8 f8 f4 f8
  i2 i2 i2 i2 i4 i8 i2 i4 i8 f8 f4 f8
  i4 i4 i4 i4 i4 i8 i4 i4 i8 f8 f8 f8
  i8 i8 i8 i8 i8 i8 i8 i8 i8 f8 f8 f8
  u1 u1 i2 i2 i4 i8 u1 u2 u4 u8 f4 f8
  u2 u2 i4 i4 i4 i8 u2 u2 u4 u8 f4 f8
  u4 u4 i8 i8 i8 i8 u4 u4 u4 u8 f8 f8
  u8 u8 f8 f8 f8 f8 u8 u8 u8 u8 f8 f8
  f4 f4 f4 f4 f8 f8 f4 f4 f8 f8 f4 f8
  f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 f8 f8`;

const [head, ...rows] = promotion
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/)) as [string[], ...string[][]];
const entries = rows.flatMap(([a, ...cells]) =>
  cells.map((cell, i) => [short[a as string], short[head[i] as string], short[cell]] as const),
);

describe('promotion', () => {
  test('the table is whole', () => expect(entries).toHaveLength(dtypeNames.length ** 2));
  test.each(entries)('%s with %s is %s', (a, b, expected) => {
    expect(promote(a as DType, b as DType)).toBe(expected);
  });
});

describe('weak scalars', () => {
  test.each<[number | bigint | boolean, DType, DType]>([
    [1, 'uint8', 'uint8'],
    [1.5, 'uint8', 'float64'],
    [1.5, 'float32', 'float32'],
    [1, 'bool', 'int64'],
    [true, 'int16', 'int16'],
    [2n, 'float32', 'float32'],
    [-0, 'int32', 'float64'],
    [Number.NaN, 'int64', 'float64'],
    [2 ** 60, 'int64', 'float64'],
    [2n ** 60n, 'int64', 'int64'],
  ])('%s beside %s is %s', (s, d, expected) => expect(weakDType('add', s, d)).toBe(expected));

  test('a literal that does not fit is refused', () => {
    expect(() => weakDType('add', 300, 'uint8')).toThrow(DTypeError);
    expect(() => weakDType('add', -1n, 'uint64')).toThrow(/does not fit uint64/);
  });
});
