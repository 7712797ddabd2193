/**
 * Runs a compiled kernel over a block: walks the block in tiles, copies each load's tile into the kernel's memory (unless
 * it lies in that memory and can be read in place), calls the nest, and copies what was stored or finished out. Nothing is
 * allocated from run to run while blocks look alike.
 */
import { bytesOf, makeArray, type TypedArray } from '../core/dtype.js';
import { BlockSteps } from './block-steps.js';
import { copyIn, copyOut, moveIn, type Window } from './copy.js';
import { InPlace } from './in-place.js';
import { type Loop, type NestPlan, type NestShape, pitchOf } from './nest-plan.js';
import { type PageCut, pageCut } from './page-cut.js';
import { PlanCache, shapeOf } from './plan-cache.js';
import type { BlockRun, Region, Runner, Target } from './run.js';
import { type StreamNeeds, StreamNumbers } from './stream-numbers.js';
import { TileControls } from './tile-controls.js';
import type { Layout, LoadTile, OutputTiles, Tile } from './wasm/layout.js';
import { moverIn } from './wasm/mover.js';

interface Exports {
  tile(): void;
  /** `tile` for elements of several pages of a random stream, where streams have pages. */
  across?(): void;
  init(groups: number): void;
  finish(count: number, merged: number): void;
}

/** Elements between two questions whether to stop: some tenths of a millisecond. */
const stopEvery = 1 << 16;

/** Tiles of several pages are cut until they have no more elements than this; what is left looks each element's page up. */
const acrossAtMost = 1024;

/** Between runs none is held: it would keep what it reads from being freed. */
const noRun: BlockRun = { origin: [], extent: [], inputs: [], outputs: [] };

/** Where a kernel works: its part of `memory` begins at `base`. */
interface Workplace {
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  /** Whether arrays may lie in that memory too. */
  readonly amongArrays: boolean;
}

class TileRunner {
  readonly #layout: Layout;
  readonly #call: Exports;
  /** The address of its part of the memory. */
  readonly #base: number;
  /** What it reads where it lies, if arrays lie in its memory too. */
  readonly #inPlace: InPlace | undefined;
  readonly #controls: TileControls;
  readonly #numbers: StreamNumbers;
  readonly #loads: readonly TypedArray[];
  readonly #planes: readonly (readonly TypedArray[])[];
  readonly #shape: NestShape;
  /** Whether any output is written tile by tile. */
  readonly #stores: boolean;
  readonly #steps: BlockSteps;
  /** Where each stream stands: loads, index nodes, outputs. */
  readonly #at: Float64Array;
  /** What each load's tile holds: position, rows, cols; position -1 is nothing. */
  readonly #held: Float64Array;
  readonly #window: Window = { at: 0, rows: 0, cols: 0, rowStep: 0, colStep: 0 };
  readonly #plans: PlanCache;
  #plan: NestPlan | undefined;
  #rows = 1;
  #cols = 1;
  /** The first group of states that the tile steps. */
  #state = 0;
  #sinceStop = 0;
  #run = noRun;

