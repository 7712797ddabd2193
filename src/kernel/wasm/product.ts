/**
 * The module that packs panels of matrices and multiplies them. A panel of the left one is packed in strips of a few rows, of the
 * right one in strips of a few columns, both with what belongs to one index of the sum side by side; where both meet, a
 * tile of the result is summed in registers.
 */
import { bytesOf } from '../../core/dtype.js';
import { InternalError } from '../../core/errors.js';
import { type Kernel, type Load, type Output, type ProductDType, panelLength } from '../ir.js';
import { Code, Locals, ModuleWriter, pageBytes } from './encoder.js';
import type { WasmType } from './opcodes.js';

/** One operand packed: strips of `width` rows or columns, `count` of them at most, from address `at` on. */
export interface Strips {
  readonly at: number;
  readonly width: number;
  readonly count: number;
}

/** How a product is cut to fit the caches, and where it lies in the kernel's memory. */
export interface ProductLayout {
  readonly kind: 'product';
  readonly rank: number;
  readonly reduced: readonly number[];
  readonly loads: readonly [left: Load, right: Load];
  readonly indexes: readonly [];
  readonly outputs: readonly [{ readonly kind: 'reduce' }];
  readonly dtype: ProductDType;
  /** Rows that are packed at a time, and columns. */
  readonly left: Strips;
  readonly right: Strips;
  /** Where what is to be packed is laid down first, row by row. */
  readonly staged: { readonly at: number; readonly length: number };
  /** The part of the result under way: so many rows, as long as the columns that are packed. */
  readonly result: { readonly at: number; readonly rows: number; readonly pitch: number };
}

export interface EncodedProduct {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: ProductLayout;
  readonly constants: readonly [];
  readonly seeds: readonly [];
  readonly sequences: readonly [];
  readonly size: number;
}

/** What multiplies and adds a few elements at a time. */
interface Unit {
  readonly type: WasmType;
  /** Elements an instruction works on. */
  readonly lanes: number;
  readonly load: string;
  /** One element in all lanes. */
  readonly splat: string;
  readonly store: string;
  readonly multiply: string;
  readonly add: string;
}

const scalar = (type: 'f32' | 'f64' | 'i32' | 'i64'): Unit => ({
  type,
  lanes: 1,
  load: `${type}.load`,
  splat: `${type}.load`,
  store: `${type}.store`,
  multiply: `${type}.mul`,
  add: `${type}.add`,
});

const vector = (shape: 'f32x4' | 'f64x2' | 'i32x4' | 'i64x2'): Unit => ({
  type: 'v128',
  lanes: Number(shape.at(-1)),
  load: 'v128.load',
  splat: shape.endsWith('4') ? 'v128.load32_splat' : 'v128.load64_splat',
  store: 'v128.store',
  multiply: `${shape}.mul`,
  add: `${shape}.add`,
});

const units: Readonly<Record<ProductDType, readonly [scalar: Unit, vector: Unit]>> = {
  float32: [scalar('f32'), vector('f32x4')],
  float64: [scalar('f64'), vector('f64x2')],
  int32: [scalar('i32'), vector('i32x4')],
  int64: [scalar('i64'), vector('i64x2')],
  uint32: [scalar('i32'), vector('i32x4')],
  uint64: [scalar('i64'), vector('i64x2')],
};

/**
 * A tile of the result is so many rows by so many units: eight sums leave registers for what they are fed. Wide and low is 1.2 times
 * as fast as 4 by 2, since an element of the left matrix is then put into all lanes for four products instead of two.
 */
const tileRows = 2;
const tileUnits = 4;
/** Rows of the left matrix and columns of the right that are packed at a time, and rows of the result held meanwhile. */
const packedRows = 128;
const packedColumns = 512;
const heldRows = 512;

function layoutOf(
  { rank, reduced, loads, body }: Kernel,
  output: Output & { kind: 'dot' },
  lanes: number,
): ProductLayout {
  const loadOf = (value: number): Load => {
    const node = body[value];
    if (node?.op !== 'load') throw new InternalError('kernel', 'matrices are multiplied as they are loaded');
    return loads[node.load] as Load;
  };
  const { dtype } = output;
  const width = tileUnits * lanes;
  let end = 64;
  const take = (elements: number): number => {
    const at = end;
    end += elements * bytesOf(dtype);
    return at;
  };
  const right = { at: take(packedColumns * panelLength), width, count: packedColumns / width };
  const left = { at: take(packedRows * panelLength), width: tileRows, count: packedRows / tileRows };
  const length = Math.max(packedColumns, packedRows) * panelLength;
  const staged = { at: take(length), length };
  const result = { at: take(heldRows * packedColumns), rows: heldRows, pitch: packedColumns };
  return {
    kind: 'product',
    rank,
    reduced,
    loads: [loadOf(output.left), loadOf(output.right)],
    indexes: [],
    outputs: [{ kind: 'reduce' }],
    dtype,
    left,
    right,
    staged,
    result,
  };
}

/**
 * `pack(to, from, across, along, strips, depth)`: strips of what is staged, the distances in bytes from row to row (or column
 * to column) and along the sum. The last strip may take in more rows than there are; their sums are never read.
 */
