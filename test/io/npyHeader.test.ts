import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DType, dtypeNames } from '#src/core/dtype.js';
import { DTypeError, FormatError, ShapeError } from '#src/core/errors.js';
import { formatHeader, headerBytes, parseHeader } from '#src/io/npy/header.js';
import { parseLiteral } from '#src/io/npy/literal.js';

/** A file as NumPy writes it, of the given version and dict. */
function npy(dict: string, version = 1, prefix = '\x93NUMPY'): Uint8Array {
  const text = new TextEncoder().encode(`${dict}\n`);
  const length = version === 1 ? 2 : 4;
  const bytes = new Uint8Array(8 + length + text.length);
  bytes.set(Uint8Array.from(prefix, (c) => c.charCodeAt(0)));
  bytes.set([version, 0], 6);
  new DataView(bytes.buffer)[version === 1 ? 'setUint16' : 'setUint32'](8, text.length, true);
  bytes.set(text, 8 + length);
  return bytes;
}
const read = (dict: string, version?: number, size?: number) =>
  parseHeader('fromNpy', 'x.npy', npy(dict, version), size);
const dict = (descr: string, order = 'False', shape = '(3, 4)') =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;

describe('Python literals', () => {
  test.each([
    [`'abc'`, 'abc'],
    ['"a\'b"', "a'b"],
    ['12', 12],
    ['12L', 12],
    ['-3', -3],
    ['True', true],
    ['False', false],
    ['None', null],
    ['()', []],
    ['(1,)', [1]],
    ['(1)', 1],
    ['(1, 2)', [1, 2]],
    ['[1]', [1]],
    [' [ (1, 2) , "x" ] ', [[1, 2], 'x']],
    [
      `{'a': 1, "b": (2,), }`,
      new Map<string, unknown>([
        ['a', 1],
        ['b', [2]],
      ]),
    ],
    ['{}', new Map()],
  ])('%s', (text, value) => expect(parseLiteral(text)).toEqual(value));

  test.each([
    '',
    '(',
    '(1',
    '(1 2)',
    "{'a' 1}",
    '{1: 2}',
    'abc',
    "'abc",
    "'a\\x00'",
    '1.5',
    '1 2',
    "{'a': 1, 'a': 2}",
    '(,)',
    'os.system',
  ])('refuses %j', (text) => expect(() => parseLiteral(text)).toThrow(SyntaxError));

  test('gives up on deep nesting', () => expect(() => parseLiteral('('.repeat(1e5))).toThrow(/nesting/));
});

describe('.npy headers', () => {
  test.each<[string, DType, boolean]>([
    ["'<f8'", 'float64', true],
    ["'>f8'", 'float64', false],
    ["'=f4'", 'float32', true],
    ["'|b1'", 'bool', true],
    ["'|u1'", 'uint8', true],
    ["'<i8'", 'int64', true],
    ["'>u2'", 'uint16', false],
  ])('descr %s', (descr, dtype, littleEndian) => {
    expect(read(dict(descr))).toMatchObject({ dtype, littleEndian, order: 'C', shape: [3, 4] });
  });

  test.each([1, 2, 3])('version %i', (version) => {
    const file = npy(dict("'<f8'", 'True', '(7,)'), version);
    expect(parseHeader('fromNpy', 'x', file)).toMatchObject({ order: 'F', shape: [7], offset: file.length });
  });

  test('0-d and empty shapes', () => {
    expect(read(dict("'<f8'", 'False', '()')).shape).toEqual([]);
    expect(read(dict("'<f8'", 'False', '(0, 5)')).shape).toEqual([0, 5]);
  });

  test.each([
    ["'|O'", /pickled Python objects/],
    ["'<c16'", /complex/],
    ["'<f2'", /another width/],
    ["'<U5'", /strings/],
    ["'<M8[ns]'", /not a dtype/],
    ["[('x', '<f8'), ('y', '<i4')]", /named fields/],
  ])('descr %s is refused by name', (descr, message) => {
    expect(() => read(dict(descr))).toThrow(message);
    if (!descr.includes('M8')) expect(() => read(dict(descr))).toThrow(DTypeError);
  });

  test.each([
    ['a key missing', `{'descr': '<f8', 'shape': (3,)}`, /keys/],
    ['a key too many', `{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'x': 1}`, /keys/],
    ['not a dict', '(1, 2)', /not a dict/],
    ['order not a bool', dict("'<f8'", '0'), /fortran_order/],
    ['shape not a tuple', dict("'<f8'", 'False', '3'), /shape/],
    ['shape of strings', dict("'<f8'", 'False', "('3',)"), /shape/],
    ['code in the place of a dict', '__import__("os")', /cannot be read/],
  ])('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(FormatError);
    expect(() => read(text)).toThrow(message);
  });

  test('negative lengths', () => expect(() => read(dict("'<f8'", 'False', '(-1,)'))).toThrow(ShapeError));

  test('wrong magic, unknown version, cut short', () => {
    expect(() => parseHeader('fromNpy', 'x', npy(dict("'<f8'"), 1, 'PK\x03\x04ab'))).toThrow(/does not begin/);
    expect(() => parseHeader('fromNpy', 'x', npy(dict("'<f8'"), 9))).toThrow(/version 9/);
    expect(() => parseHeader('fromNpy', 'x', new Uint8Array(3))).toThrow(FormatError);
    const full = npy(dict("'<f8'"), 2);
    for (let n = 0; n < full.length; n++)
      expect(() => parseHeader('fromNpy', 'x', full.subarray(0, n))).toThrow(FormatError);
    expect(() => read(dict("'<f8'"), 1, 100)).toThrow(/cut short/);
  });

  test('a header may not be absurdly long', () => {
    const bytes = npy(dict("'<f8'"), 2);
    new DataView(bytes.buffer).setUint32(8, 0xffffffff, true);
    expect(() => headerBytes('fromNpy', 'x', bytes)).toThrow(/4294967295 bytes/);
  });

  test('what is written is read back, aligned to 64 bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dtypeNames), fc.array(fc.nat(1000), { maxLength: 5 }), (dtype, shape) => {
        const bytes = formatHeader(dtype, shape);
        expect(bytes.length % 64).toBe(0);
        expect(parseHeader('fromNpy', 'x', bytes)).toEqual({
          dtype,
          shape,
          order: 'C',
          littleEndian: true,
          offset: bytes.length,
        });
      }),
    );
  });

  test('never throws anything but its own errors', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const file = npy('', 1);
        const whole = Uint8Array.from([...file.subarray(0, 8), bytes.length & 255, 0, ...bytes]);
        try {
          parseHeader('fromNpy', 'x', whole);
        } catch (error) {
          expect((error as object).constructor.name).toMatch(/^(FormatError|DTypeError|ShapeError)$/);
        }
      }),
    );
  });
});
