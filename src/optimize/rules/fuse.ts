/** What the fusion rules share: who may take in its producers, and what comes of it. */
import type { Expr } from '../../expr/types.js';
import { domainOf, readsThroughLoads } from '../elementwise.js';
import type { Context } from '../rule.js';
import { dropUnread, type Fused, prune, substitute } from '../substitute.js';

/** Whether the inputs of `e` are those it had in the original graph, so that it has not been fused yet. */
const isUntouched = (e: Expr, context: Context): boolean =>
  e.kind === context.original.kind && context.original.inputs.every((input, i) => context.now(input) === e.inputs[i]);

/** `e` with everything in its body that the groups put there; undefined where that is nothing. */
export function takeIn(e: Expr, context: Context, results: (fused: Fused) => readonly number[]): Fused | undefined {
  const { groups, original } = context;
  if (!readsThroughLoads(original) || !isUntouched(e, context) || !groups.stands(original)) return undefined;
  if (!original.inputs.some((input) => groups.inlined(input))) return undefined;
  const fused = substitute(
    original,
    domainOf(original).length,
    (x) => groups.inlined(x),
    (x) => context.now(x),
  );
  const { body, results: values } = prune(fused.body, results(fused));
  return dropUnread({ ...fused, body, values });
}

/** The names a fused expression answers to. */
export const layersOf = (e: Expr, fused: Fused): readonly string[] =>
  Object.freeze([...fused.layers, ...(e.layers ?? [e.name])]);
