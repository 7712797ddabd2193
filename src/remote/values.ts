/**
 * Arguments and results of tasks as bytes: a tree in JSON, then the contents of the arrays in it, one after the other.
 * What is read was written by others: nothing of it is executed, and it makes little more than its own size.
 */
import { bytesOf, isDType, makeArray, type TypedArray } from '../core/dtype.js';
import { ArgumentError, RefusedError } from '../core/errors.js';
import { eachPosition, NDArray } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';

/** The tree has at most so many characters, the arrays have at most so many bytes. */
const mostText = 2 ** 25;
export const mostBytes = 2 ** 30;
/** Lists in lists are followed so deep; deeper ones are most likely cycles. */
const deepest = 500;
const mostDigits = 4096;

/** The bytes of `value`; an ArgumentError of `operation` where it holds what cannot be sent. */
export function encode(operation: string, value: unknown): Uint8Array {
  const writer = new Writer(operation);
  const text = new TextEncoder().encode(JSON.stringify(writer.node(value)));
  const bytes = new Uint8Array(4 + text.length + writer.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = 4 + text.length;
  for (const piece of writer.pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The value that `bytes` say; a RefusedError where they say none. */
export function decode(bytes: Uint8Array): unknown {
  if (bytes.length < 4) throw refused('it is cut short');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > 4 * mostText || 4 + length > bytes.length) throw refused('its text is too long');
  const reader = new Reader(bytes.subarray(4 + length));
  const value = reader.node(parsed(bytes.subarray(4, 4 + length)));
  if (reader.left > 0) throw refused('it has bytes that nothing asks for');
  return value;
}

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    throw refused('its text is not JSON');
  }
}

const refused = (problem: string): RefusedError => new RefusedError('value', problem);

/** How one kind of value is a node `[tag, ...parts]`. What JSON has by itself is not in the table. */
interface Kind<T> {
  readonly is: (value: unknown) => value is T;
  readonly write: (value: T, writer: Writer) => unknown[];
  /** `parts` may be anything. */
  readonly read: (parts: readonly unknown[], reader: Reader) => T;
}

const kind = <T>(row: Kind<T>): Kind<unknown> => row as unknown as Kind<unknown>;

const typedArrays = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;
type ArrayName = keyof typeof typedArrays;
type AnyArray = InstanceType<(typeof typedArrays)[ArrayName]>;

/** What typed arrays say they are, whatever class of users they are of. */
const nameOf = (array: AnyArray): string =>
  Reflect.get(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag, array) as string;

const oddNumbers = new Map([NaN, Infinity, -Infinity, -0].map((x) => [Object.is(x, -0) ? '-0' : String(x), x]));

const kinds: Readonly<Record<string, Kind<unknown>>> = {
  undefined: kind<undefined>({
    is: (x) => x === undefined,
    write: () => [],
    read: () => undefined,
  }),
  number: kind<number>({
    is: (x): x is number => typeof x === 'number',
    write: (x) => [Object.is(x, -0) ? '-0' : String(x)],
    read: ([text]) => oddNumbers.get(text as string) ?? fail('a number'),
  }),
  bigint: kind<bigint>({
    is: (x): x is bigint => typeof x === 'bigint' && String(x).length <= mostDigits,
    write: (x) => [String(x)],
    read: ([text]) =>
      typeof text === 'string' && text.length <= mostDigits && /^-?\d+$/.test(text) ? BigInt(text) : fail('a bigint'),
  }),
  date: kind<Date>({
    is: (x) => x instanceof Date,
    write: (x, writer) => [writer.node(x.getTime())],
    read: ([time], reader) => {
      const read = reader.node(time);
      return typeof read === 'number' ? new Date(read) : fail('a date');
    },
  }),
  list: kind<unknown[]>({
    is: (x) => Array.isArray(x),
    write: (x, writer) => Array.from(x, (item) => writer.node(item)),
    read: (parts, reader) => parts.map((item) => reader.node(item)),
  }),
  set: kind<Set<unknown>>({
    is: (x) => x instanceof Set,
    write: (x, writer) => Array.from(x, (item) => writer.node(item)),
    read: (parts, reader) => new Set(parts.map((item) => reader.node(item))),
  }),
  map: kind<Map<unknown, unknown>>({
    is: (x) => x instanceof Map,
    write: (x, writer) => [...x].flatMap(([key, item]) => [writer.node(key), writer.node(item)]),
    read: (parts, reader) => new Map(pairsOf(parts).map(([key, item]) => [reader.node(key), reader.node(item)])),
  }),
  buffer: kind<ArrayBufferLike>({
    is: (x) => x instanceof ArrayBuffer || x instanceof SharedArrayBuffer,
    write: (x, writer) => [writer.piece(new Uint8Array(x))],
    read: ([length], reader) => reader.piece(length),
  }),
  array: kind<AnyArray>({
    is: (x): x is AnyArray => ArrayBuffer.isView(x) && Object.hasOwn(typedArrays, nameOf(x as AnyArray) ?? ''),
    write: (x, writer) => [nameOf(x), writer.piece(bytesIn(x))],
    read: ([name, length], reader) => {
      if (typeof name !== 'string' || !Object.hasOwn(typedArrays, name)) return fail('an array');
      const type = typedArrays[name as ArrayName];
      const buffer = reader.piece(length);
      return buffer.byteLength % type.BYTES_PER_ELEMENT === 0 ? new type(buffer) : fail('an array');
    },
  }),
  ndarray: kind<NDArray>({
    is: (x) => x instanceof NDArray,
    write: (x, writer) => [x.elementType, x.shape, writer.piece(bytesIn(inOneRow(x)))],
    read: ([dtype, shape, length], reader) => {
      if (!isDType(dtype) || !isShape(shape)) return fail('a computed array');
      const size = sizeOf(shape);
      const buffer = reader.piece(length);
      if (buffer.byteLength !== size * bytesOf(dtype)) return fail('a computed array');
      return new NDArray(dtype, makeArray(dtype, size, buffer) as never, shape);
    },
  }),
  object: kind<Readonly<Record<string, unknown>>>({
    is: (x): x is Record<string, unknown> => isPlain(x) && !Object.hasOwn(x, '__proto__'),
    write: (x, writer) => Object.entries(x).flatMap(([key, item]) => [writer.node(key), writer.node(item)]),
    read: (parts, reader) =>
      Object.fromEntries(
        pairsOf(parts).map(([key, item]) =>
          typeof key === 'string' && key !== '__proto__' ? [key, reader.node(item)] : fail('an object'),
        ),
      ),
  }),
};

