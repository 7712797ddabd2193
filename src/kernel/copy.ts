/** Copies between blocks, which lie anywhere with any strides, and tiles, whose rows lie side by side in Wasm memory. */
import { bytesOf, type DType, type TypedArray } from '../core/dtype.js';

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
 */
const move1: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let [t, f] = [toAt + r * toRow, fromAt + r * fromRow];
    for (let c = 0; c < cols; c++, t += toCol, f += fromCol) (to as Uint8Array)[t] = from[f] as number;
  }
};
const move2: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let [t, f] = [toAt + r * toRow, fromAt + r * fromRow];
    for (let c = 0; c < cols; c++, t += toCol, f += fromCol) (to as Uint16Array)[t] = from[f] as number;
  }
};
const move4: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let [t, f] = [toAt + r * toRow, fromAt + r * fromRow];
    for (let c = 0; c < cols; c++, t += toCol, f += fromCol) (to as Int32Array)[t] = from[f] as number;
  }
};
const moveDouble: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let [t, f] = [toAt + r * toRow, fromAt + r * fromRow];
    for (let c = 0; c < cols; c++, t += toCol, f += fromCol) (to as Float64Array)[t] = from[f] as number;
  }
};
/** 64-bit integers as pairs of words: no BigInt is made. */
const movePairs: Move = (to, toAt, toRow, toCol, from, fromAt, fromRow, fromCol, rows, cols) => {
  for (let r = 0; r < rows; r++) {
    let [t, f] = [2 * (toAt + r * toRow), 2 * (fromAt + r * fromRow)];
    for (let c = 0; c < cols; c++, t += 2 * toCol, f += 2 * fromCol) {
      (to as Int32Array)[t] = from[f] as number;
      (to as Int32Array)[t + 1] = from[f + 1] as number;
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
const shortRow = 12;

/** The part of `data` from `at`, `length` long; `data` itself when that is all of it. */
const part = (data: TypedArray, at: number, length: number): TypedArray =>
  at === 0 && length === data.length ? data : data.subarray(at, at + length);

const setRow = (to: TypedArray, at: number, row: TypedArray): void => (to as Float64Array).set(row as Float64Array, at);

/** Fills rows of `tile` (a row every `pitch`) from a window of `data`. */
export function copyIn(tile: TypedArray, pitch: number, data: TypedArray, dtype: DType, w: Window): void {
  const { at, rows, cols, rowStep, colStep } = w;
  if (colStep === 0 && cols > shortRow) {
    for (let r = 0; r < rows; r++) {
      (tile as Float64Array).fill(data[at + r * rowStep] as number, r * pitch, r * pitch + cols);
    }
  } else if (colStep !== 1 || cols <= shortRow) {
    moveOf(dtype)(rawView(tile, dtype), 0, pitch, 1, rawView(data, dtype), at, rowStep, colStep, rows, cols);
  } else if (rowStep === cols && pitch === cols) {
    setRow(tile, 0, part(data, at, rows * cols));
  } else {
    for (let r = 0; r < rows; r++) setRow(tile, r * pitch, part(data, at + r * rowStep, cols));
  }
}

/** Writes rows of `tile` to a window of `data`. */
export function copyOut(tile: TypedArray, pitch: number, data: TypedArray, dtype: DType, w: Window): void {
  const { at, rows, cols, rowStep, colStep } = w;
  if (rows * cols === 1) {
    data[at] = tile[0] as number;
  } else if (colStep !== 1 || cols <= shortRow) {
    moveOf(dtype)(rawView(data, dtype), at, rowStep, colStep, rawView(tile, dtype), 0, pitch, 1, rows, cols);
  } else if (pitch === cols && rowStep === cols) {
    setRow(data, at, part(tile, 0, rows * cols));
  } else {
    for (let r = 0; r < rows; r++) setRow(data, at + r * rowStep, part(tile, r * pitch, cols));
  }
}
