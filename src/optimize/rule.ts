/** What an optimizer pass is made of: rules as data, and the walk that applies them. */
import type { Expr } from '../expr/types.js';
import { type Groups, groupsOf } from './groups.js';

/** One rewriting. What it gives computes the same bits, under the same name where the value is the same. */
export interface Rule {
  readonly name: string;
  /** The algebra, as in 'slice(slice(x)) -> slice(x)'. */
  readonly says: string;
  /** What stands in the place of `e`, whose inputs are rewritten already; undefined where the rule does not apply. */
  apply(e: Expr, context: Context): Expr | undefined;
}

/** Rules applied together, in one walk from the sources to the results. */
export interface Pass {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Whether it belongs to what every computation needs, optimized or not. */
  readonly always: boolean;
}

/** What a rule may know beyond the expression before it. */
export interface Context {
  /** `e` as it stood before this pass, when its inputs were those that `groups` speaks of. */
  readonly original: Expr;
  /** What an expression of before this pass has become. */
  now(original: Expr): Expr;
  /** The expression that stands for all of this name. */
  first(e: Expr): Expr;
  /** Which expressions of before this pass are computed inside which others. */
  readonly groups: Groups;
}

export type Trace = (rule: string, before: Expr, after: Expr) => void;

/** Every expression that `roots` need, inputs first, each once. */
export function postorder(roots: readonly Expr[]): Expr[] {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const stack: { e: Expr; next: number }[] = [];
  const enter = (e: Expr) => {
    if (seen.has(e)) return;
    seen.add(e);
    stack.push({ e, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.e.inputs[top.next++];
      if (input !== undefined) enter(input);
      else order.push((stack.pop() as { e: Expr }).e);
    }
  }
  return order;
}

/** `e` over other inputs; itself when they are the same. */
export const withInputs = (e: Expr, inputs: readonly Expr[]): Expr =>
  inputs.every((input, i) => input === e.inputs[i]) ? e : Object.freeze({ ...e, inputs: Object.freeze(inputs) });

/** What the rules of one walk are told: one object, moved from expression to expression. */
class Walk implements Context {
  original: Expr;
  readonly #roots: readonly Expr[];
  readonly #order: readonly Expr[];
  readonly #done = new Map<Expr, Expr>();
  readonly #names = new Map<string, Expr>();
  #groups: Groups | undefined;

  constructor(roots: readonly Expr[]) {
    this.#roots = roots;
    this.#order = postorder(roots);
    this.original = roots[0] as Expr;
  }

  now(original: Expr): Expr {
    return this.#done.get(original) ?? original;
  }

  first(e: Expr): Expr {
    const first = this.#names.get(e.name) ?? e;
    this.#names.set(e.name, first);
    return first;
  }

  get groups(): Groups {
    this.#groups ??= groupsOf(this.#roots, this.#order);
    return this.#groups;
  }

  run(rules: readonly Rule[], trace: Trace | undefined): readonly Expr[] {
    for (const original of this.#order) {
      this.original = original;
      const inputs = original.inputs.map((input) => this.now(input));
      this.#done.set(original, rewrite(rules, withInputs(original, inputs), this, trace));
    }
    return this.#roots.map((root) => this.now(root));
  }
}

/** One pass over the graph of `roots`: shared expressions stay shared. */
export const run = (pass: Pass, roots: readonly Expr[], trace?: Trace): readonly Expr[] =>
  new Walk(roots).run(pass.rules, trace);

/** Applies rules until none applies. */
function rewrite(rules: readonly Rule[], given: Expr, context: Context, trace: Trace | undefined): Expr {
  let e = given;
  for (let i = 0; i < rules.length; ) {
    const rule = rules[i] as Rule;
    const after = rule.apply(e, context);
    if (after === undefined || after === e) {
      i++;
      continue;
    }
    trace?.(rule.name, e, after);
    e = after;
    i = 0;
  }
  return e;
}
