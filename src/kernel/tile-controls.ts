/** The numbers that a kernel's nest reads before a tile: counts, where each stream is, and how far it moves. */
import { bytesOf } from '../core/dtype.js';
import type { Axis, NestPlan } from './nest-plan.js';
import { controls, indexControls, type Layout, type Tile } from './wasm/layout.js';

/**
 * Two halves of a row are read at once where each has so many bytes: memory that is read in two places comes sooner, as long
 * as these are some pages apart.
 */
const leastHalf = 8192;

export class TileControls {
  readonly #layout: Layout;
  readonly #words: Int32Array;
  readonly #indexes: Float64Array;
  readonly #folds: boolean;
  /** Elements that streams move on along the columns from group to group. */
  #stride = 1;

  /** Over the control words of the kernel that lies at `base`. */
  constructor(layout: Layout, buffer: ArrayBufferLike, base: number) {
    const { loads, outputs, indexes, state } = layout;
    const written = outputs.reduce((n, { planes }) => n + planes.length, 0);
    const words = controls.streams + controls.words * (loads.length + written);
    this.#layout = layout;
    this.#words = new Int32Array(buffer, base + layout.control, words);
    this.#indexes = new Float64Array(buffer, base + layout.indexControl, indexes.length * indexControls.count);
    this.#folds = state.slots.length > 0;
  }

  /** What stays for all tiles of a plan: the steps of index nodes. */
  begin({ row, col }: NestPlan): void {
    const { loads, indexes, lanes } = this.#layout;
    const outside = this.#colsOutside(col);
    for (let i = 0; i < indexes.length; i++) {
      const [rowStep, colStep] = [row.steps[loads.length + i] as number, col.steps[loads.length + i] as number];
      const at = i * indexControls.count;
      this.#indexes[at + indexControls.outerStep] = outside ? colStep * lanes : rowStep;
      this.#indexes[at + indexControls.innerStep] = outside ? rowStep : colStep * lanes;
      this.#indexes[at + indexControls.laneStep] = colStep;
    }
  }

  /** The loops over a tile, whose states begin with number `first` of the groups. */
  tile({ row, col, tiled }: NestPlan, rows: number, cols: number, first: number): void {
    const { lanes, state } = this.#layout;
    const words = this.#words;
    const groups = lanes === 1 ? cols : (cols + 3) >> 2;
    const outside = this.#colsOutside(col);
    const tail = this.#folds && !outside && lanes > 1 ? cols & 3 : 0;
    words[controls.outer] = outside ? groups : rows;
    words[controls.inner] = outside ? rows : tail > 0 ? groups - 1 : groups;
    words[controls.tail] = tail;
    words[controls.stateFirst] = first * state.bytes;
    words[controls.stateStep] = outside || !row.reduced ? state.bytes : 0;
    this.#halves(cols, col, tiled);
  }

  /** A stream of the nest: its first address, and how many elements apart its rows are. */
  stream(stream: number, address: number, dtype: Tile['dtype'], pitch: number, col: Axis): void {
    const bytes = bytesOf(dtype);
    const [alongRows, alongCols] = [pitch * bytes, this.#stride * bytes];
    const outside = this.#colsOutside(col);
    const first = controls.streams + controls.words * stream;
    this.#words[first] = address;
    this.#words[first + 1] = outside ? alongCols : alongRows;
    this.#words[first + 2] = outside ? alongRows : alongCols;
  }

  /** Where an index node stands at the first element. */
  index(i: number, value: number): void {
    this.#indexes[i * indexControls.count + indexControls.base] = value;
  }

  /** The two halves of a row are gone through at once where all that is read lies in place, and there is no tail. */
  #halves(cols: number, col: Axis, tiled: boolean): void {
    const { halves, lanes } = this.#layout;
    const both = halves && !tiled && col.reduced && cols % 4 === 0 && 4 * cols >= leastHalf;
    this.#stride = both ? 2 : lanes;
    this.#words[controls.apart] = both ? 4 * cols : 16;
  }

  /** Kept columns of a reduction are the outer loop, so that their states stay in registers. */
  #colsOutside(col: Axis): boolean {
    return this.#folds && !col.reduced;
  }
}
