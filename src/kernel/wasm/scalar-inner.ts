/** The inner loop's work on one element at a time. */
import type { Node, Value } from '../ir.js';
import type { Code, Local } from './encoder.js';
import { indexLocals } from './index-locals.js';
import { type Inner, storeTiles } from './inner.js';
import type { Tile } from './layout.js';
import type { LoopBody } from './loop-body.js';
import type { Frame, Stream } from './nest.js';
import type { ModuleParts } from './parts.js';
import { laneOf } from './scalar.js';
import { ScalarBody } from './scalar-body.js';
import { loadSlot, storeSlot } from './state-slots.js';
import { loadName, storeName } from './tables.js';

/** Stores, then all next states before any state is replaced. */
function writeStep(frame: Frame, loop: LoopBody, body: ScalarBody, states: readonly Local[], step: Code): void {
  const { layout, streams } = frame;
  storeTiles(layout).forEach((tile, k) => {
    const value = body.value(loop.stored[k] as Value);
    step
      .get((streams[layout.loads.length + k] as Stream).at)
      .get(value)
      .memory(storeName(tile.dtype), 0);
  });
  const next = loop.next.map((v) => body.value(v));
  for (const local of next) step.get(local);
  for (const local of [...states].reverse()) step.set(local);
}

export function scalarInner(frame: Frame, loop: LoopBody, ahead: Code, parts: ModuleParts): Inner {
  const { layout, streams } = frame;
  const { slots, at } = layout.state;
  const [enter, step, leave, none] = Array.from({ length: 4 }, () => ahead.fork()) as [Code, Code, Code, Code];
  const states = slots.map((s) => ahead.locals.fresh(laneOf(s.dtype)));
  const indexes = indexLocals(frame, loop.body, ahead);
  const leaf = (c: Code, node: Node, v: Value): void => {
    if (node.op === 'load') {
      const tile = layout.loads[node.load] as Tile;
      c.get((streams[node.load] as Stream).at).memory(loadName(tile.dtype), 0);
      if (tile.dtype === 'bool') c.i32(0).op('i32.ne');
    } else if (node.op === 'arg') c.get(states[node.arg] as Local);
    else if (node.op === 'seed') c.base().memory('i64.load', parts.seed(node));
    else if (node.op === 'weyl') {
      const { start, step: by } = indexes.sequence(node, parts);
      c.get(indexes.of(node.args[0]).current).get(by).op('i64.mul').get(start).op('i64.add');
    } else c.get(indexes.of(v).current);
  };
  slots.forEach((slot, k) => {
    const state = states[k] as Local;
    loadSlot(enter, slot, at, frame.state, frame.lane).set(state);
    storeSlot(leave, slot, at, frame.state, frame.lane, state);
  });
  writeStep(frame, loop, new ScalarBody(step, loop.body, leaf, parts), states, step);
  for (const { row, current, innerStep, laneStep } of indexes.all) {
    if (frame.lane !== undefined) {
      ahead.get(row).get(frame.lane).op('i64.extend_i32_s').get(laneStep).op('i64.mul').op('i64.add').set(row);
    }
    enter.get(row).set(current);
    step.get(current).get(innerStep).op('i64.add').set(current);
  }
  indexes.advanceRow(leave);
  const passes = [{ step, streams: new Set(streams), round: 1 }];
  return { enter, passes, strip: undefined, leave, save: none, restore: none };
}
