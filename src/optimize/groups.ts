/**
 * Which expressions are computed inside others. Consumers are looked at before producers, so that all uses of a producer
 * are known: by which kernels it is needed, and through which index maps. It is computed inside them when that costs no
 * more than keeping it; one consumer that needs every element once is the case where nothing is repeated at all.
 */
import { type AffineMap, compose, identityMap } from '../core/affine.js';
import { blocks, type Cuts } from '../core/chunks.js';
import { sizeOf } from '../core/shape.js';
import type { Expr } from '../expr/types.js';
import { bodyCost, bodyWeight, movingCost, stageCost } from './cost.js';
import { bodyOf, domainOf, isElementwise, loadsOf, readsThroughLoads } from './elementwise.js';

/** Beyond this many nodes a kernel takes longer to compile than it saves. */
const maxWeight = 400;
/** A kernel reads at most so many inputs. */
const maxLoads = 64;
/** Where costs stop growing: nothing so dear is ever computed twice. */
const maxCost = 1e9;

/** Index maps by their text, each once. */
type Maps = Map<string, AffineMap>;

export interface Groups {
  /** Whether the consumers of `e` compute it inside themselves rather than read it. */
  inlined(e: Expr): boolean;
  /** Whether `e` is computed by itself: what is not inlined, results, and what is read as blocks. */
  stands(e: Expr): boolean;
}

interface Kernel {
  readonly root: Expr;
  readonly size: number;
  /** How many reductions, one after the other, must be done before it. */
  readonly depth: number;
  weight: number;
  loads: number;
}

/**
 * Kernels over the same blocks, with nothing between them to wait for, are run as one by the planner: what they share is
 * computed once. Equal text means that.
 */
function siblingsOf({ root, depth }: Kernel): string {
  const chunks = root.kind === 'reduce' ? root.domainChunks : root.chunks;
  const axes = root.kind === 'reduce' ? root.axes : root.kind === 'scan' ? [root.axis] : [];
  return JSON.stringify([depth, chunks, axes]);
}

/** How many elements of a producer are computed if it is put into all kernels that need it. */
function evaluationsIn(needed: Map<Expr, Maps>, kernels: Map<Expr, Kernel>): number {
  if (needed.size === 1) {
    const [[user, maps]] = needed as unknown as [[Expr, Maps]];
    return (kernels.get(user) as Kernel).size * maps.size;
  }
  const passes = new Map<string, { size: number; maps: Set<string> }>();
  for (const [user, maps] of needed) {
    const kernel = kernels.get(user) as Kernel;
    const key = siblingsOf(kernel);
    const pass = passes.get(key) ?? { size: kernel.size, maps: new Set<string>() };
    passes.set(key, pass);
    for (const map of maps.keys()) pass.maps.add(map);
  }
  return [...passes.values()].reduce((n, { size, maps }) => n + size * maps.size, 0);
}

/** Reductions on the longest way from a source to each expression, its own included. */
function depthsOf(order: readonly Expr[]): Map<Expr, number> {
  const depths = new Map<Expr, number>();
  for (const e of order) {
    const before = e.inputs.reduce((most, input) => Math.max(most, depths.get(input) as number), 0);
    depths.set(e, before + (e.kind === 'reduce' || e.kind === 'scan' || e.kind === 'dot' ? 1 : 0));
  }
  return depths;
}

/** How often everything that `e` reads is read: scans add up blocks first. */
const passesOf = (e: Expr): number => (e.kind === 'scan' && blocks(e.chunks[e.axis] as Cuts) > 1 ? 2 : 1);

export function groupsOf(roots: readonly Expr[], order: readonly Expr[]): Groups {
  const costs = recomputingCosts(order);
  const depths = depthsOf(order);
  const uses = new Map<Expr, Map<Expr, Maps>>();
  const kernels = new Map<Expr, Kernel>();
  const kept = new Set<Expr>(roots);
  const inlined = new Set<Expr>();
  for (const e of order.toReversed()) {
    const needed = uses.get(e);
    const inside = needed !== undefined && isElementwise(e) && worthInlining(e, needed, kernels, kept.has(e), costs);
    if (inside) inlined.add(e);
    const where = new Map<Expr, Maps>(inside ? needed : []);
    if (!inside || kept.has(e)) {
      const [size, depth] = [passesOf(e) * sizeOf(domainOf(e)), depths.get(e) as number];
      kernels.set(e, { root: e, size, depth, weight: bodyWeight(bodyOf(e)), loads: loadsOf(e).length });
      const map = identityMap(domainOf(e).length);
      where.set(e, new Map([[JSON.stringify(map), map]]));
    }
    noteUses(e, where, uses, kept);
  }
  return { inlined: (e) => inlined.has(e), stands: (e) => kernels.has(e) };
}

/** Tells the inputs of `e` which kernels read them, and how. An input read as blocks must stand by itself. */
function noteUses(e: Expr, where: Map<Expr, Maps>, uses: Map<Expr, Map<Expr, Maps>>, kept: Set<Expr>): void {
  if (!readsThroughLoads(e)) {
    for (const input of e.inputs) kept.add(input);
    return;
  }
  for (const { input, map } of loadsOf(e)) {
    const producer = e.inputs[input] as Expr;
    const kernels = uses.get(producer) ?? new Map<Expr, Maps>();
    uses.set(producer, kernels);
    if (!isElementwise(producer)) continue;
    for (const [kernel, maps] of where) {
      const all = kernels.get(kernel) ?? new Map<string, AffineMap>();
      kernels.set(kernel, all);
      for (const outer of maps.values()) {
        const through = compose(map, outer);
        all.set(JSON.stringify(through), through);
      }
    }
  }
}

/** Decides for one producer, and books its nodes on the kernels that take it in. */
function worthInlining(
  e: Expr,
  needed: Map<Expr, Maps>,
  kernels: Map<Expr, Kernel>,
  stands: boolean,
  costs: Map<Expr, number>,
): boolean {
  const weight = bodyWeight(bodyOf(e));
  const loads = loadsOf(e).length;
  for (const [user, maps] of needed) {
    const kernel = kernels.get(user) as Kernel;
    if (kernel.weight + weight * maps.size > maxWeight) return false;
    if (kernel.loads + (loads - 1) * maps.size > maxLoads) return false;
  }
  const cost = costs.get(e) as number;
  const moving = movingCost(e);
  const evaluations = evaluationsIn(needed, kernels);
  const keeping = evaluations * moving + (stands ? 0 : stageCost + sizeOf(e.shape) * (cost + moving));
  if (evaluations * cost > keeping) return false;
  for (const [user, maps] of needed) {
    const kernel = kernels.get(user) as Kernel;
    kernel.weight += weight * maps.size;
    kernel.loads += (loads - 1) * maps.size;
  }
  return true;
}

/** The cost of one element of each expression if everything it can be computed from inside a kernel is. */
function recomputingCosts(order: readonly Expr[]): Map<Expr, number> {
  const costs = new Map<Expr, number>();
  for (const e of order) {
    if (!isElementwise(e)) {
      costs.set(e, movingCost(e));
      continue;
    }
    const reads = new Map(
      loadsOf(e).map(({ input, map }) => [`${input}${JSON.stringify(map)}`, e.inputs[input] as Expr]),
    );
    let cost = bodyCost(bodyOf(e));
    for (const input of reads.values()) cost += costs.get(input) as number;
    costs.set(e, Math.min(cost, maxCost));
  }
  return costs;
}
