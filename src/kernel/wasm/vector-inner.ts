/** The inner loop's work on four elements at a time. */
import type { Body, Node, Value } from '../ir.js';
import { type Affine, affineForms } from './counters.js';
import type { Code, Local } from './encoder.js';
import { FixedLocals } from './fixed-locals.js';
import { type IndexLocal, type IndexLocals, indexLocals, type SequenceLocals } from './index-locals.js';
import { type Inner, type Mend, type PassCode, type Strip, slotBytes, storeTiles } from './inner.js';
import { round, type StateSlot, type Tile } from './layout.js';
import type { LoopBody } from './loop-body.js';
import type { Frame, Stream } from './nest.js';
import { attemptIterations, type PairLocals, pairSums } from './pair-sums.js';
import type { ModuleParts } from './parts.js';
import type { Passes } from './passes.js';
import { partsOf, type Width, widthOf } from './vector.js';
import { VectorBody, type VectorLeaves } from './vector-body.js';
import { loadPart, storePart } from './vector-memory.js';

/** Bytes of a strip, and how many iterations it has at least and at most: whole attempts (`pair-sums.ts`) where it has room for one. */
const stripBytes = 16 * 1024;
const stripIterations = { least: 16, most: 128, unit: attemptIterations.most };

/**
 * Iterations of short steps are written out in rounds, where strips do not give loops work enough already: what is counted and
 * compared besides is shared, and states that a few rows step are loaded and stored without a loop between.
 */
const roundOf = (step: Code, strip: Strip | undefined): number =>
  strip === undefined && step.bytes.length <= longestInRounds ? round : 1;
const longestInRounds = 700;

/** A state component's part: one v128 of every group. */
interface StatePart {
  readonly slot: number;
  readonly part: number;
  readonly at: number;
  readonly width: Width;
  readonly current: Local;
  readonly saved: Local;
}

/** A 64-bit counter of a body: its value in the lanes of part 0, and how far other lanes and iterations are. */
interface Counter {
  readonly current: Local;
  readonly laneOffsets: Local;
  readonly partStep: Local;
  readonly innerStep: Local;
  readonly sequence: SequenceLocals;
  readonly index: IndexLocal;
}

function makeCounter(ahead: Code, sequence: SequenceLocals, index: IndexLocal): Counter {
  const scaled = (step: Local, times: bigint): Code =>
    ahead.get(step).get(sequence.step).op('i64.mul').i64(times).op('i64.mul');
  const laneOffsets = scaled(index.laneStep, 1n).op('i64x2.splat').i64(0n).op('i64x2.replace_lane', 0).keep('v128');
  const partStep = scaled(index.laneStep, 2n).op('i64x2.splat').keep('v128');
  const innerStep = scaled(index.innerStep, 1n).op('i64x2.splat').keep('v128');
  return { current: ahead.locals.fresh('v128'), laneOffsets, partStep, innerStep, sequence, index };
}

function enterCounter(c: Code, { current, laneOffsets, sequence: { start, step }, index }: Counter): void {
  c.get(index.row).get(step).op('i64.mul').get(start).op('i64.add').op('i64x2.splat');
  c.get(laneOffsets).op('i64x2.add').set(current);
}

function statePartsOf(slots: readonly StateSlot[], start: number, code: Code): StatePart[] {
  return slots.flatMap((s, slot) =>
    Array.from({ length: partsOf(s.width) }, (_, part) => ({
      slot,
      part,
      at: start + s.at + 16 * part,
      width: s.width,
      current: code.locals.fresh('v128'),
      saved: code.locals.fresh('v128'),
    })),
  );
}

/** Lanes below `tail`: a mask of 32-bit lanes, or part `part` of one of 64-bit lanes. */
function tailMask(c: Code, tail: Local, width: Width, part: number): Code {
  c.v128(1n << 32n, 2n | (3n << 32n))
    .get(tail)
    .op('i32x4.splat')
    .op('i32x4.lt_s');
  return width === 4 ? c : c.op(`i64x2.extend_${part === 0 ? 'low' : 'high'}_i32x4_s`);
}

