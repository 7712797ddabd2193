/**
 * A module that copies two-dimensional windows within one shared memory, or asks for them, whatever the distances of rows and
 * columns.
 */
import { type Cross, writeCross } from './crossing.js';
import { Code, Locals, ModuleWriter } from './encoder.js';

/** Elements by their width in bytes: what reads and what writes one. */
const widths = {
  1: ['i32.load8_u', 'i32.store8'],
  2: ['i32.load16_u', 'i32.store16'],
  4: ['i32.load', 'i32.store'],
  8: ['i64.load', 'i64.store'],
} as const;

export type MoverWidth = keyof typeof widths;

/** Copies `outer` x `inner` elements, one after the other in the inner loop; all distances in bytes, counts at least 1. */
export type Move = (
  to: number,
  toOuter: number,
  toInner: number,
  from: number,
  fromOuter: number,
  fromInner: number,
  outer: number,
  inner: number,
) => void;

/** Bytes of a cache line. */
const line = 64;

/**
 * Reads a byte of every cache line of `runs` runs of `bytes` bytes, which lie `apart`: a core waits for many of them at once
 * then, where what computes with them would wait for a few. Nothing waits for what is read, or fewer would be under way.
 */
export type Touch = (from: number, apart: number, runs: number, bytes: number) => void;

/** For elements of each width; `cross` where there are vectors. */
export type Mover = { readonly [W in MoverWidth as `move${W}`]: Move } & {
  readonly [W in MoverWidth as `cross${W}`]?: Cross;
} & { readonly touch: Touch };

function writeTouch(writer: ModuleWriter): void {
  const code = new Code(new Locals(new Array(4).fill('i32')));
  const [from, apart, runs, bytes] = [0, 1, 2, 3] as const;
  const [at, left, offset] = [code.locals.fresh('i32'), code.locals.fresh('i32'), code.locals.fresh('i32')];
  code.nest('loop', () => {
    code.get(from).get(offset).op('i32.add').set(at).get(runs).set(left);
    code.nest('loop', () => {
      code.get(at).memory('i32.load8_u', 0).op('drop').advance(at, apart);
      code.countDown(left);
    });
    code.get(offset).i32(line).op('i32.add').tee(offset).get(bytes).op('i32.lt_u').op('br_if', 0);
  });
  writer.add(code, [], 'touch');
}

function writeMove(writer: ModuleWriter, width: MoverWidth): void {
  const [load, store] = widths[width];
  const code = new Code(new Locals(new Array(8).fill('i32')));
  const [to, toOuter, toInner, from, fromOuter, fromInner, outer, inner] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const [writes, reads, left] = [code.locals.fresh('i32'), code.locals.fresh('i32'), code.locals.fresh('i32')];
  code.nest('loop', () => {
    code.get(to).set(writes).get(from).set(reads).get(inner).set(left);
    code.nest('loop', () => {
      code.get(writes).get(reads).memory(load, 0).memory(store, 0);
      code.advance(writes, toInner).advance(reads, fromInner);
      code.countDown(left);
    });
    code.advance(to, toOuter).advance(from, fromOuter);
    code.countDown(outer);
  });
  writer.add(code, [], `move${width}`);
}

const movers = { simd: new WeakMap<WebAssembly.Memory, Mover>(), scalar: new WeakMap<WebAssembly.Memory, Mover>() };

/** The functions for windows of `memory`, made once. */
export function moverIn(memory: WebAssembly.Memory, simd: boolean): Mover {
  const known = movers[simd ? 'simd' : 'scalar'];
  const module = (): WebAssembly.Module => new WebAssembly.Module(encodeMover(simd));
  const mover =
    known.get(memory) ??
    (new WebAssembly.Instance(module(), { home: { memory, base: 0 } }).exports as unknown as Mover);
  known.set(memory, mover);
  return mover;
}

/** The module, whose memory and base are imported as those of kernels with a shared home. */
export function encodeMover(simd: boolean): Uint8Array<ArrayBuffer> {
  const writer = new ModuleWriter();
  writeTouch(writer);
  for (const width of [1, 2, 4, 8] as const) {
    writeMove(writer, width);
    if (simd) writeCross(writer, width, `cross${width}`);
  }
  return writer.encode(1, 'shared');
}
