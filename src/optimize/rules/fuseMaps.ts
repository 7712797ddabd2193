import type { Expr, MapExpr } from '../../expr/types.js';
import type { Rule } from '../rule.js';
import type { Fused } from '../substitute.js';
import { layersOf, takeIn } from './fuse.js';

/** The map that computes `e` from what `fused` reads. */
export function mapOf(e: Expr, { inputs, loads, body }: Fused, layers: readonly string[]): MapExpr {
  const { label, name, shape, dtype, chunks } = e;
  return Object.freeze({ kind: 'map', label, name, inputs, shape, dtype, chunks, loads, body, layers });
}

/** Producers are substituted where they are read, so that no temporary array exists. */
export const fuseMaps: Rule = {
  name: 'fuse-maps',
  says: 'map(map(x), slice(y)) -> map(x, y), where repeating costs no more than keeping',
  apply(e, context) {
    if (e.kind !== 'map') return undefined;
    const fused = takeIn(e, context, ({ values }) => [values.at(-1) as number]);
    return fused && mapOf(e, fused, layersOf(e, fused));
  },
};
