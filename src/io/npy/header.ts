/**
 * The header of a .npy file, versions 1 to 3: magic, version, the length of what follows, and a Python dict that says
 * dtype, order and shape. Format: NumPy Enhancement Proposal 1.
 */
import { bytesOf, type DType } from '../../core/dtype.js';
import { DTypeError, FormatError } from '../../core/errors.js';
import { asShape, formatShape, type Shape, sizeOf } from '../../core/shape.js';
import { machineIsLittle } from '../../store/files/spans.js';
import { type Literal, parseLiteral } from './literal.js';

export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly order: 'C' | 'F';
  readonly littleEndian: boolean;
  /** The byte at which the elements begin. */
  readonly offset: number;
}

/** Our dtypes by kind and width, as NumPy codes them. */
const codes: Readonly<Record<string, DType>> = {
  b1: 'bool',
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
const codeOf = new Map(Object.entries(codes).map(([code, dtype]) => [dtype, code]));

/** What the kinds that chunkwise does not read hold. */
const others: Readonly<Record<string, string>> = {
  O: 'pickled Python objects',
  S: 'byte strings',
  U: 'strings',
  V: 'raw records',
  M: 'dates',
  m: 'time spans',
  c: 'complex numbers',
  f: 'floats of another width',
};

/** '\x93NUMPY' */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Longest header that is believed; NumPy's own default limit is 10 000 characters. */
const LONGEST = 1 << 20;

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder();

/** How many bytes from the start of the file hold the whole header. */
export function headerBytes(operation: string, file: string, start: Uint8Array): number {
  if (!MAGIC.every((byte, i) => start[i] === byte)) {
    throw new FormatError(operation, `${file} does not begin as a .npy file does`);
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const version = start[6];
  if (version === undefined || version < 1 || version > 3) {
    throw new FormatError(operation, `${file} is of .npy version ${version}; versions 1 to 3 can be read`);
  }
  const prelude = version === 1 ? 10 : 12;
  if (start.length < prelude) throw new FormatError(operation, `${file} ends within its header`);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST) throw new FormatError(operation, `${file} claims a header of ${length} bytes`);
  return prelude + length;
}

/** What a header says. `start` holds the whole header at least; `size` is the file's, where it is known. */
export function parseHeader(operation: string, file: string, start: Uint8Array, size?: number): NpyHeader {
  const offset = headerBytes(operation, file, start);
  if (start.length < offset) throw new FormatError(operation, `${file} ends within its header`);
  const text = start.subarray(start[6] === 1 ? 10 : 12, offset);
  const entries = entriesOf(operation, file, (start[6] === 3 ? utf8 : latin1).decode(text));
  const { dtype, littleEndian } = parseDescr(operation, file, entries.get('descr'));
  const fortran = entries.get('fortran_order');
  if (typeof fortran !== 'boolean') throw odd(operation, file, 'fortran_order', fortran, 'True or False');
  const header = {
    dtype,
    littleEndian,
    order: fortran ? 'F' : 'C',
    shape: shapeOf(operation, file, entries),
    offset,
  } as const;
  checkSize(operation, file, header, size);
  return header;
}

function entriesOf(operation: string, file: string, text: string): ReadonlyMap<string, Literal> {
  let value: Literal;
  try {
    value = parseLiteral(text);
  } catch (cause) {
    throw new FormatError(operation, `the header of ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (!(value instanceof Map)) throw new FormatError(operation, `the header of ${file} is not a dict`);
  const keys = [...value.keys()].sort().join(', ');
  if (keys !== 'descr, fortran_order, shape') {
    throw new FormatError(operation, `the header of ${file} has the keys ${keys}, not descr, fortran_order and shape`);
  }
  return value;
}

const odd = (operation: string, file: string, key: string, value: unknown, expected: string): FormatError =>
  new FormatError(operation, `${key} in the header of ${file} is ${JSON.stringify(value)}, not ${expected}`);

function parseDescr(
  operation: string,
  file: string,
  descr: Literal | undefined,
): { dtype: DType; littleEndian: boolean } {
  if (Array.isArray(descr)) {
    throw new DTypeError(operation, `${file} holds records with named fields`, {
      hint: `save one field at a time in NumPy: np.save('x.npy', a['x'])`,
    });
  }
  const [, mark, code = '', kind = ''] = /^([<>=|]?)((\w)\d*)$/.exec(String(descr)) ?? [];
  const dtype = Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (dtype !== undefined) return { dtype, littleEndian: mark !== '>' };
  if (!Object.hasOwn(others, kind)) throw odd(operation, file, 'descr', descr, 'a dtype');
  throw new DTypeError(operation, `${file} holds ${others[kind]} ('${descr}'), which chunkwise has no dtype for`, {
    hint: `save it in NumPy as one of ${Object.values(codes).join(', ')}: np.save('x.npy', a.astype('float64'))`,
  });
}

function shapeOf(operation: string, file: string, entries: ReadonlyMap<string, Literal>): Shape {
  const shape = entries.get('shape');
  if (!Array.isArray(shape) || !shape.every((n) => typeof n === 'number')) {
    throw odd(operation, file, 'shape', shape, 'a tuple of lengths');
  }
  return asShape(operation, shape as number[]);
}

function checkSize(operation: string, file: string, header: NpyHeader, size: number | undefined): void {
  const needed = header.offset + sizeOf(header.shape) * bytesOf(header.dtype);
  if (size === undefined || size >= needed) return;
  throw new FormatError(
    operation,
    `${file} is cut short: shape ${formatShape(header.shape)} of ${header.dtype} takes ${needed} bytes, it has ${size}`,
  );
}

/** The header of a row-major array in the machine's byte order, padded so that the elements begin at a multiple of 64. */
export function formatHeader(dtype: DType, shape: Shape): Uint8Array {
  const descr = `${bytesOf(dtype) === 1 ? '|' : machineIsLittle ? '<' : '>'}${codeOf.get(dtype)}`;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const version = dict.length + 80 < 0x10000 ? 1 : 2;
  const prelude = version === 1 ? 10 : 12;
  const total = Math.ceil((prelude + dict.length + 1) / 64) * 64;
  const header = new Uint8Array(total).fill(0x20);
  header.set(MAGIC);
  header.set([version, 0], 6);
  const view = new DataView(header.buffer);
  if (version === 1) view.setUint16(8, total - prelude, true);
  else view.setUint32(8, total - prelude, true);
  header.set(new TextEncoder().encode(dict), prelude);
  header[total - 1] = 0x0a;
  return header;
}
