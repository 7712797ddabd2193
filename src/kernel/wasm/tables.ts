/** Reading constant tables and tile memory. */
import { bytesOf, type DType } from '../../core/dtype.js';
import type { Body, Node, Value } from '../ir.js';
import type { Code, Local } from './encoder.js';
import type { ModuleParts } from './parts.js';
import { isBelow } from './peepholes.js';
import { isSigned, laneOf } from './scalar.js';

export function loadName(d: DType): string {
  const lane = laneOf(d);
  const bytes = bytesOf(d);
  return lane === 'i32' && bytes < 4 ? `i32.load${bytes * 8}_${isSigned(d) ? 's' : 'u'}` : `${lane}.load`;
}

export function storeName(d: DType): string {
  const lane = laneOf(d);
  const bytes = bytesOf(d);
  return lane === 'i32' && bytes < 4 ? `i32.store${bytes * 8}` : `${lane}.store`;
}

/** The element of `node`'s table whose index (int64) is on the stack, clamped to the table. */
export function scalarTable(c: Code, node: Node & { op: 'table' }, parts: ModuleParts): void {
  const { values, dtype } = node;
  const at = parts.table(values, dtype);
  tableAddress(c, values.length, dtype);
  c.memory(loadName(dtype), at);
  if (dtype === 'bool') c.i32(0).op('i32.ne');
}

/** Turns the int64 index on the stack into an address that is counted from the table's place. */
function tableAddress(c: Code, length: number, d: DType): void {
  const i = c.keep('i64');
  const last = BigInt(length - 1);
  const low = c.get(i).i64(0n).get(i).i64(0n).op('i64.gt_s').op('select').keep('i64');
  c.get(low).i64(last).get(low).i64(last).op('i64.lt_s').op('select').op('i32.wrap_i64');
  c.i32(bytesOf(d)).op('i32.mul').base().op('i32.add');
}

/** The tables of a body that vectors are read from: numbers of 64 bits, by an index that a mask keeps in the table. */
export class VectorTables {
  readonly #code: Code;
  readonly #body: Body;
  readonly #parts: ModuleParts;
  readonly #part: (v: Value, part: number) => Local;
  readonly #places = new Map<string, readonly [Local, Local]>();

  /** `part`: the local that has part `part` of a node. */
  constructor(code: Code, body: Body, parts: ModuleParts, part: (v: Value, part: number) => Local) {
    this.#code = code;
    this.#body = body;
    this.#parts = parts;
    this.#part = part;
  }

  /** Leaves the two elements in a part on the stack; false where the table is another. */
  emit(node: Node & { op: 'table' }, part: number): boolean {
    const { values, dtype, args } = node;
    if (bytesOf(dtype) !== 8 || !isBelow(this.#body, args[0], values.length)) return false;
    const at = this.#parts.table(values, dtype);
    const [first, second] = this.#placesOf(args[0], part);
    this.#code.get(second).get(first).memory('v128.load64_zero', at).memory('v128.load64_lane', at, 1);
    return true;
  }

  /** How far in the two elements are, counted from where a table lies: for all tables that are read at this index. */
  #placesOf(index: Value, part: number): readonly [Local, Local] {
    const key = `${index} ${part}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const code = this.#code;
    const indexes = this.#part(index, part);
    const place = (lane: number): Local =>
      code
        .get(indexes)
        .op('i32x4.extract_lane', 2 * lane)
        .i32(3)
        .op('i32.shl')
        .base()
        .op('i32.add')
        .keep('i32');
    const places = [place(0), place(1)] as const;
    this.#places.set(key, places);
    return places;
  }
}
