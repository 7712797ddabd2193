/** Where the tasks of a batch write: one target an output, moved from block to block. */
import { type Chunks, sameChunks } from '../core/chunks.js';
import type { TypedArray } from '../core/dtype.js';
import { stridesOf } from '../core/shape.js';
import type { Target } from '../kernel/run.js';
import type { StageOutput } from '../plan/types.js';
import type { OutputMemory } from '../store/types.js';
import { BlockCursor } from './cursor.js';

/** A Target that is changed in place, since a task may take less time than making one. */
export class OutputTarget implements Target {
  data: readonly TypedArray[] = [];
  offset = 0;
  strides: number[];
  blockStride = 0;
  readonly #wholeStrides: readonly number[];
  readonly #cursor: BlockCursor;
  readonly #follows: boolean;
  #dense = false;
  #end = 0;

  /** `blocks` walks the chunks of the stage; outputs in the same chunks follow it. */
  constructor(output: StageOutput, stageChunks: Chunks, blocks: BlockCursor) {
    this.#follows = sameChunks(output.chunks, stageChunks);
    this.#cursor = this.#follows ? blocks : new BlockCursor(output.chunks);
    this.#wholeStrides = stridesOf(output.shape);
    this.strides = [...this.#wholeStrides];
  }

  /** Points at the block of task `first`. */
  begin(memory: OutputMemory, first: number): void {
    this.data = memory.data;
    this.#dense = memory.layout === 'dense';
    this.#end = 0;
    if (!this.#follows) this.#cursor.moveTo(first);
    if (this.#dense) this.strides = [...this.#wholeStrides];
    this.#point();
  }

  /** How many blocks of the row are written alike, at most `most`. */
  alike(most: number): number {
    return this.#cursor.alike(most);
  }

  /** Points `count` blocks of the row further on; to be called after the stage's own cursor has moved. */
  next(count = 1): void {
    if (!this.#follows) this.#cursor.next(count);
    if (!this.#dense) this.#end += count * this.blockStride;
    this.#point();
  }

  #point(): void {
    const { origin, extent, along } = this.#cursor;
    if (this.#dense) {
      this.blockStride = ((extent[along] ?? 0) * (this.#wholeStrides[along] ?? 0)) as number;
      let offset = 0;
      for (let axis = 0; axis < origin.length; axis++) {
        offset += (origin[axis] as number) * (this.#wholeStrides[axis] as number);
      }
      this.offset = offset;
      return;
    }
    this.offset = this.#end;
    let step = 1;
    for (let axis = extent.length - 1; axis >= 0; axis--) {
      this.strides[axis] = step;
      step *= extent[axis] as number;
    }
    this.blockStride = step;
  }
}
