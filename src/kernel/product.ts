/**
 * Runs a compiled product over a block: packs panels of both matrices into the kernel's memory, whatever their strides, has
 * them multiplied there, and copies out parts of the result as they are done.
 */
import { bytesOf, isWide, makeArray, type TypedArray } from '../core/dtype.js';
import { BlockSteps } from './block-steps.js';
import { copyIn, copyOut } from './copy.js';
import { panelLength } from './ir.js';
import type { Axis } from './nest-plan.js';
import type { BlockRun, Region, Runner, Target } from './run.js';
import type { ProductLayout, Strips } from './wasm/product.js';

type Pack = (to: number, from: number, across: number, along: number, strips: number, depth: number) => void;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly packLeft: Pack;
  readonly packRight: Pack;
  panel(
    left: number,
    right: number,
    result: number,
    rowStrips: number,
    columnStrips: number,
    depth: number,
    add: number,
  ): void;
}

/** The panel of one operand that is packed: `across` steps from row to row or column to column, `along` the sum. */
class Packed {
  readonly #strips: Strips;
  readonly #pack: Pack;
  readonly #dtype: ProductLayout['dtype'];
  readonly #staged: TypedArray;
  readonly #stagedAt: number;
  #data: TypedArray | undefined;
  #across = 0;
  #along = 0;
  /** What is packed: from where, how many rows or columns, how deep. */
  readonly #held = [-1, 0, 0];

  constructor(strips: Strips, pack: Pack, { dtype, staged }: ProductLayout, { buffer }: WebAssembly.Memory) {
    this.#strips = strips;
    this.#pack = pack;
    this.#dtype = dtype;
    this.#stagedAt = staged.at;
    this.#staged = makeArray(dtype, staged.length, buffer, staged.at);
  }

  /** Another operand, or the same with other elements. */
  begin(data: TypedArray, across: number, along: number): void {
    this.#data = data;
    this.#across = across;
    this.#along = along;
    this.#held[0] = -1;
  }