function writePack(writer: ModuleWriter, dtype: ProductDType, width: number, name: string): void {
  const code = new Code(new Locals(new Array(6).fill('i32')));
  const [to, from, across, along, strips, depth] = [0, 1, 2, 3, 4, 5] as const;
  const bytes = bytesOf(dtype);
  const [load, store] = bytes === 8 ? ['i64.load', 'i64.store'] : ['i32.load', 'i32.store'];
  const [writes, reads, left] = [code.locals.fresh('i32'), code.locals.fresh('i32'), code.locals.fresh('i32')];
  const apart = Array.from({ length: width }, (_, w) => code.get(across).i32(w).op('i32.mul').keep('i32'));
  code.nest('loop', () => {
    code.get(to).set(writes).get(from).set(reads).get(depth).set(left);
    code.nest('loop', () => {
      apart.forEach((distance, w) => {
        code
          .get(writes)
          .get(reads)
          .get(distance)
          .op('i32.add')
          .memory(load, 0)
          .memory(store, w * bytes);
      });
      code.step(writes, width * bytes);
      code.advance(reads, along);
      code.countDown(left);
    });
    code.step(to, width * panelLength * bytes);
    code.get(from).get(across).i32(width).op('i32.mul').op('i32.add').set(from);
    code.countDown(strips);
  });
  writer.add(code, [], name);
}

/** `tile(left, right, result, depth, add)`: one tile of the result from a strip of each, added to what is there or in its place. */
function writeTile(writer: ModuleWriter, { dtype, result }: ProductLayout, unit: Unit): number {
  const code = new Code(new Locals(['i32', 'i32', 'i32', 'i32', 'i32']));
  const [left, right, to, depth, add] = [0, 1, 2, 3, 4] as const;
  const bytes = bytesOf(dtype);
  const unitBytes = bytes * unit.lanes;
  const fresh = (n: number): number[] => Array.from({ length: n }, () => code.locals.fresh(unit.type));
  const sums = Array.from({ length: tileRows }, () => fresh(tileUnits));
  const [columns, element] = [fresh(tileUnits), code.locals.fresh(unit.type)];
  code.nest('loop', () => {
    columns.forEach((column, u) => {
      code
        .get(right)
        .memory(unit.load, u * unitBytes)
        .set(column);
    });
    sums.forEach((row, r) => {
      code
        .get(left)
        .memory(unit.splat, r * bytes)
        .set(element);
      row.forEach((sum, u) => {
        code
          .get(sum)
          .get(element)
          .get(columns[u] as number)
          .op(unit.multiply)
          .op(unit.add)
          .set(sum);
      });
    });
    code.step(left, tileRows * bytes);
    code.step(right, tileUnits * unitBytes);
    code.countDown(depth);
  });
  const each = (visit: (sum: number, offset: number) => void): void =>
    sums.forEach((row, r) => {
      row.forEach((sum, u) => {
        visit(sum, r * result.pitch * bytes + u * unitBytes);
      });
    });
  code.get(add).nest('if', () => {
    each((sum, offset) => code.get(to).memory(unit.load, offset).get(sum).op(unit.add).set(sum));
  });
  each((sum, offset) => code.get(to).get(sum).memory(unit.store, offset));
  return writer.add(code, []);
}

/** `panel(left, right, result, rowStrips, columnStrips, depth, add)`: every tile where the strips meet. */
function writePanel(
  writer: ModuleWriter,
  { dtype, left: rows, right: columns, result }: ProductLayout,
  tile: number,
): void {
  const code = new Code(new Locals(new Array(7).fill('i32')));
  const [left, right, to, rowStrips, columnStrips, depth, add] = [0, 1, 2, 3, 4, 5, 6] as const;
  const bytes = bytesOf(dtype);
  const [from, at, remaining] = [code.locals.fresh('i32'), code.locals.fresh('i32'), code.locals.fresh('i32')];
  code.nest('loop', () => {
    code.get(left).set(from).get(to).set(at).get(rowStrips).set(remaining);
    code.nest('loop', () => {
      code.get(from).get(right).get(at).get(depth).get(add).call(tile);
      code.step(from, rows.width * panelLength * bytes);
      code.step(at, rows.width * result.pitch * bytes);
      code.countDown(remaining);
    });
    code.step(right, columns.width * panelLength * bytes);
    code.step(to, columns.width * bytes);
    code.countDown(columnStrips);
  });
  writer.add(code, [], 'panel');
}

/** Encodes a kernel whose one output is a product. It has memory of its own: what it packs is read many times. */
export function encodeProduct(kernel: Kernel, output: Output & { kind: 'dot' }, simd: boolean): EncodedProduct {
  const unit = units[output.dtype][simd ? 1 : 0];
  const layout = layoutOf(kernel, output, unit.lanes);
  const writer = new ModuleWriter();
  writePanel(writer, layout, writeTile(writer, layout, unit));
  writePack(writer, output.dtype, layout.left.width, 'packLeft');
  writePack(writer, output.dtype, layout.right.width, 'packRight');
  const { at, rows, pitch } = layout.result;
  const size = at + rows * pitch * bytesOf(output.dtype);
  return {
    bytes: writer.encode(Math.ceil(size / pageBytes), 'own'),
    layout,
    constants: [],
    seeds: [],
    sequences: [],
    size,
  };
}
