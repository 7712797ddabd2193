import { isIdentity } from '../../core/affine.js';
import type { Expr } from '../../expr/types.js';
import type { LoadMap } from '../elementwise.js';
import type { Rule } from '../rule.js';
import type { Fused } from '../substitute.js';
import { layersOf, takeIn } from './fuse.js';
import { mapOf } from './fuseMaps.js';

/** A map that only copies is a view, or a rechunk. */
function copyOf(e: Expr, fused: Fused, layers: readonly string[]): Expr {
  const [{ map }] = fused.loads as [LoadMap];
  const { label, name, shape, dtype, chunks } = e;
  const common = { label, name, inputs: fused.inputs, shape, dtype, chunks, layers };
  const same = isIdentity(map, shape.length) && fused.inputs[0]?.shape.length === shape.length;
  return Object.freeze(
    same && e.kind === 'rechunk' ? { kind: 'rechunk', ...common } : { kind: 'view', ...common, map },
  );
}

/** Slices, transposes, flips and other chunks cost nothing when the map is evaluated only where they look. */
export const fuseViews: Rule = {
  name: 'fuse-views',
  says: 'slice(map(x)) -> map(slice of x); rechunk(map(x)) -> map(x) in other chunks',
  apply(e, context) {
    if (e.kind !== 'view' && e.kind !== 'rechunk') return undefined;
    const fused = takeIn(e, context, ({ values }) => [values.at(-1) as number]);
    if (fused === undefined) return undefined;
    const copies = fused.body.length === 1 && fused.body[0]?.op === 'load';
    return (copies ? copyOf : mapOf)(e, fused, layersOf(e, fused));
  },
};
