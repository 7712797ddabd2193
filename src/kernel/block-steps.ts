/** Where a block's streams start in memory, and how far each moves along each axis of the block. */
import type { Axis } from './nest-plan.js';
import type { BlockRun, Region, Target } from './run.js';
import type { Layout, LoadTile } from './wasm/layout.js';

export class BlockSteps {
  readonly #layout: Layout;
  /** Where each stream starts, in elements (index nodes: their value): loads, index nodes, outputs. */
  readonly at: Float64Array;
  /** The extents of the block measured last, then a row of steps for each stream; and those of the one before. */
  readonly #now: Float64Array;
  readonly #before: Float64Array;

  constructor(layout: Layout) {
    const { loads, indexes, outputs, rank } = layout;
    this.#layout = layout;
    this.at = new Float64Array(loads.length + indexes.length + outputs.length);
    this.#now = new Float64Array(rank * (1 + this.at.length));
    this.#before = new Float64Array(rank * (1 + this.at.length));
  }

  measure({ origin, extent, inputs, outputs }: BlockRun): void {
    const { rank, loads, indexes } = this.#layout;
    const now = this.#now;
    this.#before.set(now);
    now.fill(0);
    for (let axis = 0; axis < rank; axis++) now[axis] = extent[axis] as number;
    let stream = 0;
    for (const load of loads) this.#load(load, inputs[load.input] as Region, origin, stream++);
    for (const { offset, coefs } of indexes) {
      let at = offset;
      for (let axis = 0; axis < rank; axis++) {
        const step = coefs[axis] ?? 0;
        at += step * (origin[axis] as number);
        now[rank * (1 + stream) + axis] = step;
      }
      this.at[stream++] = at;
    }
    for (let o = 0; o < outputs.length; o++) this.#output(o, outputs[o] as Target, stream++);
  }

  #load({ map }: LoadTile, region: Region, origin: readonly number[], stream: number): void {
    const first = this.#layout.rank * (1 + stream);
    let at = region.offset;
    for (let k = 0; k < map.length; k++) {
      const { axis, start, step } = map[k] as LoadTile['map'][number];
      const stride = region.strides[k] as number;
      const index = axis === -1 ? start : start + step * (origin[axis] as number);
      at += (index - (region.origin[k] as number)) * stride;
      if (axis !== -1) this.#now[first + axis] = (this.#now[first + axis] as number) + step * stride;
    }
    this.at[stream] = at;
  }

  #output(o: number, { offset, strides }: Target, stream: number): void {
    const { rank, reduced, outputs } = this.#layout;
    const first = rank * (1 + stream);
    this.at[stream] = offset;
    for (let axis = 0; axis < rank; axis++) this.#now[first + axis] = strides[axis] as number;
    if (outputs[o]?.kind === 'reduce') for (const axis of reduced) this.#now[first + axis] = 0;
  }

  /** Whether the block measured last looks like the one before: same extents, same steps. */
  same(): boolean {
    const [now, before] = [this.#now, this.#before];
    for (let i = 0; i < now.length; i++) if (now[i] !== before[i]) return false;
    return true;
  }

  axes(): Axis[] {
    const { rank, reduced } = this.#layout;
    return Array.from({ length: rank }, (_, axis) => {
      const steps = Array.from(this.at, (__, s) => this.#now[rank * (1 + s) + axis] as number);
      return { extent: this.#now[axis] as number, reduced: reduced.includes(axis), steps };
    });
  }
}
