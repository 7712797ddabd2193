/**
 * The loop nest over one tile. An outer loop whose iterations each have a state, an inner loop that steps it: rows and
 * column groups in whichever order the reduction asks for. All distances are read from the control words, so one
 * function serves every shape.
 */
import { bytesOf } from '../../core/dtype.js';
import { Code, type Local, Locals } from './encoder.js';
import { type Attempt, type Inner, type PassCode, type Strip, slotBytes, storeTiles } from './inner.js';
import { controls, type Layout } from './layout.js';
import type { LoopBody } from './loop-body.js';
import type { ModuleParts } from './parts.js';
import type { Passes } from './passes.js';
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
  /** Which lane is gone through, where lanes take turns. */
  readonly lane: Local | undefined;
}

/** `tile()`: all lanes at once. */
export function writeNest(loop: LoopBody, passes: Passes, layout: Layout, parts: ModuleParts): void {
  const locals = new Locals([]);
  const [ahead, code] = [new Code(locals), new Code(locals)];
  const { frame, counts } = frameOf(layout, ahead, undefined);
  const work =
    layout.lanes === 1 ? scalarInner(frame, loop, ahead, parts) : vectorInner(frame, loop, passes, ahead, parts);
  outerLoop(code, work, frame, counts);
  parts.writer.add(ahead.append(code), [], 'tile');
}

/** `across()`: the same, one lane after the other, in a fraction of the code. */
export function writeTurns(loop: LoopBody, layout: Layout, parts: ModuleParts): void {
  const code = new Code(new Locals([]));
  const lane = code.i32(0).keep('i32');
  code.nest('loop', () => {
    const { frame, counts } = frameOf(layout, code, lane);
    const work = scalarInner(frame, loop, code, parts);
    code.get(counts.inner).nest('if', () => outerLoop(code, work, frame, counts));
    code.get(lane).i32(1).op('i32.add').tee(lane).i32(layout.lanes).op('i32.lt_s').op('br_if', 0);
  });
  parts.writer.add(code, [], 'across');
}

/** How many iterations the loops have, and how far states move from one outer iteration to the next. */
interface Counts {
  readonly outer: Local;
  readonly inner: Local;
  readonly stateStep: Local;
}

/** Reads the control words; with `lane`, so that everything begins at that lane. */
function frameOf(layout: Layout, ahead: Code, lane: Local | undefined): { frame: Frame; counts: Counts } {
  const control = (word: number): Code => ahead.base().memory('i32.load', layout.control + 4 * word);
  const read = (word: number): Local => control(word).keep('i32');
  const streams = [...layout.loads, ...storeTiles(layout)].map(({ dtype }, s) => {
    const first = controls.streams + controls.words * s;
    control(first);
    if (lane !== undefined) ahead.get(lane).i32(bytesOf(dtype)).op('i32.mul').op('i32.add');
    const row = ahead.keep('i32');
    return { row, at: ahead.locals.fresh('i32'), outerStep: read(first + 1), innerStep: read(first + 2) };
  });
  const tail = read(controls.tail);
  const outer = read(controls.outer);
  control(controls.inner);
  if (lane !== undefined) ahead.get(lane).get(tail).op('i32.lt_s').op('i32.add');
  const inner = ahead.keep('i32');
  const apart = layout.halves ? read(controls.apart) : undefined;
  const first = read(controls.stateFirst);
  const state = ahead.base().get(first).op('i32.add').keep('i32');
  const counts = { outer, inner, stateStep: read(controls.stateStep) };
  return { frame: { layout, streams, apart, tail, state, lane }, counts };
}

function outerLoop(code: Code, work: Inner, frame: Frame, { outer, inner, stateStep }: Counts): void {
  const { streams, state, layout } = frame;
  const inTwo = layout.state.slots.length > 0 && layout.lanes > 1 && frame.lane === undefined;
  code.nest('loop', () => {
    for (const { row, at } of streams) code.get(row).set(at);
    code.append(work.enter);
    const remaining = code.get(inner).keep('i32');
    if (inTwo) reducingLoop(code, work, frame, remaining);
    else innerLoop(code, work, streams, remaining);
    code.append(work.leave);
    for (const { row, outerStep } of streams) code.advance(row, outerStep);
    code.advance(state, stateStep);
    code.countDown(outer);
  });
}

function moveOn(code: Code, streams: Iterable<Stream>): void {
  for (const { at, innerStep } of streams) code.advance(at, innerStep);
}

