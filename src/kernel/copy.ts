/** Copies between blocks, which lie anywhere with any strides, and tiles, whose rows lie side by side in Wasm memory. */
import { bytesOf, type DType, type TypedArray } from '../core/dtype.js';
import { sideOf } from './wasm/crossing.js';
import type { Mover, MoverWidth } from './wasm/mover.js';

/** A rectangle of a strided array: `rows` x `cols` elements from `at` on. */
export interface Window {
  at: number;
  rows: number;
  cols: number;
  rowStep: number;
  colStep: number;
}

/** Both ends of a copy as arrays that move bits unchanged and are fast to index: one array type per width. */
interface Raw {
  readonly source: TypedArray;
  readonly view: TypedArray;
}

const rawTypes = { 1: Uint8Array, 2: Uint16Array, 4: Int32Array, 8: Int32Array } as const;

const rawViews = new WeakMap<TypedArray, Raw['view']>();

function rawView(data: TypedArray, dtype: DType): TypedArray {
  if (dtype === 'float64') return data;
  const known = rawViews.get(data);
  if (known !== undefined) return known;
  const view = new rawTypes[bytesOf(dtype) as 1](data.buffer as ArrayBuffer, data.byteOffset, words(data, dtype));
  rawViews.set(data, view);
  return view;
}

const words = (data: TypedArray, dtype: DType): number => data.byteLength / Math.min(4, bytesOf(dtype));

/** `rows` x `cols` elements: where the first is and how far apart rows and columns are, in both arrays. */
type Move = (
  to: TypedArray,
  toAt: number,
  toRow: number,
  toCol: number,
  from: TypedArray,
  fromAt: number,
  fromRow: number,
  fromCol: number,
  rows: number,
  cols: number,
) => void;

/**
 * One function an element width, written out, so that each only ever sees one type of array and is compiled for it.
 * Positions are kept int32 (`| 0`), which the compiler does not see by itself.
 */
const move1: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let t = (toAt + r * toRow) | 0;
    let f = (fromAt + r * fromRow) | 0;
    for (let c = 0; c < cols; c++) {
      (to as Uint8Array)[t] = from[f] as number;
      t = (t + toCol) | 0;
      f = (f + fromCol) | 0;
    }
  }
};
const move2: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let t = (toAt + r * toRow) | 0;
    let f = (fromAt + r * fromRow) | 0;
    for (let c = 0; c < cols; c++) {
      (to as Uint16Array)[t] = from[f] as number;
      t = (t + toCol) | 0;
      f = (f + fromCol) | 0;
    }
  }
};
const move4: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let t = (toAt + r * toRow) | 0;
    let f = (fromAt + r * fromRow) | 0;
    for (let c = 0; c < cols; c++) {
      (to as Int32Array)[t] = from[f] as number;
      t = (t + toCol) | 0;
      f = (f + fromCol) | 0;
    }
  }
};
const moveDouble: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let t = (toAt + r * toRow) | 0;
    let f = (fromAt + r * fromRow) | 0;
    for (let c = 0; c < cols; c++) {
      (to as Float64Array)[t] = from[f] as number;
      t = (t + toCol) | 0;
      f = (f + fromCol) | 0;
    }
  }
};
/** 64-bit integers as pairs of words: no BigInt is made. */
const movePairs: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let t = (2 * (toAt + r * toRow)) | 0;
    let f = (2 * (fromAt + r * fromRow)) | 0;
    for (let c = 0; c < cols; c++) {
      (to as Int32Array)[t] = from[f] as number;
      (to as Int32Array)[t + 1] = from[f + 1] as number;
      t = (t + 2 * toCol) | 0;
      f = (f + 2 * fromCol) | 0;
    }
  }
};

const moves = { 1: move1, 2: move2, 4: move4 } as const;

const moveOf = (d: DType): Move => {
  const bytes = bytesOf(d);
  if (bytes === 8) return d === 'float64' ? moveDouble : movePairs;
  return moves[bytes as 1 | 2 | 4];
};

/** Rows this short are moved element by element: making a view of them would cost more. */
const shortRow = 64;

/** The part of `data` from `at`, `length` long; `data` itself when that is all of it. */
const part = (data: TypedArray, at: number, length: number): TypedArray =>
  at === 0 && length === data.length ? data : data.subarray(at, at + length);

const setRow = (to: TypedArray, at: number, row: TypedArray): void => (to as Float64Array).set(row as Float64Array, at);

/** Longer arrays are seen through a view from the window's first element on, so that positions fit int32. */
const farthest = 2 ** 30;

const lowest = ({ at, rows, cols, rowStep, colStep }: Window): number =>
  at + Math.min(0, (rows - 1) * rowStep) + Math.min(0, (cols - 1) * colStep);

