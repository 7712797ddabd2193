/**
 * The loop nest over one tile. An outer loop whose iterations each have a state, an inner loop that steps it: rows and
 * column groups in whichever order the reduction asks for. All distances are read from the control words, so one
 * function serves every shape.
 */
import type { Kernel } from '../ir.js';
import { Code, type Local, Locals } from './encoder.js';
import { type Inner, type PassCode, type Strip, slotBytes } from './inner.js';
import { controls, type Layout } from './layout.js';
import type { LoopBody } from './loop-body.js';
import type { ModuleParts } from './parts.js';
import { scalarInner } from './scalar-inner.js';
import { vectorInner } from './vector-inner.js';

/** A stream's address in the current row and iteration, and how far it moves. */
export interface Stream {
  readonly row: Local;
  readonly at: Local;
  readonly outerStep: Local;
  readonly innerStep: Local;
}

export interface Frame {
  readonly layout: Layout;
  readonly streams: readonly Stream[];
  /** Bytes from the first two lanes of a group of 64-bit elements to the other two, where they need not be neighbours. */
  readonly apart: Local | undefined;
  /** How many lanes of the last group are inside, when not all are. */
  readonly tail: Local;
  /** The first state of the current outer iteration. */
  readonly state: Local;
}

/** Exported as `name`. */
export function writeNest(kernel: Kernel, loop: LoopBody, layout: Layout, parts: ModuleParts, name: string): number {
  const locals = new Locals([]);
  const [ahead, code] = [new Code(locals), new Code(locals)];
  const control = (word: number): Local =>
    ahead
      .base()
      .memory('i32.load', layout.control + 4 * word)
      .keep('i32');
  const count =
    kernel.loads.length + layout.outputs.reduce((n, o) => n + (o.kind === 'store' ? o.planes.length : 0), 0);
  const streams = Array.from({ length: count }, (_, s) => ({
    row: control(controls.streams + controls.words * s),
    at: locals.fresh('i32'),
    outerStep: control(controls.streams + controls.words * s + 1),
    innerStep: control(controls.streams + controls.words * s + 2),
  }));
  const [outer, inner, tail] = [control(controls.outer), control(controls.inner), control(controls.tail)];
  const apart = layout.halves ? control(controls.apart) : undefined;
  const first = control(controls.stateFirst);
  const state = ahead.base().get(first).op('i32.add').keep('i32');
  const frame: Frame = { layout, streams, apart, tail, state };
  const stateStep = control(controls.stateStep);
  const work = (layout.lanes === 1 ? scalarInner : vectorInner)(frame, loop, ahead, parts);
  const folds = layout.state.slots.length > 0;
  code.nest('loop', () => {
    for (const { row, at } of streams) code.get(row).set(at);
    code.append(work.enter);
    if (folds) reducingLoop(code, work, frame, inner);
    else innerLoop(code, work, streams, code.get(inner).keep('i32'));
    code.append(work.leave);
    for (const { row, outerStep } of streams) code.get(row).get(outerStep).op('i32.add').set(row);
    code.get(frame.state).get(stateStep).op('i32.add').set(frame.state);
    code.countDown(outer);
  });
  return parts.writer.add(ahead.append(code), [], name);
}

function innerLoop(code: Code, { passes, strip }: Inner, streams: readonly Stream[], remaining: Local): void {
  if (strip === undefined) {
    for (const pass of passes) passLoop(code, pass, remaining);
    return;
  }
  const { locals } = code;
  const [count, left] = [locals.fresh('i32'), locals.fresh('i32')];
  const from = streams.map(() => locals.fresh('i32'));
  code.nest('loop', () => {
    code
      .get(remaining)
      .i32(strip.iterations)
      .get(remaining)
      .i32(strip.iterations)
      .op('i32.lt_u')
      .op('select')
      .set(count);
    streams.forEach(({ at }, s) => void code.get(at).set(from[s] as Local));
    const overStrip = (pass: PassCode): void => {
      streams.forEach((stream, s) => void (pass.streams.has(stream) && code.get(from[s] as Local).set(stream.at)));
      code.base().set(strip.at).get(count).set(left);
      passLoop(code, pass, left, strip);
    };
    for (const pass of passes) {
      const { mend } = pass;
      if (mend !== undefined) code.v128(0n, 0n).set(mend.found);
      overStrip(pass);
      if (mend === undefined) continue;
      code.get(mend.found).op('v128.any_true');
      code.nest('if', () => overStrip(mend));
    }
    code.get(remaining).get(count).op('i32.sub').tee(remaining).op('br_if', 0);
  });
}

/** `remaining` iterations of one pass. */
function passLoop(code: Code, { step, streams }: PassCode, remaining: Local, strip?: Strip): void {
  code.nest('loop', () => {
    code.append(step);
    for (const { at, innerStep } of streams) code.get(at).get(innerStep).op('i32.add').set(at);
    if (strip !== undefined) code.get(strip.at).i32(slotBytes).op('i32.add').set(strip.at);
    code.countDown(remaining);
  });
}

/** The full groups, then, with the same instructions, the group that is cut by the edge: there old states are kept. */
function reducingLoop(code: Code, work: Inner, { streams, tail, layout }: Frame, inner: Local): void {
  const remaining = code.get(inner).keep('i32');
  if (layout.lanes === 1) {
    innerLoop(code, work, streams, remaining);
    return;
  }
  const left = code.get(tail).keep('i32');
  code.nest('loop', () => {
    code.get(remaining).nest('if', () => innerLoop(code, work, streams, remaining));
    code.get(left).nest('if', () => {
      code.append(work.save);
      code.i32(0).set(left).i32(1).set(remaining).op('br', 1);
    });
  });
  code.get(tail).nest('if', () => code.append(work.restore));
}
