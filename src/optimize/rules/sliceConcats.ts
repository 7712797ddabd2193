import type { AffineMap, AxisMap } from '../../core/affine.js';
import { type Cuts, concatCuts } from '../../core/chunks.js';
import type { ConcatExpr, Expr, ViewExpr } from '../../expr/types.js';
import type { Rule } from '../rule.js';

/** First and last index that a view of `length` elements touches along an axis. */
function touched({ axis, start, step }: AxisMap, shape: readonly number[]): [number, number] {
  const last = axis === -1 ? start : start + step * ((shape[axis] as number) - 1);
  return [Math.min(start, last), Math.max(start, last)];
}

/** The parts of `concat` that hold indices low..high, and the index at which the first of them starts. */
function partsWithin(concat: ConcatExpr, low: number, high: number): { parts: Expr[]; from: number } {
  const parts: Expr[] = [];
  let [start, from] = [0, 0];
  for (const part of concat.inputs) {
    const end = start + (part.shape[concat.axis] as number);
    if (end > low && start <= high) {
      if (parts.length === 0) from = start;
      parts.push(part);
    }
    start = end;
  }
  return { parts, from };
}

const shifted = (map: AffineMap, axis: number, by: number): AffineMap =>
  map.map((m, i) => (i === axis ? { ...m, start: m.start - by } : m));

/** The concatenation of `parts`, neighbours in `whole`, starting at index `from` of it. */
function narrowed(whole: ConcatExpr, parts: readonly Expr[], from: number): Expr {
  const [first] = parts as [Expr];
  if (parts.length === 1) return first;
  const cuts = concatCuts(parts.map((part) => part.chunks[whole.axis] as Cuts));
  return Object.freeze({
    ...whole,
    name: `${whole.name}:${from}:${from + cuts.length}`,
    inputs: Object.freeze(parts),
    shape: whole.shape.with(whole.axis, cuts.length),
    chunks: whole.chunks.with(whole.axis, cuts),
  });
}

const view = (e: ViewExpr, input: Expr, map: AffineMap): Expr =>
  Object.freeze({ ...e, inputs: Object.freeze([input]), map: Object.freeze(map) });

/** Parts that a slice does not touch are not needed. */
export const sliceConcats: Rule = {
  name: 'slice-concats',
  says: 'slice(concat(x, y, z)) -> slice(concat(y, z)) where it touches only y and z; of one part, the part',
  apply(e) {
    const [concat] = e.inputs;
    if (e.kind !== 'view' || concat?.kind !== 'concat' || e.shape.includes(0)) return undefined;
    const [low, high] = touched(e.map[concat.axis] as AxisMap, e.shape);
    const { parts, from } = partsWithin(concat, low, high);
    if (parts.length === concat.inputs.length) return undefined;
    return view(e, narrowed(concat, parts, from), shifted(e.map, concat.axis, from));
  },
};
