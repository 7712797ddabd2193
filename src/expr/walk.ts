/** Walking the graph, without recursion: chains of a hundred thousand operations are walked as well. */
import type { Expr } from './types.js';

/** Every expression under `roots` once, inputs before what is made from them. Equal names are one expression. */
export function topological(roots: readonly Expr[]): Expr[] {
  const done = new Set<string>();
  const order: Expr[] = [];
  const stack: { readonly expr: Expr; next: number }[] = roots.map((expr) => ({ expr, next: 0 })).reverse();
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const input = done.has(top.expr.name) ? undefined : top.expr.inputs[top.next++];
    if (input !== undefined) {
      if (!done.has(input.name)) stack.push({ expr: input, next: 0 });
      continue;
    }
    stack.pop();
    if (!done.has(top.expr.name)) order.push(top.expr);
    done.add(top.expr.name);
  }
  return order;
}

/** How often each expression is used as an input under `roots`, by name; a root counts once more. */
export function useCounts(roots: readonly Expr[]): Map<string, number> {
  const uses = new Map<string, number>();
  const count = ({ name }: Expr) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const expr of topological(roots)) expr.inputs.forEach(count);
  roots.forEach(count);
  return uses;
}

/**
 * What `visit` makes of the roots, from the leaves up: it is given an expression and what became of its inputs. Each
 * expression is visited once.
 */
export function fromLeaves<T>(roots: readonly Expr[], visit: (expr: Expr, inputs: readonly T[]) => T): T[] {
  const made = new Map<string, T>();
  for (const expr of topological(roots)) {
    made.set(
      expr.name,
      visit(
        expr,
        expr.inputs.map((input) => made.get(input.name) as T),
      ),
    );
  }
  return roots.map((root) => made.get(root.name) as T);
}
