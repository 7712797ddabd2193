/** The functions around the nest that set states to those of no elements, and turn them into what is written. */
import { bytesOf } from '../../core/dtype.js';
import { Builder } from '../builder.js';
import type { Fold, Kernel, Node, Output, Routine, Value } from '../ir.js';
import { Code, type Local, Locals } from './encoder.js';
import type { Layout, OutputTiles, StateSlot, Tile } from './layout.js';
import { inlineRoutine } from './loop-body.js';
import type { ModuleParts } from './parts.js';
import { laneOf, scalarConst } from './scalar.js';
import { ScalarBody } from './scalar-body.js';
import { loadSlot } from './state-slots.js';
import { storeName } from './tables.js';
import { vectorConst } from './vector.js';

type Reduction = Output & { kind: 'reduce' };

/** init(groups): every state becomes its fold's init. */
export function writeInit(kernel: Kernel, layout: Layout, parts: ModuleParts): void {
  const { state, lanes } = layout;
  const code = new Code(new Locals(['i32']));
  const at = code.base().keep('i32');
  code.nest('loop', () => {
    forEachSlot(kernel, layout, (slot, fold, k) => {
      const value = fold.init[k] as Fold['init'][number];
      for (let byte = 0; byte < slot.width * lanes; byte += lanes === 1 ? slot.width : 16) {
        code.get(at);
        if (lanes === 1) scalarConst(code, value, slot.dtype);
        else vectorConst(code, value, slot.dtype);
        code.memory(lanes === 1 ? `${laneOf(slot.dtype)}.store` : 'v128.store', state.at + slot.at + byte);
      }
    });
    code.step(at, state.bytes);
    code.countDown(0);
  });
  parts.writer.add(code, [], 'init');
}

function forEachSlot(kernel: Kernel, { state }: Layout, visit: (slot: StateSlot, fold: Fold, k: number) => void): void {
  kernel.outputs.forEach((output, o) => {
    if (!('fold' in output)) return;
    state.slots
      .filter((s) => s.output === o)
      .forEach((slot, k) => {
        visit(slot, output.fold, k);
      });
  });
}

/** Where the finishing loop stands. */
interface Place {
  /** Bytes to the state's group. */
  readonly group: Local;
  /** The lane in the group. */
  readonly lane: Local;
  /** Which value is written. */
  readonly position: Local;
}

/**
 * finish(count, merged): writes `count` values of every reduction. With `merged` each comes from a group whose lanes are
 * merged, otherwise from one lane.
 */
export function writeFinish(kernel: Kernel, layout: Layout, parts: ModuleParts): void {
  const code = new Code(new Locals(['i32', 'i32']));
  const fresh = (): Local => code.locals.fresh('i32');
  const place: Place = { group: fresh(), lane: fresh(), position: fresh() };
  code.nest('loop', () => {
    groupAndLane(code, layout, place);
    kernel.outputs.forEach((output, o) => {
      if (output.kind === 'reduce') finishOne(code, output, o, layout, place, parts);
    });
    code.get(place.position).i32(1).op('i32.add').tee(place.position).get(0).op('i32.lt_s').op('br_if', 0);
  });
  parts.writer.add(code, [], 'finish');
}

/** position -> group and lane: one group a value when merged, one lane a value otherwise. */
function groupAndLane(code: Code, { lanes, state }: Layout, { group, lane, position }: Place): void {
  const shift = Math.log2(lanes);
  code.get(position).get(position).i32(shift).op('i32.shr_u').get(1).op('select');
  code.i32(state.bytes).op('i32.mul').base().op('i32.add').set(group);
  code
    .i32(0)
    .get(position)
    .i32(lanes - 1)
    .op('i32.and')
    .get(1)
    .op('select')
    .set(lane);
}

/** Emits `routine` on scalar locals; gives its results. */
function runRoutine(code: Code, routine: Routine, args: readonly Local[], parts: ModuleParts): Local[] {
  const b = new Builder();
  const given = routine.args.map((dtype, arg): Value => b.push({ op: 'arg', dtype, arg }));
  const results = inlineRoutine(b, routine, given);
  const leaf = (c: Code, node: Node): void => void c.get(args[(node as Node & { op: 'arg' }).arg] as Local);
  const body = new ScalarBody(code, b.body(), leaf, parts);
  return results.map((r) => body.value(r));
}

/** The settled state of one lane. */
function laneState(
  code: Code,
  { settle }: Fold,
  slots: readonly StateSlot[],
  layout: Layout,
  { group, lane }: Place,
  parts: ModuleParts,
): Local[] {
  const state = slots.map((slot) => {
    return loadSlot(code, slot, layout.state.at, group, lane).keep(laneOf(slot.dtype));
  });
  return settle === undefined ? state : runRoutine(code, settle, state, parts);
}

function finishOne(code: Code, output: Reduction, o: number, layout: Layout, place: Place, parts: ModuleParts): void {
  const slots = layout.state.slots.filter((s) => s.output === o);
  const state = laneState(code, output.fold, slots, layout, place, parts);
  if (layout.lanes > 1) code.get(1).nest('if', () => mergeLanes(code, output.fold, slots, state, layout, place, parts));
  const values = output.finish ? runRoutine(code, output.fold.finish, state, parts) : state;
  (layout.outputs[o] as OutputTiles).planes.forEach((plane, k) => {
    storeAt(code, plane, place.position, values[k] as Local);
  });
}

/** Merges lanes 1, 2, ... of the group into `state`, and goes back to lane 0. */
function mergeLanes(
  code: Code,
  fold: Fold,
  slots: readonly StateSlot[],
  state: readonly Local[],
  layout: Layout,
  place: Place,
  parts: ModuleParts,
): void {
  const { lane } = place;
  code.i32(1).set(lane);
  code.nest('loop', () => {
    const other = laneState(code, fold, slots, layout, place, parts);
    for (const local of runRoutine(code, fold.merge, [...state, ...other], parts)) code.get(local);
    for (const local of [...state].reverse()) code.set(local);
    code.get(lane).i32(1).op('i32.add').tee(lane).i32(layout.lanes).op('i32.lt_s').op('br_if', 0);
  });
  code.i32(0).set(lane);
}

function storeAt(code: Code, plane: Tile, position: Local, value: Local): void {
  code.get(position).i32(bytesOf(plane.dtype)).op('i32.mul').base().op('i32.add');
  code.get(value).memory(storeName(plane.dtype), plane.at);
}
