/** Reading constant tables and tile memory: an element at an address, held as its lane type. */
import { bytesOf, type DType } from '../../core/dtype.js';
import type { Node } from '../ir.js';
import type { Code } from './encoder.js';
import type { ModuleParts } from './parts.js';
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
