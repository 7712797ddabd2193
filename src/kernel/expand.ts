/**
 * Makes a kernel ready for a backend: calls and random bits are written out in primitives, what is known is folded, and
 * what nobody asks for is dropped. Every bit of the result stays.
 */
import { InternalError } from '../core/errors.js';
import { Builder } from './builder.js';
import type { Body, Fold, Kernel, Node, Output, Routine, Value } from './ir.js';
import { mathFunctions } from './math/index.js';
import { generators } from './random.js';
import { simplify } from './simplify.js';

/** Says what stands in a node's place: a node to append, or a value that is there already. */
type Pass = (b: Builder, node: Node) => Node | Value;

interface Rooted {
  readonly body: Body;
  readonly roots: readonly Value[];
}

function applyPass(pass: Pass, { body, roots }: Rooted): Rooted {
  const b = new Builder();
  const at = b.inline(body, (node) => pass(b, node));
  return { body: b.body(), roots: roots.map((r) => at[r] as Value) };
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

const writeCall: Pass = (b, node) => {
  if (node.op === 'rare') return { ...node, slow: writeOutBody(node.slow) };
  if (node.op !== 'call') return node;
  const write = mathFunctions[node.fn];
  if (write === undefined) throw new InternalError('kernel', `there is no function '${node.fn}' to call`);
  return write(b, node.dtype as 'float32' | 'float64', ...node.args);
};

const hasCall = (body: Body): boolean =>
  body.some((node) => node.op === 'call' || (node.op === 'rare' && hasCall(node.slow)));

/** Functions are written in terms of each other, so calls are written out until none is left. */
function writeOut(rooted: Rooted): Rooted {
  let now = rooted;
  while (hasCall(now.body)) now = prune(applyPass(writeCall, now));
  return now;
}

/** A slow body, whose result is its last node; after pruning the root is the last again. */
const writeOutBody = (body: Body): Body => writeOut({ body, roots: [body.length - 1] }).body;

const lower: Pass = (b, node) => {
  if (node.op === 'rare') return { ...node, slow: expandBody(node.slow) };
  if (node.op !== 'bits') return simplify(b, node);
  return generators[node.generator].build(b, node.key, node.args[0], node.word);
};

function expandRooted(rooted: Rooted): Rooted {
  const lowered = prune(applyPass(lower, writeOut(rooted)));
  return prune(applyPass(simplify, lowered));
}

/** A body in primitives alone; its result stays the last node. */
export const expandBody = (body: Body): Body => expandRooted({ body, roots: [body.length - 1] }).body;

type Rewrite = (rooted: Rooted) => Rooted;

function rewriteRoutine(rewrite: Rewrite, routine: Routine): Routine {
  const { body, roots } = rewrite({ body: routine.body, roots: routine.results });
  return { ...routine, body, results: roots };
}

const rewriteFold = (rewrite: Rewrite, fold: Fold): Fold => ({
  ...fold,
  step: rewriteRoutine(rewrite, fold.step),
  merge: rewriteRoutine(rewrite, fold.merge),
  finish: rewriteRoutine(rewrite, fold.finish),
});

const valuesOf = (output: Output): readonly Value[] => (output.kind === 'store' ? [output.value] : output.values);

function rewriteKernel(rewrite: Rewrite, kernel: Kernel): Kernel {
  const { body, roots } = rewrite({ body: kernel.body, roots: kernel.outputs.flatMap(valuesOf) });
  let next = 0;
  const outputs = kernel.outputs.map((output): Output => {
    if (output.kind === 'store') return { ...output, value: roots[next++] as Value };
    const values = output.values.map(() => roots[next++] as Value);
    return { ...output, values, fold: rewriteFold(rewrite, output.fold) };
  });
  return { ...kernel, body, outputs };
}

/** `kernel` with every call written out, and nothing else changed: what the interpreter runs. */
export const writeOutCalls = (kernel: Kernel): Kernel => rewriteKernel(writeOut, kernel);

/** `kernel` in primitives alone: its body, its folds' routines, and all slow bodies. */
export const expand = (kernel: Kernel): Kernel => rewriteKernel(expandRooted, kernel);