  constructor(layout: Layout, needs: StreamNeeds, call: Exports, { memory, base, amongArrays }: Workplace) {
    this.#layout = layout;
    this.#call = call;
    this.#base = base;
    const { buffer } = memory;
    const { loads, outputs, crossedCapacity: room, state, lanes } = layout;
    const view = (tile: Tile, length: number): TypedArray => makeArray(tile.dtype, length, buffer, base + tile.at);
    this.#controls = new TileControls(layout, buffer, base);
    this.#numbers = new StreamNumbers(needs, buffer, base);
    this.#loads = loads.map((tile) => view(tile, room));
    this.#planes = outputs.map(({ kind, planes }) =>
      planes.map((tile) => view(tile, kind === 'reduce' ? state.groups * lanes : room)),
    );
    this.#stores = outputs.some((o) => o.kind !== 'reduce');
    this.#shape = shapeOf(layout, this.#numbers.pageLength);
    this.#plans = new PlanCache(this.#shape, layout.freeCapacity);
    this.#steps = new BlockSteps(layout);
    this.#at = this.#steps.at;
    this.#inPlace = amongArrays ? new InPlace(moverIn(memory, lanes > 1), loads, this.#at) : undefined;
    this.#held = new Float64Array(3 * loads.length);
  }

  run(run: BlockRun): boolean {
    this.#run = run;
    this.#inPlace?.enter(run.inputs);
    this.#steps.measure(run);
    this.#held.fill(-1);
    const copiesNothing = !this.#stores && this.#inPlace?.hasAll() === true;
    const plan = this.#plans.planFor(this.#steps, copiesNothing);
    if (plan !== this.#plan) this.#controls.begin(plan);
    this.#plan = plan;
    const done = this.#walk(plan, 0);
    this.#run = noRun;
    this.#inPlace?.enter(noRun.inputs);
    return done;
  }

  /** One level of the walk; false once stopped. */
  #walk(plan: NestPlan, depth: number): boolean {
    if (depth < plan.kept) return this.#loop(plan, depth);
    if (depth === plan.kept) return this.#keptPosition(plan, depth);
    return depth === plan.loops.length ? this.#tile(plan) : this.#loop(plan, depth);
  }

  #keptPosition(plan: NestPlan, depth: number): boolean {
    const count = this.#shape.folds ? this.#startStates(plan) : 0;
    const done = depth === plan.loops.length ? this.#tile(plan) : this.#loop(plan, depth);
    if (done && count > 0) this.#finishStates(plan, count);
    return done;
  }

  #loop(plan: NestPlan, depth: number): boolean {
    const { extent, span, steps, role } = plan.loops[depth] as Loop;
    if (extent <= span && extent > 0) {
      if (role === 'row') this.#rows = extent;
      else if (role === 'col') this.#cols = extent;
      return this.#walk(plan, depth + 1);
    }
    const at = this.#at;
    let done = true;
    let i = 0;
    for (; done && i < extent; i += span) {
      const length = Math.min(span, extent - i);
      if (role === 'row') this.#rows = length;
      else if (role === 'col') this.#cols = length;
      done = this.#walk(plan, depth + 1);
      for (let s = 0; s < at.length; s++) (at[s] as number) += span * (steps[s] as number);
    }
    for (let s = 0; s < at.length; s++) (at[s] as number) -= i * (steps[s] as number);
    return done;
  }

  /** Sets the states of this kept position; gives how many values they finish to. */
  #startStates({ row, col }: NestPlan): number {
    const { lanes } = this.#layout;
    if (!col.reduced) {
      this.#call.init(Math.ceil(this.#cols / lanes));
      return this.#cols;
    }
    const groups = row.reduced ? 1 : this.#rows;
    this.#call.init(groups);
    return groups;
  }

  #finishStates({ row, col }: NestPlan, count: number): void {
    this.#call.finish(count, col.reduced ? 1 : 0);
    const { loads, indexes, outputs } = this.#layout;
    const axis = col.reduced ? row : col;
    for (let o = 0; o < outputs.length; o++) {
      if ((outputs[o] as OutputTiles).kind === 'store') continue;
      const stream = loads.length + indexes.length + o;
      this.#write(o, stream, count, 1, count, 0, count === 1 ? 1 : (axis.steps[stream] as number));
    }
  }

  #tile(plan: NestPlan): boolean {
    const { row, col } = plan;
    const { lanes, loads, indexes, outputs } = this.#layout;
    const [controls, rows, cols] = [this.#controls, this.#rows, this.#cols];
    const together = this.#numbers.enter(this.#at, loads.length, row, col, rows, cols);
    if (!together && rows * cols > acrossAtMost) {
      const cut = pageCut(plan, this.#shape, rows, cols);
      if (cut !== undefined) return this.#inTwo(plan, cut);
    }
    if (plan.scattered) this.#inPlace?.touch(plan, rows, cols);
    const pitch = pitchOf(cols, lanes, plan.crossed);
    controls.tile(plan, rows, cols, this.#state);
    let stream = 0;
    for (let l = 0; l < loads.length; l++) {
      const [rowStep, colStep] = [row.steps[l] as number, col.steps[l] as number];
      const tile = loads[l] as LoadTile;
      const address = this.#inPlace?.addressOf(l);
      if (address !== undefined && (colStep === 1 || cols === 1)) {
        controls.stream(stream++, address, tile.dtype, rowStep, col);
      } else {
        this.#fill(l, rowStep === 0 ? 1 : rows, cols, pitch, rowStep, colStep);
        controls.stream(stream++, this.#base + tile.at, tile.dtype, rowStep === 0 ? 0 : pitch, col);
      }
    }
    for (let i = 0; i < indexes.length; i++) controls.index(i, this.#at[loads.length + i] as number);
    for (const { kind, planes } of outputs) {
      if (kind === 'reduce') continue;
      for (const { at, dtype } of planes) controls.stream(stream++, this.#base + at, dtype, pitch, col);
    }
    if (together) this.#call.tile();
    else this.#call.across?.();
    for (let o = 0; o < outputs.length; o++) {
      if ((outputs[o] as OutputTiles).kind !== 'store') continue;
      const at = loads.length + indexes.length + o;
      this.#write(o, at, pitch, rows, cols, row.steps[at] as number, col.steps[at] as number);
    }
    return this.#mayGoOn(rows * cols);
  }

  #inTwo(plan: NestPlan, { along, first, states }: PageCut): boolean {
    const [rows, cols, state, at] = [this.#rows, this.#cols, this.#state, this.#at];
    const { steps } = plan[along];
    const move = (by: number): void => {
      for (let s = 0; s < at.length; s++) (at[s] as number) += by * (steps[s] as number);
    };
    const part = (length: number): boolean => {
      if (along === 'row') this.#rows = length;
      else this.#cols = length;
      return this.#tile(plan);
    };
    let done = part(first);
    if (done) {
      move(first);
      this.#state = state + states;
      done = part((along === 'row' ? rows : cols) - first);
      move(-first);
    }
    [this.#rows, this.#cols, this.#state] = [rows, cols, state];
    return done;
  }

  /** Copies a load's tile in, unless it is there already. */
  #fill(l: number, rows: number, cols: number, pitch: number, rowStep: number, colStep: number): void {
    const held = this.#held;
    const at = this.#at[l] as number;
    if (held[3 * l] === at && held[3 * l + 1] === rows && held[3 * l + 2] === cols) return;
    held[3 * l] = at;
    held[3 * l + 1] = rows;
    held[3 * l + 2] = cols;
    const tile = this.#layout.loads[l] as LoadTile;
    const window = this.#windowOf(at, rows, cols, rowStep, colStep);
    const address = this.#inPlace?.addressOf(l);
    if (this.#inPlace !== undefined && address !== undefined && colStep !== 0) {
      moveIn(this.#inPlace.mover, this.#base + tile.at, pitch, address, bytesOf(tile.dtype), window);
      return;
    }
    const data = (this.#run.inputs[tile.input] as Region).data[tile.plane] as TypedArray;
    copyIn(this.#loads[l] as TypedArray, pitch, data, tile.dtype, window);
  }

  #write(o: number, stream: number, pitch: number, rows: number, cols: number, rowStep: number, colStep: number): void {
    const tiles = this.#planes[o] as readonly TypedArray[];
    const { planes } = this.#layout.outputs[o] as OutputTiles;
    const target = this.#run.outputs[o] as Target;
    for (let p = 0; p < tiles.length; p++) {
      const window = this.#windowOf(this.#at[stream] as number, rows, cols, rowStep, colStep);
      copyOut(tiles[p] as TypedArray, pitch, target.data[p] as TypedArray, (planes[p] as Tile).dtype, window);
    }
  }

  #windowOf(at: number, rows: number, cols: number, rowStep: number, colStep: number): Window {
    const w = this.#window;
    w.at = at;
    w.rows = rows;
    w.cols = cols;
    w.rowStep = rowStep;
    w.colStep = colStep;
    return w;
  }

  #mayGoOn(elements: number): boolean {
    this.#sinceStop += elements;
    if (this.#sinceStop < stopEvery) return true;
    this.#sinceStop = 0;
    const { stopped } = this.#run;
    return stopped === undefined || !stopped();
  }
}

/** An instance of a kernel's module as a Runner. */
export function runnerOf(layout: Layout, needs: StreamNeeds, instance: WebAssembly.Instance, place: Workplace): Runner {
  const runner = new TileRunner(layout, needs, instance.exports as unknown as Exports, place);
  return (run) => runner.run(run);
}