/** The counters of a pass, made as they are asked for: values affine in an index node, and words of Weyl sequences. */
function counterSet(
  body: Body,
  forms: readonly (Affine | undefined)[],
  indexes: IndexLocals,
  ahead: Code,
  parts: ModuleParts,
) {
  const made = new Map<string, Counter>();
  const counterAt = (key: string, index: Value, sequence: () => SequenceLocals): Counter => {
    const counter = made.get(key) ?? makeCounter(ahead, sequence(), indexes.of(index));
    made.set(key, counter);
    return counter;
  };
  const counterOf = (v: Value): Counter | undefined => {
    const node = body[v] as Node;
    if (node.op === 'weyl') return counterAt(`word ${v}`, node.args[0], () => indexes.sequence(node, parts));
    const form = forms[v];
    if (form?.index === undefined) return undefined;
    const { index, scale, shift } = form;
    const [step, start] = [BigInt.asUintN(64, scale), BigInt.asUintN(64, shift)];
    const known = (x: bigint): Local => ahead.i64(x).keep('i64');
    return counterAt(`${index} ${step} ${start}`, index, () => ({ start: known(start), step: known(step) }));
  };
  return {
    made,
    emit(c: Code, v: Value, part: number): boolean {
      const counter = counterOf(v);
      if (counter === undefined) return false;
      const { current, partStep } = counter;
      c.get(current);
      if (part === 1) c.get(partStep).op('i64x2.add');
      return true;
    },
  };
}

/** All stores, then all next states before any state is replaced. */
function writeStep(
  frame: Frame,
  loop: LoopBody,
  body: VectorBody,
  states: readonly StatePart[],
  code: Code,
  streamAt: (s: number) => Local,
): void {
  const { layout } = frame;
  const next = (part: number): [StatePart, Local][] =>
    states.filter((s) => s.part === part).map((s) => [s, body.part(loop.next[s.slot] as Value, part, s.width)]);
  storeTiles(layout).forEach((tile, k) => {
    const value = loop.stored[k] as Value;
    const address = streamAt(layout.loads.length + k);
    const width = tile.dtype === 'bool' ? 4 : widthOf(tile.dtype);
    for (let part = 0; part < partsOf(width); part++) {
      const local = body.part(value, part, width);
      storePart(code.get(address), tile, part, local);
    }
  });
  const moves = [...next(0), ...next(1)];
  for (const [, local] of moves) code.get(local);
  for (const [state] of moves.reverse()) code.set(state.current);
}

/** Loops that divide or take roots have time for Knuth's additions meanwhile. */
const busyOtherwise: ReadonlySet<string> = new Set(['divide', 'sqrt']);
const isBoundByAdding = (body: Body): boolean => !body.some(({ op }) => busyOtherwise.has(op));

/** The pairs that a sum's state is, one a part. */
const pairsOf = (states: readonly StatePart[]): PairLocals[] =>
  [0, 1].map((part) => {
    const [sum, rest] = states.filter((s) => s.part === part).map((s) => s.current) as [Local, Local];
    return { sum, rest };
  });

/** Room for what passes keep for each other; no strip outgrows half of a core's nearest cache. */
function stripFor(slots: number, ahead: Code, parts: ModuleParts): Strip | undefined {
  if (slots === 0) return undefined;
  const most = Math.min(stripIterations.most, Math.max(stripIterations.least, stripBytes / slotBytes / slots));
  const iterations = most & (most < stripIterations.unit ? ~3 : -stripIterations.unit);
  return { iterations, offset: parts.room(slots * iterations * slotBytes), at: ahead.locals.fresh('i32') };
}

/** Keeps what a pass computes for later ones, and notes where `rare` nodes are not what is usual. */
function writeKept(kept: ReadonlyMap<Value, number>, strip: Strip, body: VectorBody, step: Code, found: Local): void {
  for (const [v, slot] of kept) {
    const rare = body.rareAt(v);
    for (let part = 0; part < partsOf(body.width(v)); part++) {
      const local = rare === undefined ? body.part(v, part) : body.part(rare.args[1] as Value, part, body.width(v));
      step
        .get(strip.at)
        .get(local)
        .memory('v128.store', slotAt(strip, slot) + 16 * part);
      if (rare === undefined) continue;
      const condition = body.part(rare.args[0] as Value, part, body.width(v));
      step.get(found).get(condition).op('v128.or').set(found);
    }
  }
}

