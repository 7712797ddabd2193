import { identityMap } from '../../core/affine.js';
import { blocks, type Chunks, type Cuts, regular, whole } from '../../core/chunks.js';
import type { DType } from '../../core/dtype.js';
import type { Expr, ReduceExpr } from '../../expr/types.js';
import type { Rule } from '../rule.js';

/** `mean` and part `_chunk` name the layer mean_chunk-token. */
function named(e: ReduceExpr, part: string, level = ''): { label: string; name: string } {
  const token = e.name.startsWith(`${e.label}-`) ? e.name.slice(e.label.length + 1) : e.name;
  return { label: `${e.label}${part}`, name: `${e.label}${part}-${token}${level}` };
}

/** An axis of as many states as `cuts` has blocks, one a block. */
const states = (cuts: Cuts): Cuts => regular(blocks(cuts), 1);

/** How many blocks of `axes[place]` one merge takes: never fewer than two, or the tree would have no end. */
const fanIn = (e: ReduceExpr, place: number): number => Math.max(2, e.splitEvery[place] ?? 2);

/** `chunks` with the reduced axes changed. */
const alongAxes = (e: ReduceExpr, chunks: Chunks, change: (cuts: Cuts, every: number) => Cuts): Chunks =>
  Object.freeze(
    chunks.map((cuts, axis) => {
      const place = e.axes.indexOf(axis);
      return place === -1 ? cuts : change(cuts, fanIn(e, place));
    }),
  );

const shapeOf = (chunks: Chunks): readonly number[] => Object.freeze(chunks.map((cuts) => cuts.length));

/** A state of every block of the domain. */
function partial(e: ReduceExpr): ReduceExpr {
  const chunks = alongAxes(e, e.domainChunks, states);
  return Object.freeze({
    ...e,
    ...named(e, '_chunk'),
    phase: 'partial',
    keepdims: true,
    dtype: e.fold.state[0] ?? e.dtype,
    shape: shapeOf(chunks),
    chunks,
  });
}

/** What a merge reads: load k is plane k of the one input, component k of its states. */
function overStates(e: ReduceExpr, input: ReduceExpr, domainChunks: Chunks) {
  const map = identityMap(input.shape.length);
  return {
    inputs: Object.freeze([input]),
    domain: input.shape,
    domainChunks,
    loads: Object.freeze(e.fold.state.map(() => ({ input: 0, map }))),
    body: Object.freeze(e.fold.state.map((dtype: DType, load) => Object.freeze({ op: 'load' as const, dtype, load }))),
    values: Object.freeze(e.fold.state.map((_, k) => k)),
  };
}

/** One level of the tree: a state a group of `splitEvery` blocks. */
function merge(e: ReduceExpr, input: ReduceExpr, level: number): ReduceExpr {
  const groups = alongAxes(e, input.chunks, (cuts, every) => regular(cuts.length, every));
  const chunks = alongAxes(e, groups, states);
  return Object.freeze({
    ...e,
    ...named(e, '_combine-partial', `-${level}`),
    ...overStates(e, input, groups),
    phase: 'merge',
    keepdims: true,
    dtype: input.dtype,
    shape: shapeOf(chunks),
    chunks,
  });
}

function finish(e: ReduceExpr, input: ReduceExpr): ReduceExpr {
  const together = alongAxes(e, input.chunks, (cuts) => whole(cuts.length));
  return Object.freeze({ ...e, ...named(e, '_agg-aggregate'), ...overStates(e, input, together), phase: 'finish' });
}

/** Whether every reduced axis is down to what the last level takes. */
const isNarrow = (e: ReduceExpr, state: ReduceExpr): boolean =>
  e.axes.every((axis, i) => (state.shape[axis] as number) <= fanIn(e, i));

/** A tree, so that no task reads more than a few states and states are merged as soon as they are there. */
export const splitReduces: Rule = {
  name: 'split-reduces',
  says: 'reduce(x) -> finish(merge(...merge(partial(x))))',
  apply(e): Expr | undefined {
    if (e.kind !== 'reduce' || e.phase !== 'whole') return undefined;
    let state = partial(e);
    for (let level = 0; !isNarrow(e, state); level++) state = merge(e, state, level);
    return finish(e, state);
  },
};
