/** Walking the blocks of chunks in row-major order without making an object a block. */
import { type Chunks, type Cuts, gridOf, sizeOf, startOf, unravel } from '../core/chunks.js';

export class BlockCursor {
  /** Where the current block lies. The same arrays for every block. */
  readonly origin: number[];
  readonly extent: number[];
  readonly #chunks: Chunks;
  readonly #grid: readonly number[];
  #index: number[] = [];

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
    this.#grid = gridOf(chunks);
    this.origin = new Array<number>(chunks.length).fill(0);
    this.extent = new Array<number>(chunks.length).fill(0);
  }

  moveTo(block: number): void {
    this.#index = unravel(block, this.#grid);
    for (let axis = 0; axis < this.#grid.length; axis++) this.#place(axis);
  }

  /** Goes to the next block; after the last one, to the first. */
  next(): void {
    for (let axis = this.#grid.length - 1; axis >= 0; axis--) {
      const i = (this.#index[axis] as number) + 1;
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