/** Mends what is kept of `rare` nodes; whether there are any. */
function writeMending(kept: ReadonlyMap<Value, number>, strip: Strip, body: VectorBody, step: Code): boolean {
  const rares = [...kept.keys()].filter((v) => body.rareAt(v) !== undefined);
  for (const v of rares) {
    for (let part = 0; part < partsOf(body.width(v)); part++) {
      const at = slotAt(strip, kept.get(v) as number) + 16 * part;
      const value = step.get(strip.at).memory('v128.load', at).keep('v128');
      body.mend(v, part, value);
      step.get(strip.at).get(value).memory('v128.store', at);
    }
  }
  return rares.length > 0;
}

const slotAt = ({ offset, iterations }: Strip, slot: number): number => offset + slot * iterations * slotBytes;

export function vectorInner(
  frame: Frame,
  loop: LoopBody,
  { count, kept, slots }: Passes,
  ahead: Code,
  parts: ModuleParts,
): Inner {
  const { layout, streams } = frame;
  const [enter, leave, save, restore] = Array.from({ length: 4 }, () => ahead.fork()) as [Code, Code, Code, Code];
  const states = statePartsOf(layout.state.slots, layout.state.at, ahead);
  const indexes = indexLocals(frame, loop.body, ahead);
  const stateOf = (slot: number, part: number): StatePart =>
    states.find((s) => s.slot === slot && s.part === part) as StatePart;
  const forms = affineForms(loop.body);
  const strip = stripFor(slots, ahead, parts);
  const fixed = new FixedLocals(ahead, parts);
  const before = new Map<Value, number>();
  const codeOf = (step: Code, counter: VectorLeaves['counter']) => {
    const used = new Set<Stream>();
    const streamAt = (s: number): Local => {
      const stream = streams[s] as Stream;
      used.add(stream);
      return stream.at;
    };
    const leaves: VectorLeaves = {
      load: (c, node, part) => loadPart(c.get(streamAt(node.load)), layout.loads[node.load] as Tile, part, frame.apart),
      arg: (c, node, part) => void c.get(stateOf(node.arg, part).current),
      counter,
      kept(c, v, part) {
        const slot = before.get(v);
        if (slot === undefined || strip === undefined) return false;
        c.get(strip.at).memory('v128.load', slotAt(strip, slot) + 16 * part);
        return true;
      },
    };
    return { body: new VectorBody(step, loop.body, leaves, parts, fixed), used, streamAt };
  };
  const mending = (kept: ReadonlyMap<Value, number>, strip: Strip, found: Local): Mend | undefined => {
    const step = ahead.fork();
    const { body, used } = codeOf(step, () => false);
    return writeMending(kept, strip, body, step) ? { step, streams: used, round: 1, found } : undefined;
  };
  const found = ahead.locals.fresh('v128');
  const written = kept.map((keeps, pass): { code: PassCode; isCounting: boolean } => {
    const step = ahead.fork();
    const counters = counterSet(loop.body, forms, indexes, ahead, parts);
    const { body, used, streamAt } = codeOf(step, counters.emit);
    if (strip !== undefined) writeKept(keeps, strip, body, step, found);
    if (pass === count - 1) writeStep(frame, loop, body, states, step, streamAt);
    for (const counter of counters.made.values()) {
      enterCounter(enter, counter);
      step.get(counter.current).get(counter.innerStep).op('i64x2.add').set(counter.current);
    }
    for (const [v, slot] of keeps) before.set(v, slot);
    const code = { step, streams: used, round: roundOf(step, strip), mend: strip && mending(keeps, strip, found) };
    return { code, isCounting: counters.made.size > 0 };
  });
  const { added } = loop;
  const isLastCounting = written.at(-1)?.isCounting;
  const attempt =
    added === undefined || isLastCounting || (count === 1 && !isBoundByAdding(loop.body))
      ? undefined
      : pairSums(ahead, pairsOf(states), parts.room(16), (step) => {
          const { body } = codeOf(step, () => false);
          return [body.part(added, 0), body.part(added, 1)];
        });
  for (const { current, at, saved, width, part } of states) {
    enter.get(frame.state).memory('v128.load', at).set(current);
    leave.get(frame.state).get(current).memory('v128.store', at);
    save.get(current).set(saved);
    tailMask(restore.get(current).get(saved), frame.tail, width, part).op('v128.bitselect').set(current);
  }
  indexes.advanceRow(leave);
  const passes = written.map(({ code }) => code);
  return { enter, passes, strip, attempt, leave, save, restore };
}
