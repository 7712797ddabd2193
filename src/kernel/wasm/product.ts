/**
 * The module that multiplies panels of packed matrices. A panel of the left one is packed in strips of a few rows, of the
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
  /** The part of the result under way: so many rows, as long as the columns that are packed. */
  readonly result: { readonly at: number; readonly rows: number; readonly pitch: number };
}

export interface EncodedProduct {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: ProductLayout;
  readonly constants: readonly [];
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

/** A tile of the result is so many rows by so many units: eight sums leave registers for what they are fed. */
const tileRows = 4;
const tileUnits = 2;
/** Indices of the sum that one turn of the inner loop takes: panels are padded to it with zeros, which add nothing. */
export const unrolled = 4;
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
  const right = { at: 64, width, count: packedColumns / width };
  const left = {
    at: right.at + packedColumns * panelLength * bytesOf(dtype),
    width: tileRows,
    count: packedRows / tileRows,
  };
  const result = {
    at: left.at + packedRows * panelLength * bytesOf(dtype),
    rows: heldRows,
    pitch: packedColumns,
  };
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
    result,
  };
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
    for (let k = 0; k < unrolled; k++) {
      columns.forEach((column, u) => {
        code
          .get(right)
          .memory(unit.load, (k * tileUnits + u) * unitBytes)
          .set(column);
      });
      sums.forEach((row, r) => {
        code
          .get(left)
          .memory(unit.splat, (k * tileRows + r) * bytes)
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
    }
    code
      .get(left)
      .i32(unrolled * tileRows * bytes)
      .op('i32.add')
      .set(left);
    code
      .get(right)
      .i32(unrolled * tileUnits * unitBytes)
      .op('i32.add')
      .set(right);
    code.get(depth).i32(unrolled).op('i32.sub').tee(depth).op('br_if', 0);
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
  const advance = (local: number, by: number): void => void code.get(local).i32(by).op('i32.add').set(local);
  const again = (count: number): void => void code.get(count).i32(1).op('i32.sub').tee(count).op('br_if', 0);
  code.nest('loop', () => {
    code.get(left).set(from).get(to).set(at).get(rowStrips).set(remaining);
    code.nest('loop', () => {
      code.get(from).get(right).get(at).get(depth).get(add).call(tile);
      advance(from, rows.width * panelLength * bytes);
      advance(at, rows.width * result.pitch * bytes);
      again(remaining);
    });
    advance(right, columns.width * panelLength * bytes);
    advance(to, columns.width * bytes);
    again(columnStrips);
  });
  writer.add(code, [], 'panel');
}

/** Encodes a kernel whose one output is a product. It has memory of its own: what it packs is read many times. */
export function encodeProduct(kernel: Kernel, output: Output & { kind: 'dot' }, simd: boolean): EncodedProduct {
  const unit = units[output.dtype][simd ? 1 : 0];
  const layout = layoutOf(kernel, output, unit.lanes);
  const writer = new ModuleWriter();
  writePanel(writer, layout, writeTile(writer, layout, unit));
  const { at, rows, pitch } = layout.result;
  const size = at + rows * pitch * bytesOf(output.dtype);
  return { bytes: writer.encode(Math.ceil(size / pageBytes), 'own'), layout, constants: [], size };
}
