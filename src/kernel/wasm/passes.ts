/**
 * Cuts the body of a vector loop into passes: loops of their own over a strip of a few hundred elements, which hand values
 * on through memory in the nearest cache. One long chain of dependent operations fills a core's scheduler with what has
 * to wait for its first links, and few iterations overlap; of short chains many do, and their constants stay in registers.
 * Between passes the elements are mended that `rare` nodes name: passes take all for usual, so that they have no branches.
 */
import type { Body, Node, Value } from '../ir.js';
import type { LoopBody } from './loop-body.js';
import { extremeOf, halfOf, upperWordOf } from './peepholes.js';

export interface Passes {
  /** At least 1; the last one does the stores and the folds' steps. */
  readonly count: number;
  /**
   * One a pass: what it computes for later ones, and the slot of the strip that this is kept in. Of a `rare` node it is the
   * usual value, which is mended before the next pass.
   */
  readonly kept: readonly ReadonlyMap<Value, number>[];
  /** How many values the strip keeps of each iteration. */
  readonly slots: number;
}

/**
 * Cycles until a result can be used, roughly, on the cores of today; where an operation is not named, `usual`. Quotients and
 * roots take longer, but keep a unit of their own busy meanwhile: what else there is to do should not be cut off from them.
 */
const latencies: Readonly<Record<string, number>> = {
  const: 0,
  seed: 0,
  arg: 0,
  bitcast: 0,
  load: 5,
  add: 4,
  subtract: 4,
  multiply: 4,
  divide: 6,
  sqrt: 6,
  floor: 8,
  ceil: 8,
  trunc: 8,
  round: 8,
  minimum: 8,
  maximum: 8,
  table: 10,
  cast: 5,
};
const usual = 1;
/** An integer product of 64 bits is put together from three. */
const wideProduct = 10;
/** Chains below this stay in one piece; longer ones are cut into pieces of about `reach`. */
const longest = 72;
const reach = 42;
const mostPasses = 6;

function latencyOf(node: Node): number {
  if (node.op === 'multiply' && node.dtype !== 'float64' && node.dtype !== 'float32') return wideProduct;
  const integer = (node.op === 'add' || node.op === 'subtract') && !node.dtype.startsWith('float');
  return integer ? 1 : (latencies[node.op] ?? usual);
}

const inMemory: ReadonlySet<string> = new Set(['const', 'load', 'seed']);

/** What is had anywhere for the asking: constants, loads, counted words, and other readings of their bits. */
function isAnywhere(body: Body, v: Value): boolean {
  const node = body[v] as Node;
  if (node.op === 'bitcast') return isAnywhere(body, node.args[0]);
  return node.op === 'weyl' || inMemory.has(node.op);
}

/** The value that is kept where `v` is asked for in a later pass: bits are read anew there. */
function keeper(body: Body, v: Value): Value {
  const node = body[v] as Node;
  return node.op === 'bitcast' ? keeper(body, node.args[0]) : v;
}

/** What the code of a node reads. */
function readsOf(body: Body, node: Node): readonly Value[] {
  if (!('args' in node) || node.op === 'weyl') return [];
  const upper = upperWordOf(body, node);
  if (upper !== undefined) return [upper];
  if (node.op === 'select' && extremeOf(body, node.args) !== undefined) return node.args.slice(1);
  if (node.op !== 'multiply') return node.args;
  const halves = node.args.map((a) => halfOf(body, a));
  return halves.some((half) => half === undefined) ? node.args : (halves as Value[]);
}

interface Chain {
  /**
   * Cycles until each node can be used, roughly; infinite behind a fold's state. What needs a mended value comes behind
   * everything that does not.
   */
  readonly depth: readonly number[];
  /** Where nodes that need mended values begin, those that need values mended again, and so on. */
  readonly levels: readonly { readonly start: number; readonly total: number }[];
  readonly isMended: (v: Value) => boolean;
}

function chainOf({ body }: LoopBody, reads: readonly (readonly Value[])[]): Chain {
  const stateful: boolean[] = [];
  const level: number[] = [];
  const within: number[] = [];
  const totals = [0];
  body.forEach((node, v) => {
    const args = reads[v] as readonly Value[];
    stateful.push(node.op === 'arg' || args.some((a) => stateful[a]));
    const before = Math.max(0, ...args.map((a) => level[a] as number));
    const own = node.op === 'rare' && !stateful[v] ? before + 1 : before;
    const depths = args.map((a) => (level[a] === own ? (within[a] as number) : 0));
    level.push(own);
    within.push(Math.max(0, ...depths) + latencyOf(node));
    totals[own] = Math.max(totals[own] ?? 0, within[v] as number);
  });
  let start = 0;
  const levels = totals.map((total) => {
    start += total + 1;
    return { start: start - total - 1, total };
  });
  const startOf = (v: Value): number => (levels[level[v] as number] as { start: number }).start;
  return {
    depth: within.map((cycles, v) => (stateful[v] ? Number.POSITIVE_INFINITY : startOf(v) + cycles)),
    levels,
    isMended: (v) => (body[v] as Node).op === 'rare' && !stateful[v],
  };
}

