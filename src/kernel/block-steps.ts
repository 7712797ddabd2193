/**
 * Where a block's streams start in memory, and how far each moves along each axis of the block. A row of blocks has one
 * axis more, which goes from block to block.
 */
import { follow } from '../core/affine.js';
import type { Axis } from './nest-plan.js';
import type { BlockRun, Region, Target } from './run.js';
import type { Layout, LoadTile, OutputTiles } from './wasm/layout.js';

/** What of a layout says how the streams move. */
export interface Streams extends Pick<Layout, 'rank' | 'reduced' | 'indexes'> {
  readonly loads: readonly Pick<LoadTile, 'input' | 'map'>[];
  readonly outputs: readonly Pick<OutputTiles, 'kind'>[];
}

export class BlockSteps {
  readonly #layout: Streams;
  /** Those of a block and the one from block to block. */
  readonly #axes: number;
  /** Where each stream starts, in elements (index nodes: their value): loads, index nodes, outputs. */
  readonly at: Float64Array;
  /** The extents of the block measured last, then a row of steps for each stream. */
  readonly #now: Float64Array;

  constructor(layout: Streams) {
    const { loads, indexes, outputs, rank } = layout;
    this.#layout = layout;
    this.#axes = rank + 1;
    this.at = new Float64Array(loads.length + indexes.length + outputs.length);
    this.#now = new Float64Array(this.#axes * (1 + this.at.length));
  }

  measure({ origin, extent, count = 1, along = 0, inputs, outputs }: BlockRun): void {
    const { rank, loads, indexes } = this.#layout;
    const now = this.#now;
    now.fill(0);
    for (let axis = 0; axis < rank; axis++) now[axis] = extent[axis] as number;
    now[rank] = count;
    let stream = 0;
    for (const load of loads) this.#load(load, inputs[load.input] as Region, origin, stream++, along);
    for (const { offset, coefs } of indexes) {
      let at = offset;
      for (let axis = 0; axis < rank; axis++) {
        const step = coefs[axis] ?? 0;
        at += step * (origin[axis] as number);
        now[this.#axes * (1 + stream) + axis] = step;
      }
      this.at[stream++] = at;
    }
    for (let o = 0; o < outputs.length; o++) this.#output(o, outputs[o] as Target, stream++);
    if (count > 1) this.#between(along, outputs);
  }

  /** From block to block: inputs and indices move by a block's extent, outputs by what a block writes. */
  #between(along: number, outputs: readonly Target[]): void {
    const { rank, outputs: written } = this.#layout;
    const now = this.#now;
    const extent = now[along] as number;
    const targets = this.at.length - written.length;
    for (let stream = 0; stream < this.at.length; stream++) {
      const first = this.#axes * (1 + stream);
      if (stream < targets) (now[first + rank] as number) += extent * (now[first + along] as number);
      else now[first + rank] = (outputs[stream - targets] as Target).blockStride ?? 0;
    }
  }

  #load(
    { map }: Streams['loads'][number],
    region: Region,
    origin: readonly number[],
    stream: number,
    along: number,
  ): void {
    const first = this.#axes * (1 + stream);
    let at = region.offset;
    for (let k = 0; k < map.length; k++) {
      const m = map[k] as LoadTile['map'][number];
      const stride = region.strides[k] as number;
      at += (follow(m, origin[m.axis] as number) - (region.origin[k] as number)) * stride;
      if (m.axis === -1) continue;
      if (m.cuts !== undefined) {
        if (m.axis === along) this.#now[first + this.#layout.rank] = stride;
        continue;
      }
      this.#now[first + m.axis] = (this.#now[first + m.axis] as number) + m.step * stride;
    }
    this.at[stream] = at;
  }

  #output(o: number, { offset, strides }: Target, stream: number): void {
    const { rank, reduced, outputs } = this.#layout;
    const first = this.#axes * (1 + stream);
    this.at[stream] = offset;
    for (let axis = 0; axis < rank; axis++) this.#now[first + axis] = strides[axis] as number;
    if (outputs[o]?.kind === 'reduce') for (const axis of reduced) this.#now[first + axis] = 0;
  }

  /** What the block measured last looks like: its extents and steps, to be held against other blocks. */
  look(): Float64Array {
    return this.#now.slice();
  }

  /** Whether the block measured last looks like this. */
  looks(like: Float64Array): boolean {
    const now = this.#now;
    for (let i = 0; i < now.length; i++) if (now[i] !== like[i]) return false;
    return true;
  }

  axes(): Axis[] {
    const { reduced } = this.#layout;
    return Array.from({ length: this.#axes }, (_, axis) => {
      const steps = Array.from(this.at, (__, s) => this.#now[this.#axes * (1 + s) + axis] as number);
      return { extent: this.#now[axis] as number, reduced: reduced.includes(axis), steps };
    });
  }
}
