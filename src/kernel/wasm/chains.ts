/** How long the operations of a loop's body wait for each other: what cutting it into passes goes by. */
import type { Body, Node, Value } from '../ir.js';
import type { LoopBody } from './loop-body.js';
import { extremeOf, halfOf, upperWordOf } from './peepholes.js';

/**
 * Cycles until a result can be used, roughly, on the cores of today; where an operation is not named, `usual`. Quotients and
 * roots take longer, but of a unit of their own, which cuts are reckoned with apart (`pass-cuts.ts`).
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
  table: 16,
  cast: 5,
};
const usual = 1;
/** An integer product of 64 bits is put together from three. */
const wideProduct = 10;

function latencyOf(node: Node): number {
  if (node.op === 'multiply' && node.dtype !== 'float64' && node.dtype !== 'float32') return wideProduct;
  const integer = (node.op === 'add' || node.op === 'subtract') && !node.dtype.startsWith('float');
  return integer ? 1 : (latencies[node.op] ?? usual);
}

export const inMemory: ReadonlySet<string> = new Set(['const', 'load', 'seed']);

/** What is had anywhere for the asking: constants, loads, counted words, and other readings of their bits. */
export function isAnywhere(body: Body, v: Value): boolean {
  const node = body[v] as Node;
  if (node.op === 'bitcast') return isAnywhere(body, node.args[0]);
  return node.op === 'weyl' || inMemory.has(node.op);
}

/** The value that is kept where `v` is asked for in a later pass: bits are read anew there. */
export function keeper(body: Body, v: Value): Value {
  const node = body[v] as Node;
  return node.op === 'bitcast' ? keeper(body, node.args[0]) : v;
}

/** What the code of a node reads. */
export function readsOf(body: Body, node: Node): readonly Value[] {
  if (!('args' in node) || node.op === 'weyl') return [];
  const upper = upperWordOf(body, node);
  if (upper !== undefined) return [upper];
  if (node.op === 'select' && extremeOf(body, node.args) !== undefined) return node.args.slice(1);
  if (node.op !== 'multiply') return node.args;
  const halves = node.args.map((a) => halfOf(body, a));
  return halves.some((half) => half === undefined) ? node.args : (halves as Value[]);
}

export interface Chain {
  /**
   * Cycles until each node can be used, roughly; infinite behind a fold's state. What needs a mended value comes behind
   * everything that does not.
   */
  readonly depth: readonly number[];
  /** Where nodes that need mended values begin, those that need values mended again, and so on. */
  readonly levels: readonly { readonly start: number; readonly total: number }[];
  readonly isMended: (v: Value) => boolean;
}

export function chainOf({ body }: LoopBody, reads: readonly (readonly Value[])[]): Chain {
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
