/**
 * Copies runs of elements into columns of a tile: squares of as many elements a side as a vector has are read along the runs,
 * transposed in registers, and written along the tile's rows.
 */
import { Code, type Local, Locals, type ModuleWriter } from './encoder.js';

/** Bytes of a vector. */
const vector = 16;

/** Elements a side of the squares. */
export const sideOf = (width: number): number => vector / width;

/** The bytes that the elements of one half of two vectors are, taken by turns. */
const byTurns = (width: number, half: number): number[] =>
  Array.from({ length: vector }, (_, byte) => {
    const [element, second] = [Math.floor(byte / (2 * width)), Math.floor(byte / width) % 2];
    return second * vector + (half * vector) / 2 + element * width + (byte % width);
  });

/** One row of what becomes of `vectors` when the halves of each and of the one half of them further are taken by turns. */
function row(code: Code, vectors: readonly Local[], width: number, i: number): Code {
  const first = i >> 1;
  code.get(vectors[first] as Local).get(vectors[first + vectors.length / 2] as Local);
  return code.op('i8x16.shuffle', ...byTurns(width, i & 1));
}

/**
 * `runs` runs of `length` elements each, `apart` bytes from each other, become as many columns of rows that lie `pitch` bytes
 * apart. Both counts are multiples of the squares' side, and at least that.
 */
export type Cross = (to: number, pitch: number, from: number, apart: number, runs: number, length: number) => void;

/** Adds that for elements of `width` bytes, as `name`. */
export function writeCross(writer: ModuleWriter, width: number, name: string): void {
  const code = new Code(new Locals(new Array(6).fill('i32')));
  const [to, pitch, from, apart, runs, length] = [0, 1, 2, 3, 4, 5] as const;
  const side = sideOf(width);
  const times = (n: number): Local => code.get(apart).i32(n).op('i32.mul').keep('i32');
  const beside = Array.from({ length: side - 1 }, (_, k) => times(k + 1));
  const squares = code.get(length).i32(side).op('i32.div_u').keep('i32');
  const strips = code.get(runs).i32(side).op('i32.div_u').keep('i32');
  const next = times(side);
  const [writes, reads, left] = [code.locals.fresh('i32'), code.locals.fresh('i32'), code.locals.fresh('i32')];
  code.nest('loop', () => {
    code.get(to).set(writes).get(from).set(reads).get(squares).set(left);
    code.nest('loop', () => {
      let vectors: readonly Local[] = [
        code.get(reads).memory('v128.load', 0).keep('v128'),
        ...beside.map((far) => code.get(reads).get(far).op('i32.add').memory('v128.load', 0).keep('v128')),
      ];
      for (let done = 2; done < side; done *= 2) {
        const before = vectors;
        vectors = before.map((_, i) => row(code, before, width, i).keep('v128'));
      }
      for (let i = 0; i < side; i++) {
        row(code.get(writes), vectors, width, i).memory('v128.store', 0);
        code.advance(writes, pitch);
      }
      code.step(reads, vector);
      code.countDown(left);
    });
    code.step(to, vector).advance(from, next);
    code.countDown(strips);
  });
  writer.add(code, [], name);
}
