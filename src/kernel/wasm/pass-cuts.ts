/**
 * Where a body is cut into passes: at the depths of its chain for which a model of a core takes the fewest cycles. A pass takes
 * what its instructions, its quotients and roots, or the waiting along its chain take, whichever is most; a value that
 * crosses a cut is an instruction more on both sides of it. The least sum is found by dynamic programming over the depths.
 */
import { isWide } from '../../core/dtype.js';
import type { Body, Node, Value } from '../ir.js';
import { type Chain, inMemory, isAnywhere, keeper } from './chains.js';
import { partsOf, widthOf } from './vector.js';

/**
 * A core of today as far as measured loops tell: vector instructions that it starts a cycle, how many it has in sight while some
 * of them wait, and the cycles that a pass takes besides its work.
 */
const core = { wide: 3, window: 130, start: 3 };

/** Instructions that stand for an operation on one vector; where it is not named, one. */
const instructions: Readonly<Record<string, number>> = { minimum: 5, maximum: 5, table: 8, cast: 3 };
const wideProduct = 9;
/** Cycles of the one unit for quotients and roots. */
const dividing: Readonly<Record<string, number>> = { divide: 4, sqrt: 7 };

/** Vectors of a group of elements. */
const vectorsOf = ({ dtype }: Node): number => partsOf(widthOf(dtype));

/** What needs no instruction of its own; loads do. */
const isFree = ({ op }: Node): boolean => op !== 'load' && (inMemory.has(op) || op === 'bitcast' || op === 'arg');

function instructionsOf(node: Node): number {
  if (isFree(node)) return 0;
  const isWideProduct = node.op === 'multiply' && isWide(node.dtype);
  return vectorsOf(node) * (isWideProduct ? wideProduct : (instructions[node.op] ?? 1));
}

/** Sums over the nodes up to each depth: place 0 is before the first depth, and the last place has what is behind states. */
interface Sums {
  readonly depths: readonly number[];
  readonly instructions: Float64Array;
  readonly divider: Float64Array;
  /** Vectors that cross a cut after each depth. */
  readonly crossing: Float64Array;
}

/** The first place whose depth is not below `depth`. */
const placeAfter = (depths: readonly number[], depth: number): number => depths.filter((d) => d < depth).length + 1;

/** Of the nodes deeper than `start` and not as deep as `end`, or behind states where nothing comes after them. */
function sumsOf(body: Body, reads: readonly (readonly Value[])[], { depth }: Chain, start: number, end: number): Sums {
  const isIn = (d: number): boolean => d > start && (d < end || end === Number.POSITIVE_INFINITY);
  const depths = [...new Set(depth)].filter((d) => Number.isFinite(d) && isIn(d)).sort((x, y) => x - y);
  const placeOf = new Map(depths.map((d, i) => [d, i + 1]));
  const sums = (): Float64Array => new Float64Array(depths.length + 2);
  const [work, divider, crossing] = [sums(), sums(), sums()];
  const lastRead = new Map<Value, number>();
  const add = (to: Float64Array, place: number, more: number): void => {
    (to[place] as number) += more;
  };
  body.forEach((node, v) => {
    const d = depth[v] as number;
    for (const a of (reads[v] as readonly Value[]).filter((each) => !isAnywhere(body, each))) {
      const kept = keeper(body, a);
      lastRead.set(kept, Math.max(lastRead.get(kept) ?? 0, d));
    }
    if (!isIn(d)) return;
    const place = placeOf.get(d) ?? depths.length + 1;
    add(work, place, instructionsOf(node));
    add(divider, place, vectorsOf(node) * (dividing[node.op] ?? 0));
  });
  for (const [v, last] of lastRead) {
    const vectors = vectorsOf(body[v] as Node);
    const [from, to] = [depth[v] as number, Math.min(last, end)];
    add(crossing, placeAfter(depths, from), vectors);
    add(crossing, placeAfter(depths, to), -vectors);
  }
  for (const each of [work, divider, crossing]) {
    for (let place = 1; place < each.length; place++) add(each, place, each[place - 1] as number);
  }
  return { depths, instructions: work, divider, crossing };
}

/** The depths after which to cut, for the fewest cycles in all. */
function cheapest({ depths, instructions: work, divider, crossing }: Sums, start: number): number[] {
  const last = depths.length;
  const cyclesOf = (from: number, to: number): number => {
    const end = to === last ? last + 1 : to;
    const between = (sums: Float64Array): number => (sums[end] as number) - (sums[from] as number);
    const moved = (from === 0 ? 0 : (crossing[from] as number)) + (to === last ? 0 : (crossing[to] as number));
    const count = between(work) + moved;
    const length = (depths[to - 1] as number) - (from === 0 ? start : (depths[from - 1] as number));
    return core.start + Math.max(count / core.wide, between(divider), (length * count) / core.window);
  };
  const [least, before] = [[0], [0]];
  for (let to = 1; to <= last; to++) {
    const cycles = Array.from({ length: to }, (_, from) => (least[from] as number) + cyclesOf(from, to));
    least[to] = Math.min(...cycles);
    before[to] = cycles.indexOf(least[to] as number);
  }
  const cuts: number[] = [];
  for (let to = before[last] as number; to > 0; to = before[to] as number) cuts.unshift(depths[to - 1] as number);
  return cuts;
}

/** Chains of fewer cycles are cut only before the steps of states, which go from element to element and would hold them up. */
const short = 90;

/** Where to cut: before each level, and within levels where that takes fewer cycles. What lies behind a state is never cut. */
export function cutsOf(body: Body, reads: readonly (readonly Value[])[], chain: Chain): number[] {
  const { depth, levels } = chain;
  if (levels.length === 1 && (levels[0]?.total ?? 0) < short) {
    const before = depth.filter(Number.isFinite);
    return before.length < depth.length ? [Math.max(...before)] : [];
  }
  return levels.flatMap(({ start }, level) => {
    const end = levels[level + 1]?.start ?? Number.POSITIVE_INFINITY;
    const within = cheapest(sumsOf(body, reads, chain, start, end), start);
    return level === 0 ? within : [start - 0.5, ...within];
  });
}