const rows = Object.entries(kinds);

/** Whether JSON holds a value as it is. */
const isBare = (x: unknown): boolean =>
  x === null ||
  typeof x === 'string' ||
  typeof x === 'boolean' ||
  (typeof x === 'number' && Number.isFinite(x) && !Object.is(x, -0));

class Writer {
  readonly pieces: Uint8Array[] = [];
  /** The bytes of all pieces. */
  length = 0;
  readonly #operation: string;
  #text = 0;
  #depth = 0;

  constructor(operation: string) {
    this.#operation = operation;
  }

  node(value: unknown): unknown {
    this.#text += typeof value === 'string' ? value.length + 8 : 8;
    if (this.#text > mostText || this.length > mostBytes) throw this.#unsendable('it is too large');
    if (isBare(value)) return value;
    for (const [tag, { is, write }] of rows) {
      if (!is(value)) continue;
      if (++this.#depth > deepest) throw this.#unsendable(`it is nested deeper than ${deepest}, or holds itself`);
      const parts = write(value, this);
      this.#depth--;
      return [tag, ...parts];
    }
    throw this.#unsendable(`it holds ${described(value)}`);
  }

  /** Takes bytes along, and gives how many. */
  piece(bytes: Uint8Array): number {
    this.pieces.push(bytes);
    this.length += bytes.length;
    return bytes.length;
  }

  #unsendable(problem: string): ArgumentError {
    return new ArgumentError(this.#operation, `a value cannot be sent to another machine: ${problem}`, {
      hint: 'give plain data, typed arrays or computed arrays',
    });
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  node(node: unknown): unknown {
    if (isBare(node)) return node;
    const [tag, ...parts] = Array.isArray(node) ? node : [];
    const row = typeof tag === 'string' && Object.hasOwn(kinds, tag) ? kinds[tag] : undefined;
    if (row === undefined) return fail('a value');
    if (++this.#depth > deepest) throw refused('it is nested too deep');
    const value = row.read(parts, this);
    this.#depth--;
    return value;
  }

  /** The next bytes, in memory of their own. */
  piece(length: unknown): ArrayBuffer {
    if (!Number.isSafeInteger(length) || (length as number) < 0 || (length as number) > this.left) return fail('bytes');
    const from = this.#at;
    this.#at += length as number;
    return new Uint8Array(this.#bytes.subarray(from, this.#at)).buffer;
  }
}

function fail(what: string): never {
  throw refused(`it has what is not ${what}`);
}

const bytesIn = ({ buffer, byteOffset, byteLength }: AnyArray | TypedArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The elements in row-major order, without those that a view leaves out. */
function inOneRow({ elementType, data, shape, stride, offset }: NDArray): TypedArray {
  const row = makeArray(elementType, sizeOf(shape)) as TypedArray & Record<number, number | bigint>;
  let i = 0;
  eachPosition(shape, stride, offset, (at) => {
    row[i++] = data[at] as number | bigint;
  });
  return row;
}

function isPlain(x: unknown): x is Record<string, unknown> {
  if (typeof x !== 'object' || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
}

const isShape = (x: unknown): x is number[] =>
  Array.isArray(x) && x.length <= 32 && x.every((n) => Number.isSafeInteger(n) && n >= 0);

function pairsOf(parts: readonly unknown[]): [unknown, unknown][] {
  if (parts.length % 2 !== 0) return fail('pairs');
  return Array.from({ length: parts.length / 2 }, (_, i) => [parts[2 * i], parts[2 * i + 1]]);
}

function described(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function '${value.name}'`;
  if (typeof value === 'bigint') return `a bigint of more than ${mostDigits} digits`;
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (isPlain(value)) return "an object with a key '__proto__'";
  return `an object of the class ${value.constructor?.name || 'without a name'}`;
}
