/** One lane of a component of a state: as memory holds it, and as scalar code does. */
import type { Code, Local } from './encoder.js';
import type { StateSlot } from './layout.js';
import { laneOf } from './scalar.js';

/** The address of `lane` in the group at `group`, both as locals; the first lane where none is named. */
function slotIn(code: Code, { width }: StateSlot, group: Local, lane: Local | undefined): Code {
  code.get(group);
  return lane === undefined ? code : code.get(lane).i32(width).op('i32.mul').op('i32.add');
}

/** Leaves what is at `start` bytes from there on the stack. */
export function loadSlot(code: Code, slot: StateSlot, start: number, group: Local, lane: Local | undefined): Code {
  slotIn(code, slot, group, lane).memory(`${laneOf(slot.dtype)}.load`, start + slot.at);
  return slot.dtype === 'bool' ? code.i32(0).op('i32.ne') : code;
}

/** Stores `value` there; true is all bits, as it is among vectors. */
export function storeSlot(
  code: Code,
  slot: StateSlot,
  start: number,
  group: Local,
  lane: Local | undefined,
  value: Local,
): void {
  slotIn(code, slot, group, lane);
  if (slot.dtype === 'bool') code.i32(0).get(value).op('i32.sub');
  else code.get(value);
  code.memory(`${laneOf(slot.dtype)}.store`, start + slot.at);
}
