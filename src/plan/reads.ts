/** What a kernel reads: arrays in memory to be, and the ways of reading them. */
import { type AffineMap, compose } from '../core/affine.js';
import type { DType } from '../core/dtype.js';
import type { Load } from '../kernel/ir.js';
import type { ArrayRef } from './types.js';

/** An array in memory to be, and where its elements stand in it. */
export interface Located {
  readonly ref: ArrayRef;
  readonly map: AffineMap;
}

/** The inputs of one kernel: each array and way of reading it once. */
export class Reads {
  readonly refs: ArrayRef[] = [];
  readonly loads: Load[] = [];
  readonly #inputs = new Map<string, number>();

  /** The load of plane `plane` of `located` at `map`. */
  load(located: Located, map: AffineMap, plane: number, dtype: DType): number {
    const through = compose(located.map, map);
    const key = JSON.stringify([located.ref, through]);
    let input = this.#inputs.get(key);
    if (input === undefined) {
      input = this.refs.push(located.ref) - 1;
      this.#inputs.set(key, input);
    }
    const known = this.loads.findIndex((l) => l.input === input && l.plane === plane);
    return known >= 0 ? known : this.loads.push({ input, plane, dtype, map: through }) - 1;
  }
}
