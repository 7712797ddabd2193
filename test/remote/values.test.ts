/** Values as bytes: what goes in comes out, and what others wrote is read or refused, never more. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArgumentError, RefusedError } from '#src/core/errors.js';
import { NDArray } from '#src/core/ndarray.js';
import { decode, encode } from '#src/remote/values.js';

/** `text` and the bytes after it, as they would be sent. */
function written(text: string, tail = 0): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const all = new Uint8Array(4 + bytes.length + tail);
  new DataView(all.buffer).setUint32(0, bytes.length, true);
  all.set(bytes, 4);
  return all;
}

describe('values', () => {
  const leaf = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constantFrom(null, undefined, NaN, -0),
    fc.date({ noInvalidDate: false }),
    fc.float64Array(),
    fc.uint8ClampedArray(),
    fc.bigInt64Array(),
    fc.uint8Array().map((bytes) => new Uint8Array(bytes).buffer),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
      fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    ),
  }));

  test('property: come back as they are', () => {
    fc.assert(
      fc.property(value, (x) => {
        expect(decode(encode('test', x))).toStrictEqual(x);
      }),
      { numRuns: 500 },
    );
  });

  test('that are computed arrays come back in row-major order, without what a view leaves out', () => {
    const x = new NDArray(
      'int64',
      BigInt64Array.from({ length: 24 }, (_, i) => BigInt(i)),
      [4, 6],
    );
    const back = decode(encode('test', [x.T.lo(1, 1).step(2, 1)])) as [NDArray];
    expect(back[0]).toBeInstanceOf(NDArray);
    expect(back[0].toArray()).toEqual(x.T.lo(1, 1).step(2, 1).toArray());
    expect(back[0].data.length).toBe(9);
  });

  test('in memory that is shared, or a part of some, come back in memory of their own', () => {
    const shared = new Float32Array(new SharedArrayBuffer(400)).fill(2).subarray(3, 5);
    const back = decode(encode('test', shared)) as Float32Array;
    expect(back).toEqual(Float32Array.of(2, 2));
    expect(back.buffer.byteLength).toBe(8);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['a function', () => ({ deep: [() => 1] }), /holds a function/],
    ['a named function', () => [function work() {}], /the function 'work'/],
    ['an object of a class', () => new (class Model {})(), /of the class Model/],
    ['an expression', () => /x/, /of the class RegExp/],
    ['a symbol', () => Symbol('s'), /a symbol/],
    ['a key that is not one', () => JSON.parse('{"__proto__":{"x":1}}'), /__proto__/],
    ['a bigint that is too long', () => 10n ** 5000n, /a bigint of more than/],
    ['a view of bytes that are no numbers', () => new DataView(new ArrayBuffer(2)), /DataView/],
    [
      'what holds itself',
      () => {
        const x: unknown[] = [];
        x.push(x);
        return x;
      },
      /holds itself/,
    ],
  ])('that are or hold %s are refused by name', (_, make, problem) => {
    expect(() => encode('test', make())).toThrow(ArgumentError);
    expect(() => encode('test', make())).toThrow(problem);
  });
});

describe('what others wrote', () => {
  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['less than it says', written('1').subarray(0, 4)],
    ['no JSON', written('{')],
    ['no UTF-8', Uint8Array.of(1, 0, 0, 0, 255)],
    ['an object', written('{"a":1}')],
    ['a list without a tag', written('[1,2]')],
    ['an unknown tag', written('["eval","1"]')],
    ['the name of what every object has', written('["constructor","return process"]')],
    ['another', written('["__proto__"]')],
    ['a number that is none', written('["number","7"]')],
    ['a bigint that is none', written('["bigint","0x10"]')],
    ['a bigint without end', written(`["bigint","${'9'.repeat(10_000)}"]`)],
    ['a date that is none', written('["date","now"]')],
    ['half a pair', written('["map",1]')],
    ['a key that is no text', written('["object",1,2]')],
    ['the key __proto__', written('["object","__proto__",["object","polluted",true]]')],
    ['an array of an unknown type', written('["array","toString",0]')],
    ['an array of half a number', written('["array","Float64Array",4]', 4)],
    ['an array that is not there', written('["array","Float64Array",8e15]')],
    ['an array of less than nothing', written('["array","Uint8Array",-1]')],
    ['the same bytes twice', written('["list",["buffer",8],["buffer",8]]', 8)],
    ['bytes that nothing asks for', written('1', 8)],
    ['a computed array of an unknown dtype', written('["ndarray","valueOf",[1],8]', 8)],
    ['a computed array of another size', written('["ndarray","float64",[2],8]', 8)],
    ['a computed array with a shape without end', written('["ndarray","float64",[1e15,1e15,1e15],8]', 8)],
    ['a computed array with a shape that is none', written('["ndarray","float64",[-1,-1],8]', 8)],
    ['lists in lists without end', written(`${'["list",'.repeat(2000)}1${']'.repeat(2000)}`)],
    ['lists in lists beyond the stack', written('['.repeat(5e6))],
  ])('is refused: %s', (_, bytes) => {
    expect(() => decode(bytes)).toThrow(RefusedError);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('property: is read or refused by a typed error, whatever it is', () => {
    const tags = [
      'undefined',
      'number',
      'bigint',
      'date',
      'list',
      'set',
      'map',
      'buffer',
      'array',
      'ndarray',
      'object',
    ];
    const node = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, 0, 1, 8, -1, 0.5, 'Float64Array', 'float64', '__proto__', 'x', '-0'),
        fc
          .tuple(fc.constantFrom(...tags), fc.array(tie('node'), { maxLength: 4 }))
          .map(([tag, parts]) => [tag, ...parts]),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(node, fc.nat(32), (tree, tail) => {
        try {
          decode(written(JSON.stringify(tree), tail));
        } catch (error) {
          if (!(error instanceof RefusedError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
