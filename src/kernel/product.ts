/**
 * Runs a compiled product over a block: packs panels of both matrices into the kernel's memory, whatever their strides, has
 * them multiplied there, and copies out parts of the result as they are done.
 */
import { bytesOf, makeArray, type TypedArray } from '../core/dtype.js';
import { BlockSteps } from './block-steps.js';
import { copyIn, copyOut } from './copy.js';
import { panelLength } from './ir.js';
import type { Axis } from './nest-plan.js';
import type { BlockRun, Region, Runner, Target } from './run.js';
import { type ProductLayout, type Strips, unrolled } from './wasm/product.js';

interface Exports {
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

const ceilTo = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** The panel of one operand that is packed: `across` steps from row to row or column to column, `along` the sum. */
class Packed {
  readonly #strips: Strips;
  readonly #dtype: ProductLayout['dtype'];
  readonly #views: readonly TypedArray[];
  readonly #bytes: readonly Uint8Array[];
  #data: TypedArray | undefined;
  #across = 0;
  #along = 0;
  /** What is packed: from where, how many rows or columns, how deep. */
  readonly #held = [-1, 0, 0];

  constructor(strips: Strips, dtype: ProductLayout['dtype'], buffer: ArrayBufferLike) {
    this.#strips = strips;
    this.#dtype = dtype;
    const length = strips.width * panelLength;
    const starts = Array.from({ length: strips.count }, (_, i) => strips.at + i * length * bytesOf(dtype));
    this.#views = starts.map((at) => makeArray(dtype, length, buffer, at));
    this.#bytes = starts.map((at) => new Uint8Array(buffer, at, length * bytesOf(dtype)));
  }

  /** What is packed until the next run, which may find other elements in the same place. */
  begin(data: TypedArray, across: number, along: number): void {
    this.#data = data;
    this.#across = across;
    this.#along = along;
    this.#held[0] = -1;
  }

  /** `count` rows or columns from element `at` on, `depth` deep; gives how many strips they are. */
  pack(at: number, count: number, depth: number): number {
    const { width } = this.#strips;
    const strips = Math.ceil(count / width);
    const held = this.#held;
    if (held[0] === at && held[1] === count && held[2] === depth) return strips;
    [held[0], held[1], held[2]] = [at, count, depth];
    for (let strip = 0; strip < strips; strip++) {
      const first = strip * width;
      this.#packStrip(strip, at + first * this.#across, Math.min(width, count - first), depth);
    }
    return strips;
  }

  #packStrip(strip: number, at: number, count: number, depth: number): void {
    const { width } = this.#strips;
    if (count < width || depth % unrolled !== 0) (this.#bytes[strip] as Uint8Array).fill(0);
    const window = { at, rows: depth, cols: count, rowStep: this.#along, colStep: this.#across };
    copyIn(this.#views[strip] as TypedArray, width, this.#data as TypedArray, this.#dtype, window);
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

  constructor(layout: ProductLayout, call: Exports, { buffer }: WebAssembly.Memory) {
    const { left, right, result, dtype } = layout;
    this.#layout = layout;
    this.#call = call;
    this.#left = new Packed(left, dtype, buffer);
    this.#right = new Packed(right, dtype, buffer);
    this.#result = makeArray(dtype, result.rows * result.pitch, buffer, result.at);
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
    if (k.extent === 0) this.#result.fill(dtype.endsWith('64') && dtype !== 'float64' ? (0n as never) : (0 as never));
    for (let at = 0; at < k.extent; at += panelLength) {
      const depth = Math.min(panelLength, k.extent - at);
      const columnStrips = this.#right.pack(right + at * (k.steps[1] as number), columns, depth);
      for (let i = 0; i < rows; i += most) {
        const from = left + i * (m.steps[0] as number) + at * (k.steps[0] as number);
        const rowStrips = this.#left.pack(from, Math.min(most, rows - i), depth);
        const turns = ceilTo(depth, unrolled);
        this.#call.panel(
          strips.at,
          packed.at,
          result.at + i * rowBytes,
          rowStrips,
          columnStrips,
          turns,
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
  const { memory, ...call } = instance.exports as unknown as Exports & { memory: WebAssembly.Memory };
  const runner = new ProductRunner(layout, call, memory);
  return (run) => runner.run(run);
}
