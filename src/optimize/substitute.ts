/** Writing the body of a fused kernel: producers are put where their loads stood, each element they need once. */
import { type AffineMap, compose } from '../core/affine.js';
import type { Expr } from '../expr/types.js';
import { Builder } from '../kernel/builder.js';
import type { Body, Node, Value } from '../kernel/ir.js';
import { bodyOf, type LoadMap, loadsOf } from './elementwise.js';

/** What a fused expression is made of, whatever its kind. */
export interface Fused {
  readonly inputs: readonly Expr[];
  readonly loads: readonly LoadMap[];
  readonly body: Body;
  /** Where the nodes of the outermost body have gone. */
  readonly values: readonly Value[];
  /** Names of everything in it but the outermost, producers first. */
  readonly layers: readonly string[];
}

/** Gives each key the number it was first seen with. */
class Numbered<T> {
  readonly items: T[] = [];
  readonly #seen = new Map<unknown, number>();

  of(key: unknown, item: T): number {
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    this.#seen.set(key, this.items.length);
    this.items.push(item);
    return this.items.length - 1;
  }
}

/** An `index` node of a producer, seen from the kernel that reads the producer through `map`. */
export function moveIndex(node: Node & { op: 'index' }, map: AffineMap, rank: number): Node {
  const coefs = new Array<number>(rank).fill(0);
  let offset = node.offset;
  map.forEach(({ axis, start, step }, i) => {
    const coef = node.coefs[i] as number;
    offset += coef * start;
    if (axis !== -1) coefs[axis] = (coefs[axis] as number) + coef * step;
  });
  return { op: 'index', dtype: 'int64', offset, coefs };
}

/** Puts into `root` every producer for which `inside` holds; what is left to read is taken through `now`. */
export function substitute(root: Expr, rank: number, inside: (e: Expr) => boolean, now: (e: Expr) => Expr): Fused {
  const builder = new Builder();
  const inputs = new Numbered<Expr>();
  const loads = new Numbered<LoadMap>();
  const layers = new Set<string>();
  const values = new Map<Expr, Map<string, Value>>();

  const read = (e: Expr, map: AffineMap): Value => {
    const input = inputs.of(now(e), now(e));
    const load = loads.of(`${input}:${JSON.stringify(map)}`, { input, map });
    return builder.push({ op: 'load', dtype: e.dtype, load });
  };

  const write = (e: Expr, through: (map: AffineMap) => AffineMap, index: (node: Node & { op: 'index' }) => Node) =>
    builder.inline(bodyOf(e), (node) => {
      if (node.op === 'index') return index(node);
      if (node.op !== 'load') return node;
      const { input, map } = loadsOf(e)[node.load] as LoadMap;
      return value(e.inputs[input] as Expr, through(map));
    });

  const value = (e: Expr, map: AffineMap): Value => {
    if (!inside(e)) return read(e, map);
    const known = values.get(e) ?? new Map<string, Value>();
    values.set(e, known);
    const key = JSON.stringify(map);
    const there = known.get(key);
    if (there !== undefined) return there;
    const at = write(
      e,
      (inner) => compose(inner, map),
      (node) => moveIndex(node, map, rank),
    );
    const result = at.at(-1) as Value;
    known.set(key, result);
    for (const layer of e.layers ?? [e.name]) layers.add(layer);
    return result;
  };

  const at = write(
    root,
    (map) => map,
    (node) => node,
  );
  return { inputs: inputs.items, loads: loads.items, body: builder.body(), values: at, layers: [...layers] };
}

/** The nodes of `body` that `results` need, and where the results are among them. */
export function prune(body: Body, results: readonly Value[]): { body: Body; results: readonly Value[] } {
  const needed = new Set<Value>(results);
  for (let v = body.length - 1; v >= 0; v--) {
    const node = body[v] as Node;
    if (needed.has(v) && 'args' in node) for (const a of node.args) needed.add(a);
  }
  const at = new Map<Value, Value>();
  const left: Node[] = [];
  body.forEach((node, v) => {
    if (!needed.has(v)) return;
    at.set(v, left.length);
    left.push('args' in node ? ({ ...node, args: node.args.map((a) => at.get(a)) } as Node) : node);
  });
  return { body: Object.freeze(left), results: results.map((v) => at.get(v) as Value) };
}

/** The same without loads that no node uses, and without inputs that no load uses. */
export function dropUnread<T extends Pick<Fused, 'inputs' | 'loads' | 'body'>>(fused: T): T {
  const loads = new Numbered<LoadMap>();
  const inputs = new Numbered<Expr>();
  const body = fused.body.map((node) => {
    if (node.op !== 'load') return node;
    const { input, map } = fused.loads[node.load] as LoadMap;
    const expr = fused.inputs[input] as Expr;
    return { ...node, load: loads.of(node.load, { input: inputs.of(expr, expr), map }) };
  });
  return { ...fused, inputs: inputs.items, loads: loads.items, body };
}
