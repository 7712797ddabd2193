/** Which bytes of a file a box of an array lies in: few reads, and where their parts go. Pure arithmetic. */
import type { Box } from '../../core/chunks.js';
import { bytesOf, type DType, makeArray, type TypedArray } from '../../core/dtype.js';
import { type Shape, sizeOf, stridesOf } from '../../core/shape.js';

/** An array that lies in one file. */
export interface FileArray {
  readonly offset: number;
  readonly order: 'C' | 'F';
  readonly littleEndian: boolean;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One read of bytes [from, to), of which `count` runs of `length` bytes, `step` apart, are wanted. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly length: number;
  readonly step: number;
  /** Where the first run goes, in bytes of the packed box; the others follow it. */
  readonly at: number;
}

/** The elements of a box, packed, and how to walk them in the array's own axes. */
export interface BoxData {
  readonly data: TypedArray;
  readonly strides: readonly number[];
}

/** A gap up to this many bytes is read and dropped, since that costs less than another read. */
const GAP = 16 * 1024;
/** One read is at most this long where it could be several. */
const LONGEST = 8 * 1024 * 1024;

const inFileOrder = (array: FileArray, perAxis: readonly number[]): readonly number[] =>
  array.order === 'C' ? perAxis : [...perAxis].reverse();

/** How many of the last axes are covered whole, so that the axis before them is one contiguous run. */
function wholeAxes(shape: readonly number[], extent: readonly number[]): number {
  let axis = shape.length;
  while (axis > 0 && extent[axis - 1] === shape[axis - 1]) axis--;
  return shape.length - axis;
}

/** The contiguous runs that a box lies in, one by one. */
export const runsOf = (array: FileArray, box: Box): Generator<Span> => spansOf(array, box, -1);

/** The reads that a box takes, in file order: runs no further apart than `gap` bytes are read together. */
export function* spansOf(array: FileArray, box: Box, gap = GAP): Generator<Span> {
  const shape = inFileOrder(array, array.shape);
  const extent = inFileOrder(array, box.extent);
  const origin = inFileOrder(array, box.origin);
  if (extent.includes(0)) return;
  const width = bytesOf(array.dtype);
  const strides = stridesOf(shape).map((s) => s * width);
  const start = array.offset + origin.reduce((sum, o, axis) => sum + o * (strides[axis] as number), 0);
  // One run covers axes [axis, ndim); the axis before it, if any, repeats the run `step` bytes apart.
  const axis = Math.max(0, shape.length - wholeAxes(shape, extent) - 1);
  const length = sizeOf(extent.slice(axis)) * width;
  const repeats = axis === 0 ? 1 : (extent[axis - 1] as number);
  const step = axis === 0 ? length : (strides[axis - 1] as number);
  const perRead = step - length <= gap ? Math.max(1, Math.floor(LONGEST / step)) : 1;
  const outer = extent.slice(0, Math.max(0, axis - 1));
  const index = outer.map(() => 0);
  for (let n = sizeOf(outer), at = 0; n > 0; n--) {
    const base = start + index.reduce((sum, i, k) => sum + i * (strides[k] as number), 0);
    for (let done = 0; done < repeats; done += perRead) {
      const count = Math.min(perRead, repeats - done);
      const from = base + done * step;
      yield { from, to: from + (count - 1) * step + length, count, length, step, at };
      at += count * length;
    }
    advance(index, outer);
  }
}

/** The next index in row-major order. */
function advance(index: number[], extent: readonly number[]): void {
  for (let axis = extent.length - 1; axis >= 0; axis--) {
    index[axis] = (index[axis] as number) + 1;
    if ((index[axis] as number) < (extent[axis] as number)) return;
    index[axis] = 0;
  }
}

/** Room for the packed box: the bytes to fill, and the same memory as elements. */
export function roomFor(array: FileArray, box: Box, buffer?: ArrayBufferLike): { bytes: Uint8Array; room: BoxData } {
  const data = makeArray(array.dtype, sizeOf(box.extent), buffer);
  const packed = stridesOf(inFileOrder(array, box.extent));
  return {
    bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    room: { data, strides: inFileOrder(array, packed) },
  };
}

/** Whether the bytes of a span are exactly what is wanted, and may be read in place. */
export const isDense = (span: Span): boolean => span.count === 1 || span.step === span.length;

/** Copies the wanted runs of a span that was read into `read` to their place in `bytes`. */
export function unpack(span: Span, read: Uint8Array, bytes: Uint8Array): void {
  for (let run = 0; run < span.count; run++) {
    const from = run * span.step;
    bytes.set(read.subarray(from, from + span.length), span.at + run * span.length);
  }
}

/** Reverses the bytes of every element: from the file's byte order to the machine's. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

export const machineIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Swaps what was read into `bytes` where the file's byte order is not the machine's. */
export function toMachineOrder(array: FileArray, bytes: Uint8Array): void {
  const width = bytesOf(array.dtype);
  if (width > 1 && array.littleEndian !== machineIsLittle) swapBytes(bytes, width);
}