/** Moves between a tile and a window of `data`, along the axis on which the block's elements lie closest. */
function moveWindow(inward: boolean, tile: TypedArray, pitch: number, data: TypedArray, dtype: DType, w: Window): void {
  const { rows, cols, rowStep, colStep } = w;
  const low = data.length > farthest ? lowest(w) : 0;
  const near = low > 0 ? data.subarray(low, low + farthest) : data;
  const at = w.at - low;
  const [inTile, inData, move] = [rawView(tile, dtype), rawView(near, dtype), moveOf(dtype)];
  const across = Math.abs(rowStep) < Math.abs(colStep);
  const [outer, inner, outerStep, innerStep] = across ? [cols, rows, colStep, rowStep] : [rows, cols, rowStep, colStep];
  const [outerTile, innerTile] = across ? [1, pitch] : [pitch, 1];
  if (inward) move(inTile, 0, outerTile, innerTile, inData, at, outerStep, innerStep, outer, inner);
  else move(inData, at, outerStep, innerStep, inTile, 0, outerTile, innerTile, outer, inner);
}

/**
 * Fills rows of a tile from a window of an array that lies in the same memory; both are given by their addresses. What is
 * contiguous along the tile's columns goes square by square, as far as squares go.
 */
export function moveIn(mover: Mover, tile: number, pitch: number, from: number, width: number, w: Window): void {
  const { rows, cols, rowStep, colStep } = w;
  const move = mover[`move${width as MoverWidth}`];
  const [row, alongRow, alongColumn] = [width * pitch, width * colStep, width * rowStep];
  if (Math.abs(rowStep) >= Math.abs(colStep)) {
    move(tile, row, width, from, alongColumn, alongRow, rows, cols);
    return;
  }
  const cross = rowStep === 1 ? mover[`cross${width as MoverWidth}`] : undefined;
  const side = sideOf(width);
  const [down, over] = cross === undefined ? [0, 0] : [rows - (rows % side), cols - (cols % side)];
  if (down > 0 && over > 0) cross?.(tile, row, from, alongRow, over, down);
  if (over > 0 && down < rows) {
    move(tile + down * row, width, row, from + down * alongColumn, alongRow, alongColumn, over, rows - down);
  }
  if (over < cols)
    move(tile + over * width, width, row, from + over * alongRow, alongRow, alongColumn, cols - over, rows);
}

/** Asks for the cache lines of a window of an array that lies in the same memory, where they are runs along either axis. */
export function touchIn(mover: Mover, from: number, width: number, { rows, cols, rowStep, colStep }: Window): void {
  if (colStep === 1 && rowStep !== 0) mover.touch(from, width * rowStep, rows, width * cols);
  else if (rowStep === 1 && colStep !== 0) mover.touch(from, width * colStep, cols, width * rows);
}

/** Whether rows follow each other without a gap, both in the block and in the tile: then all are one run. */
const gapless = (pitch: number, { rows, cols, rowStep }: Window): boolean =>
  rows === 1 || (rowStep === cols && pitch === cols);

/** Fills rows of `tile` (a row every `pitch`) from a window of `data`. */
export function copyIn(tile: TypedArray, pitch: number, data: TypedArray, dtype: DType, w: Window): void {
  const { at, rows, cols, rowStep, colStep } = w;
  if (colStep === 1 && rows * cols > shortRow && gapless(pitch, w)) {
    setRow(tile, 0, part(data, at, rows * cols));
  } else if (cols <= shortRow || (colStep !== 0 && colStep !== 1)) {
    moveWindow(true, tile, pitch, data, dtype, w);
  } else if (colStep === 0) {
    for (let r = 0; r < rows; r++) {
      (tile as Float64Array).fill(data[at + r * rowStep] as number, r * pitch, r * pitch + cols);
    }
  } else {
    for (let r = 0; r < rows; r++) setRow(tile, r * pitch, part(data, at + r * rowStep, cols));
  }
}

/** Writes rows of `tile` to a window of `data`. */
export function copyOut(tile: TypedArray, pitch: number, data: TypedArray, dtype: DType, w: Window): void {
  const { at, rows, cols, rowStep, colStep } = w;
  if (rows * cols === 1) {
    data[at] = tile[0] as number;
  } else if (colStep === 1 && rows * cols > shortRow && gapless(pitch, w)) {
    setRow(data, at, part(tile, 0, rows * cols));
  } else if (cols <= shortRow || colStep !== 1) {
    moveWindow(false, tile, pitch, data, dtype, w);
  } else {
    for (let r = 0; r < rows; r++) setRow(data, at + r * rowStep, part(tile, r * pitch, cols));
  }
}
