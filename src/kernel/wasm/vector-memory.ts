/** Four elements on their way between memory and vectors. */
import { bytesOf } from '../../core/dtype.js';
import type { Code, Local } from './encoder.js';
import type { Tile } from './layout.js';
import { isSigned } from './scalar.js';

/** Four elements of a tile, part by part, from the address on the stack; narrow ones are extended. */
export function loadPart(c: Code, { dtype }: Tile, part: number, apart: Local | undefined): void {
  const sign = isSigned(dtype) ? 's' : 'u';
  switch (bytesOf(dtype)) {
    case 8:
      if (apart === undefined || part === 0) c.memory('v128.load', 16 * part);
      else c.get(apart).op('i32.add').memory('v128.load', 0);
      return;
    case 4:
      c.memory('v128.load', 0);
      return;
    case 2:
      c.memory(`v128.load16x4_${sign}`, 0);
      return;
    default:
      c.memory('v128.load32_zero', 0).op(`i16x8.extend_low_i8x16_${sign}`).op(`i32x4.extend_low_i16x8_${sign}`);
      if (dtype === 'bool') c.v128(0n, 0n).op('i32x4.ne');
  }
}

/** Stores a part to the address below it on the stack; values are in range, so narrowing never saturates. */
export function storePart(c: Code, { dtype }: Tile, part: number, value: Local): void {
  const sign = isSigned(dtype) ? 's' : 'u';
  c.get(value);
  const twice = (): Code => {
    const v = c.keep('v128');
    return c.get(v).get(v);
  };
  switch (bytesOf(dtype)) {
    case 8:
      c.memory('v128.store', 16 * part);
      return;
    case 4:
      c.memory('v128.store', 0);
      return;
    case 2:
      twice().op(`i16x8.narrow_i32x4_${sign}`).memory('v128.store64_lane', 0, 0);
      return;
    default:
      if (dtype === 'bool') c.v128(0x100000001n, 0x100000001n).op('v128.and');
      twice().op('i16x8.narrow_i32x4_s');
      twice().op(`i8x16.narrow_i16x8_${sign}`).memory('v128.store32_lane', 0, 0);
  }
}
