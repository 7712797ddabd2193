/** Walking the blocks of chunks in row-major order without making an object a block. */
import { alikeFrom, type Chunks, type Cuts, gridOf, sizeOf, startOf, unravel } from '../core/chunks.js';

export class BlockCursor {
  /** Where the current block lies. The same arrays for every block. */
  readonly origin: number[];
  readonly extent: number[];
  /** The axis along which blocks follow each other: the last one that is cut. */
  readonly along: number;
  readonly #chunks: Chunks;
  readonly #grid: readonly number[];
  #index: number[] = [];

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
    this.#grid = gridOf(chunks);
    this.along = Math.max(
      0,
      this.#grid.findLastIndex((n) => n > 1),
    );
    this.origin = new Array<number>(chunks.length).fill(0);
    this.extent = new Array<number>(chunks.length).fill(0);
  }

  moveTo(block: number): void {
    this.#index = unravel(block, this.#grid);
    for (let axis = 0; axis < this.#grid.length; axis++) this.#place(axis);
  }

  /** How many blocks of the current row, this one first, have its extent; at most `most`. */
  alike(most: number): number {
    const cuts = this.#chunks[this.along];
    return cuts === undefined || most <= 1 ? 1 : alikeFrom(cuts, this.#index[this.along] as number, most);
  }

  /** Goes on by some blocks of the current row, past its end at most by one; after the last block, to the first. */
  next(count = 1): void {
    for (let axis = Math.min(this.along, this.#grid.length - 1); axis >= 0; axis--) {
      const i = (this.#index[axis] as number) + (axis === this.along ? count : 1);
      const carry = i === this.#grid[axis];
      this.#index[axis] = carry ? 0 : i;
      this.#place(axis);
      if (!carry) return;
    }
  }

  #place(axis: number): void {
    const cuts = this.#chunks[axis] as Cuts;
    const i = this.#index[axis] as number;
    this.origin[axis] = startOf(cuts, i);
    this.extent[axis] = sizeOf(cuts, i);
  }
}