/** Leaves the lesser of two counts on the stack. */
const lesser = (code: Code, a: Local, b: Local): Code => code.get(a).get(b).get(a).get(b).op('i32.lt_u').op('select');

/** Leaves `count` on the stack, or `most` if that is less. */
const atMost = (code: Code, count: Local, most: number): Code => lesser(code, count, code.i32(most).keep('i32'));

/** Iterations that are gone through in the usual way after an attempt that went wrong, before the next one. */
const usualBetween = 256;

/** Tries strip after strip; where that goes wrong, and at the end, iterations are gone through in the usual way. */
function attemptingLoop(code: Code, pass: PassCode, attempt: Attempt, remaining: Local, strip?: Strip): void {
  const { iterations, enter, step, holds, take, leave } = attempt;
  const i32 = (): Local => code.locals.fresh('i32');
  const [left, tried, usual, owed] = [i32(), i32(), i32(), i32()];
  const moved = [...pass.streams].map(({ at }) => at);
  if (strip !== undefined) moved.push(strip.at);
  const from = moved.map(i32);
  code.nest('loop', () => {
    code.get(remaining).set(usual);
    code.get(owed).op('i32.eqz').get(remaining).i32(iterations.least).op('i32.ge_u').op('i32.and');
    code.nest('if', () => {
      moved.forEach((at, s) => void code.get(at).set(from[s] as Local));
      code.append(enter);
      atMost(code, remaining, iterations.most).tee(tried).set(left);
      passLoop(code, { ...pass, step }, left, strip);
      code.append(holds).nest('if', () => {
        code.append(take);
        code.i32(0).set(usual);
        code.get(remaining).get(tried).op('i32.sub').set(remaining);
        code.op('else').append(leave);
        code.i32(usualBetween).set(owed);
        moved.forEach((at, s) => void code.get(from[s] as Local).set(at));
      });
    });
    code.get(owed).nest('if', () => {
      lesser(code, owed, remaining).set(usual);
      code.get(owed).get(usual).op('i32.sub').set(owed);
    });
    code.get(usual).nest('if', () => {
      code.get(remaining).get(usual).op('i32.sub').set(remaining);
      passLoop(code, pass, usual, strip);
    });
    code.get(remaining).op('br_if', 0);
  });
}

function innerLoop(code: Code, { passes, strip, attempt }: Inner, streams: readonly Stream[], remaining: Local): void {
  if (strip === undefined) {
    const [only] = passes as readonly [PassCode];
    if (attempt === undefined) passLoop(code, only, remaining);
    else attemptingLoop(code, only, attempt, remaining);
    return;
  }
  const { locals } = code;
  const [count, left] = [locals.fresh('i32'), locals.fresh('i32')];
  const from = streams.map(() => locals.fresh('i32'));
  code.nest('loop', () => {
    atMost(code, remaining, strip.iterations).set(count);
    streams.forEach(({ at }, s) => void code.get(at).set(from[s] as Local));
    const overStrip = (pass: PassCode): void => {
      streams.forEach((stream, s) => void (pass.streams.has(stream) && code.get(from[s] as Local).set(stream.at)));
      code.base().set(strip.at).get(count).set(left);
      if (attempt !== undefined && pass === passes.at(-1)) attemptingLoop(code, pass, attempt, left, strip);
      else passLoop(code, pass, left, strip);
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
function passLoop(code: Code, { step, streams, round }: PassCode, remaining: Local, strip?: Strip): void {
  const iteration = (): void => {
    code.append(step);
    moveOn(code, streams);
    if (strip !== undefined) code.step(strip.at, slotBytes);
  };
  const oneByOne = (): void =>
    void code.nest('loop', () => {
      iteration();
      code.countDown(remaining);
    });
  if (round === 1) {
    oneByOne();
    return;
  }
  const isRoundLeft = (): Code => code.get(remaining).i32(round).op('i32.ge_u');
  isRoundLeft().nest('if', () => {
    code.nest('loop', () => {
      for (let i = 0; i < round; i++) iteration();
      code.get(remaining).i32(round).op('i32.sub').set(remaining);
      isRoundLeft().op('br_if', 0);
    });
  });
  code.get(remaining).nest('if', oneByOne);
}

/** The full groups, then, with the same instructions, the group that is cut by the edge: there old states are kept. */
function reducingLoop(code: Code, work: Inner, { streams, tail }: Frame, remaining: Local): void {
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
