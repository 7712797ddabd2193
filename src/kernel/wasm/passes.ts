/**
 * Cuts the body of a vector loop into passes: loops of their own over a strip of a few hundred elements, which hand values
 * on through memory in the nearest cache. One long chain of dependent operations fills a core's scheduler with what has
 * to wait for its first links, and few iterations overlap; of short chains many do, and their constants stay in registers.
 * Between passes the elements are mended that `rare` nodes name: passes take all for usual, so that they have no branches.
 */
import type { Body, Node, Value } from '../ir.js';
import { type Chain, chainOf, inMemory, isAnywhere, keeper, readsOf } from './chains.js';
import type { LoopBody } from './loop-body.js';
import { cutsOf } from './pass-cuts.js';

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

/** Chains of fewer cycles stay in one piece. */
const longest = 72;

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
