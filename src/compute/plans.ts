/** Plans made before: what is computed again (a service's query, a step of a loop) is planned once. */
import { keepRecent } from '../core/recent.js';
import type { Expr } from '../expr/types.js';
import type { Plan } from '../plan/types.js';

/** By their first root: these live as long as it does. */
const byRoot = new WeakMap<Expr, Map<string, Plan>>();
/** By the names of their roots, which are equal where the values are: for roots that are written anew each time. */
const byName = new Map<string, WeakRef<Plan>>();
/** What keeps those alive: plans that read data in memory live as long as all of it does, and keep none from being freed. */
const withoutData = new Map<string, object>();
const byData = new WeakMap<object, Map<string, object>>();
/** As many are kept for each array, and of those without; the one unused for longest goes first. */
const kept = 64;

/** The plan of `roots` under `settings`, made if there is none. */
export function knownPlan(roots: readonly Expr[], settings: string, make: () => Plan): Plan {
  const [first] = roots;
  if (first === undefined) return make();
  const plans = entryOf(byRoot, first);
  const key = [settings, ...roots.map((root) => root.name)].join();
  const known = plans.get(key) ?? byName.get(key)?.deref() ?? make();
  plans.set(key, known);
  keepRecent(byName, key, new WeakRef(known), 2 * kept);
  hold(key, known);
  return known;
}

function hold(key: string, plan: Plan): void {
  const data = new Set(plan.sources.flatMap((source) => (source.kind === 'memory' ? [source.data] : [])));
  const [first, ...others] = data;
  const held = others.reduceRight<object>((inner, other) => new WeakMap([[other, inner]]), plan);
  keepRecent(first === undefined ? withoutData : entryOf(byData, first), key, held, kept);
}

function entryOf<K extends object, V>(map: WeakMap<K, Map<string, V>>, key: K): Map<string, V> {
  const entry = map.get(key) ?? new Map<string, V>();
  map.set(key, entry);
  return entry;
}