  /** `count` rows or columns from element `at` on, `depth` deep; gives how many strips they are. */
  pack(at: number, count: number, depth: number): number {
    const { at: to, width } = this.#strips;
    const strips = Math.ceil(count / width);
    const held = this.#held;
    if (held[0] === at && held[1] === count && held[2] === depth) return strips;
    [held[0], held[1], held[2]] = [at, count, depth];
    const bytes = bytesOf(this.#dtype);
    if (this.#stage(at, count, depth)) this.#pack(to, this.#stagedAt, depth * bytes, bytes, strips, depth);
    else this.#pack(to, this.#stagedAt, bytes, count * bytes, strips, depth);
    return strips;
  }

  /** Lays it down in rows along which its elements lie close; true where those go along the sum. */
  #stage(at: number, count: number, depth: number): boolean {
    const [across, along] = [this.#across, this.#along];
    const follows = count === 1 || Math.abs(along) <= Math.abs(across);
    const window = follows
      ? { at, rows: count, cols: depth, rowStep: across, colStep: along }
      : { at, rows: depth, cols: count, rowStep: along, colStep: across };
    copyIn(this.#staged, window.cols, this.#data as TypedArray, this.#dtype, window);
    return follows;
  }
}

class ProductRunner {
  readonly #layout: ProductLayout;
  readonly #call: Exports;
  readonly #left: Packed;
  readonly #right: Packed;
  readonly #result: TypedArray;
  readonly #steps: BlockSteps;
  #run!: BlockRun;
  #m!: Axis;
  #n!: Axis;
  #k!: Axis;

  constructor(layout: ProductLayout, call: Exports) {
    const { left, right, result, dtype } = layout;
    const { memory, packLeft, packRight } = call;
    this.#layout = layout;
    this.#call = call;
    this.#left = new Packed(left, packLeft, layout, memory);
    this.#right = new Packed(right, packRight, layout, memory);
    this.#result = makeArray(dtype, result.rows * result.pitch, memory.buffer, result.at);
    this.#steps = new BlockSteps(layout);
  }

  run(run: BlockRun): boolean {
    const { rank, loads } = this.#layout;
    this.#run = run;
    this.#steps.measure(run);
    const axes = this.#steps.axes();
    [this.#m, this.#n, this.#k] = axes.splice(rank - 3, 3) as [Axis, Axis, Axis];
    const [left, right] = loads.map(({ input, plane }) => (run.inputs[input] as Region).data[plane] as TypedArray);
    this.#left.begin(left as TypedArray, this.#m.steps[0] as number, this.#k.steps[0] as number);
    this.#right.begin(right as TypedArray, this.#n.steps[1] as number, this.#k.steps[1] as number);
    const [atLeft, atRight, atResult] = this.#steps.at as unknown as readonly [number, number, number];
    return this.#stack(axes, 0, atLeft, atRight, atResult);
  }

  /** The matrices of a stack one after the other; the last of the axes leads from block to block. */
  #stack(axes: readonly Axis[], depth: number, left: number, right: number, result: number): boolean {
    const axis = axes[depth];
    if (axis === undefined) return this.#matrix(left, right, result);
    const [l, r, to] = axis.steps as readonly [number, number, number];
    for (let i = 0; i < axis.extent; i++) {
      if (!this.#stack(axes, depth + 1, left + i * l, right + i * r, result + i * to)) return false;
    }
    return true;
  }

  #matrix(left: number, right: number, result: number): boolean {
    const { rows: most, pitch } = this.#layout.result;
    const [m, n] = [this.#m, this.#n];
    for (let j = 0; j < n.extent; j += pitch) {
      const columns = Math.min(pitch, n.extent - j);
      const [from, to] = [right + j * (n.steps[1] as number), result + j * (n.steps[2] as number)];
      for (let i = 0; i < m.extent; i += most) {
        const rows = Math.min(most, m.extent - i);
        if (!this.#sum(left + i * (m.steps[0] as number), from, rows, columns)) return false;
        this.#write(to + i * (m.steps[2] as number), rows, columns);
      }
    }
    return true;
  }

  /** Sums `rows` x `columns` elements of the result in the kernel's memory, panel by panel. */
  #sum(left: number, right: number, rows: number, columns: number): boolean {
    const { dtype, left: strips, right: packed, result } = this.#layout;
    const [m, k] = [this.#m, this.#k];
    const most = strips.width * strips.count;
    const rowBytes = result.pitch * bytesOf(dtype);
    if (k.extent === 0) (this.#result as Float64Array).fill((isWide(dtype) ? 0n : 0) as number);
    for (let at = 0; at < k.extent; at += panelLength) {
      const depth = Math.min(panelLength, k.extent - at);
      const columnStrips = this.#right.pack(right + at * (k.steps[1] as number), columns, depth);
      for (let i = 0; i < rows; i += most) {
        const from = left + i * (m.steps[0] as number) + at * (k.steps[0] as number);
        const rowStrips = this.#left.pack(from, Math.min(most, rows - i), depth);
        this.#call.panel(
          strips.at,
          packed.at,
          result.at + i * rowBytes,
          rowStrips,
          columnStrips,
          depth,
          at === 0 ? 0 : 1,
        );
        if (this.#run.stopped?.()) return false;
      }
    }
    return true;
  }

  #write(at: number, rows: number, cols: number): void {
    const { dtype, result } = this.#layout;
    const window = { at, rows, cols, rowStep: this.#m.steps[2] as number, colStep: this.#n.steps[2] as number };
    copyOut(this.#result, result.pitch, (this.#run.outputs[0] as Target).data[0] as TypedArray, dtype, window);
  }
}

/** An instance of a product's module as a Runner. */
export function productRunner(layout: ProductLayout, instance: WebAssembly.Instance): Runner {
  const runner = new ProductRunner(layout, instance.exports as unknown as Exports);
  return (run) => runner.run(run);
}
