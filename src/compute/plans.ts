/** Plans made before: what is computed again (a service's query, a step of a loop) is planned once. */
import { keepRecent } from '../core/recent.js';
import type { Expr } from '../expr/types.js';
import type { Plan } from '../plan/types.js';

/** By their first root: these live as long as it does. */
const byRoot = new WeakMap<Expr, Map<string, Plan>>();
/** By the names of their roots, which are equal where the values are: for roots that are written anew each time. */
const byName = new Map<string, Plan>();
/** As many are kept by name; the one unused for longest goes first. */
const keptByName = 64;

/** Plans that hold data would keep it from being freed. */
const holdsData = ({ sources }: Plan): boolean => sources.some((source) => source.kind === 'memory');

/** The plan of `roots` under `settings`, made if there is none. */
export function knownPlan(roots: readonly Expr[], settings: string, make: () => Plan): Plan {
  const [first] = roots;
  if (first === undefined) return make();
  const plans = byRoot.get(first) ?? new Map<string, Plan>();
  byRoot.set(first, plans);
  const key = [settings, ...roots.map((root) => root.name)].join();
  const known = plans.get(key) ?? byName.get(key) ?? make();
  plans.set(key, known);
  if (!holdsData(known)) keepRecent(byName, key, known, keptByName);
  return known;
}