/** Values that a cut at `at` cycles would have kept. */
function crossing(body: Body, reads: readonly (readonly Value[])[], { depth }: Chain, at: number): number {
  const crossed = new Set<Value>();
  body.forEach((_, v) => {
    if ((depth[v] as number) <= at) return;
    for (const a of reads[v] as readonly Value[]) {
      if ((depth[a] as number) <= at && !isAnywhere(body, a)) crossed.add(keeper(body, a));
    }
  });
  return crossed.size;
}

/**
 * Where to cut: before each level, and within a level near even parts, at the depths that the fewest values cross. What
 * lies behind a state is never cut.
 */
function cutsOf(body: Body, reads: readonly (readonly Value[])[], chain: Chain): number[] {
  const depths = [...new Set(chain.depth)].filter(Number.isFinite);
  const deepest = Math.max(...depths);
  const cuts = chain.levels.flatMap(({ start, total }, level) => {
    const count = total < longest ? 1 : Math.min(mostPasses, Math.ceil(total / reach));
    const part = total / count;
    const within = Array.from({ length: count - 1 }, (_, k) => {
      const even = start + part * (k + 1);
      const near = depths.filter((d) => Math.abs(d - even) <= part / 3);
      const candidates = near.length === 0 ? [Math.min(even, deepest)] : near;
      const costs = candidates.map((at) => crossing(body, reads, chain, at) + Math.abs(at - even) / part);
      return candidates[costs.indexOf(Math.min(...costs))] as number;
    });
    return level === 0 ? within : [start - 0.5, ...within];
  });
  return [...new Set(cuts)];
}

const onePass: Passes = { count: 1, kept: [new Map()], slots: 0 };

export function passesOf(loop: LoopBody): Passes {
  const { body } = loop;
  const reads = body.map((node) => readsOf(body, node));
  const chain = chainOf(loop, reads);
  if (chain.levels.reduce((sum, { total }) => sum + total, 0) < longest) return onePass;
  const cuts = cutsOf(body, reads, chain);
  const count = cuts.length + 1;
  /** The pass that computes a value, or what is mended to be it. */
  const passOf = (v: Value): number =>
    cuts.filter((at) => (chain.depth[v] as number) > at).length - (chain.isMended(v) ? 1 : 0);
  const { kept, slots } = slotsFor(body, count, passOf, lastUses(loop, reads, chain, passOf));
  return slots === 0 ? onePass : { count, kept, slots };
}

/**
 * The last pass that reads each value which is not had anywhere; half a pass more where it is read by mending after that,
 * which has no counters either.
 */
function lastUses(
  loop: LoopBody,
  reads: readonly (readonly Value[])[],
  { isMended }: Chain,
  passOf: (v: Value) => number,
): Map<Value, number> {
  const { body } = loop;
  const last = new Map<Value, number>();
  const use = (v: Value, pass: number): void => {
    if (!last.has(v) && isAnywhere(body, v)) return;
    last.set(v, Math.max(pass, last.get(v) ?? 0));
  };
  body.forEach((_, v) => {
    if (!isMended(v)) return;
    const [condition, , ...given] = reads[v] as readonly Value[];
    for (const a of [condition as Value, ...given].map((each) => keeper(body, each))) {
      if (!inMemory.has((body[a] as Node).op)) last.set(a, Math.max(passOf(v) + 0.5, last.get(a) ?? 0));
    }
  });
  body.forEach((_, v) => {
    for (const a of reads[v] as readonly Value[]) use(keeper(body, a), passOf(v));
  });
  for (const v of [...loop.stored, ...loop.next]) use(keeper(body, v), Number.POSITIVE_INFINITY);
  return last;
}

/** Slots go from value to value as they fall free. */
function slotsFor(
  body: Body,
  count: number,
  passOf: (v: Value) => number,
  last: ReadonlyMap<Value, number>,
): Pick<Passes, 'kept' | 'slots'> {
  const busyUntil: number[] = [];
  const kept = Array.from({ length: count }, (_, pass) => {
    const slots = new Map<Value, number>();
    body.forEach((_, v) => {
      const until = last.get(v) ?? 0;
      if (passOf(v) !== pass || until <= pass || pass === count - 1) return;
      const free = busyUntil.findIndex((end) => end < pass);
      const slot = free < 0 ? busyUntil.length : free;
      busyUntil[slot] = until;
      slots.set(v, slot);
    });
    return slots;
  });
  return { kept, slots: busyUntil.length };
}
