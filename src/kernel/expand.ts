/**
 * Makes a kernel ready for a backend: calls and random bits are written out in primitives, what is known is folded, and
 * what nobody asks for is dropped. Every bit of the result stays.
 */
import { InternalError } from '../core/errors.js';
import { Builder } from './builder.js';
import type { Body, Fold, Kernel, Node, Output, Routine, Value } from './ir.js';
import { mathFunctions } from './math/index.js';
import { type WeylMethod, weylAnywhere } from './random/weyl.js';
import { generators, isPaged } from './random.js';
import { Ranges } from './ranges.js';
import { simplify } from './simplify.js';

interface Rooted {
  readonly body: Body;
  readonly roots: readonly Value[];
}

/** Writes every call out as it is appended: functions are written in terms of each other, down to primitives. */
class Writing extends Builder {
  override push(node: Node): Value {
    if (node.op === 'call') {
      const write = mathFunctions[node.fn];
      if (write === undefined) throw new InternalError('kernel', `there is no function '${node.fn}' to call`);
      return write(this, node.dtype as 'float32' | 'float64', ...node.args);
    }
    return super.push(node.op === 'rare' ? { ...node, slow: this.slow(node.slow) } : node);
  }

  protected slow(body: Body): Body {
    return written(body);
  }
}

/** Also writes random bits out, and simplifies. */
class Lowering extends Writing {
  readonly #drawn = new Set<Value>();
  readonly #ranges = new Ranges(this.nodes, (_, v) => this.#drawn.has(v));

  override push(node: Node): Value {
    if (node.op === 'call') return super.push(node);
    if (node.op === 'bits') return this.#draw(node);
    const simpler = simplify(this, node, this.#ranges);
    return typeof simpler === 'number' ? simpler : super.push(simpler);
  }

  #draw({ generator, key, args, word }: Node & { op: 'bits' }): Value {
    const bits = generators[generator].build(this, key, args[0], word);
    this.#drawn.add(bits);
    return bits;
  }

  protected override slow(body: Body): Body {
    return expandBody(body);
  }
}

/** Also looks each element's page up, where elements of a tile lie in several. */
class Across extends Lowering {
  override push(node: Node): Value {
    if (node.op !== 'weyl' || !isPaged(node)) return super.push(node);
    return weylAnywhere(this, generators[node.generator].weyl as WeylMethod, node, node.args[0], node.which);
  }
}

/** Appends a body to `b`, and drops what the roots do not need. */
function rebuild(b: Builder, { body, roots }: Rooted): Rooted {
  const at = b.inline(body, (node) => node);
  return prune({ body: b.body(), roots: roots.map((r) => at[r] as Value) });
}

/** Drops what the roots do not need. */
function prune({ body, roots }: Rooted): Rooted {
  const needed = new Set<Value>(roots);
  for (let v = body.length - 1; v >= 0; v--) {
    const node = body[v] as Node;
    if (needed.has(v) && 'args' in node) for (const a of node.args) needed.add(a);
  }
  const at: Value[] = [];
  const kept: Node[] = [];
  body.forEach((node, v) => {
    if (!needed.has(v)) return;
    at[v] = kept.length;
    kept.push('args' in node ? ({ ...node, args: node.args.map((a) => at[a] as Value) } as Node) : node);
  });
  return { body: kept, roots: roots.map((r) => at[r] as Value) };
}

/** A slow body's result is its last node; after pruning the root is the last again. */
const slowBody = (b: Builder, body: Body): Body => rebuild(b, { body, roots: [body.length - 1] }).body;

const written = (body: Body): Body => slowBody(new Writing(), body);

const expanded = new WeakMap<Body, Body>();

/** A body in primitives alone; its result stays the last node. Slow bodies are shared between kernels. */
export function expandBody(body: Body): Body {
  const known = expanded.get(body);
  if (known !== undefined) return known;
  const made = slowBody(new Lowering(), body);
  expanded.set(body, made);
  expanded.set(made, made);
  return made;
}

type Rewrite = (rooted: Rooted) => Rooted;

function rewriteRoutine(rewrite: Rewrite, routine: Routine): Routine {
  const { body, roots } = rewrite({ body: routine.body, roots: routine.results });
  return { ...routine, body, results: roots };
}

const rewriteFold = (rewrite: Rewrite, fold: Fold): Fold => ({
  ...fold,
  step: rewriteRoutine(rewrite, fold.step),
  ...(fold.settle && { settle: rewriteRoutine(rewrite, fold.settle) }),
  merge: rewriteRoutine(rewrite, fold.merge),
  finish: rewriteRoutine(rewrite, fold.finish),
});

/** `fold` with every call written out. */
export const writeOutFold = (fold: Fold): Fold => rewriteFold((rooted) => rebuild(new Writing(), rooted), fold);

const valuesOf = (output: Output): readonly Value[] => {
  if (output.kind === 'store') return [output.value];
  if (output.kind === 'dot') return [output.left, output.right];
  return output.kind === 'reduce' ? output.values : [...output.values, ...output.before];
};

function rewriteKernel(rewrite: Rewrite, kernel: Kernel): Kernel {
  const { body, roots } = rewrite({ body: kernel.body, roots: kernel.outputs.flatMap(valuesOf) });
  let next = 0;
  const outputs = kernel.outputs.map((output): Output => {
    if (output.kind === 'store') return { ...output, value: roots[next++] as Value };
    if (output.kind === 'dot') return { ...output, left: roots[next++] as Value, right: roots[next++] as Value };
    const take = (values: readonly Value[]): Value[] => values.map(() => roots[next++] as Value);
    const fed = { ...output, values: take(output.values), fold: rewriteFold(rewrite, output.fold) };
    return fed.kind === 'reduce' ? fed : { ...fed, before: take(fed.before) };
  });
  return { ...kernel, body, outputs };
}

/** `kernel` with every call written out, and nothing else changed: what the interpreter runs. */
export const writeOutCalls = (kernel: Kernel): Kernel =>
  rewriteKernel((rooted) => rebuild(new Writing(), rooted), kernel);

/** `kernel` in primitives alone: its body, its folds' routines, and all slow bodies. */
export const expand = (kernel: Kernel): Kernel => rewriteKernel((rooted) => rebuild(new Lowering(), rooted), kernel);

/** `kernel`, which is expanded, for tiles whose elements lie in several pages; undefined: no generator of it has pages. */
export const acrossPages = (kernel: Kernel): Kernel | undefined =>
  kernel.body.some((node) => node.op === 'weyl' && isPaged(node))
    ? rewriteKernel((rooted) => rebuild(new Across(), rooted), kernel)
    : undefined;
