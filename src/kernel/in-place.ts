/** What loads read where it lies: arrays in the memory in which the kernel works, too. */
import { bytesOf } from '../core/dtype.js';
import { touchIn, type Window } from './copy.js';
import type { NestPlan } from './nest-plan.js';
import type { Region } from './run.js';
import type { LoadTile } from './wasm/layout.js';
import type { Mover } from './wasm/mover.js';

export class InPlace {
  /** Copies within the memory. */
  readonly mover: Mover;
  readonly #loads: readonly LoadTile[];
  readonly #at: Float64Array;
  readonly #window: Window = { at: 0, rows: 0, cols: 0, rowStep: 0, colStep: 0 };
  #inputs: readonly Region[] = [];

  /** `at`: where each load stands, kept up to date by who walks. */
  constructor(mover: Mover, loads: readonly LoadTile[], at: Float64Array) {
    this.mover = mover;
    this.#loads = loads;
    this.#at = at;
  }

  /** What is read from now on. */
  enter(inputs: readonly Region[]): void {
    this.#inputs = inputs;
  }

  /** Where a load's next element lies in the memory; undefined where it lies elsewhere. */
  addressOf(l: number): number | undefined {
    const { input, plane, dtype } = this.#loads[l] as LoadTile;
    const start = (this.#inputs[input] as Region).addresses?.[plane];
    return start === undefined ? undefined : start + (this.#at[l] as number) * bytesOf(dtype);
  }

  /** Whether all that is loaded lies in the memory. */
  hasAll(): boolean {
    for (let l = 0; l < this.#loads.length; l++) if (this.addressOf(l) === undefined) return false;
    return true;
  }

  /** Asks for all that the next tile reads in the memory. */
  touch({ row, col }: NestPlan, rows: number, cols: number): void {
    const window = this.#window;
    window.rows = rows;
    window.cols = cols;
    for (let l = 0; l < this.#loads.length; l++) {
      const address = this.addressOf(l);
      if (address === undefined) continue;
      window.rowStep = row.steps[l] as number;
      window.colStep = col.steps[l] as number;
      touchIn(this.mover, address, bytesOf((this.#loads[l] as LoadTile).dtype), window);
    }
  }
}
