/** Maps, views and rechunks as one thing: a body over loads, at every index of a domain. */
import { type AffineMap, identityMap } from '../core/affine.js';
import type { Expr, MapExpr, RechunkExpr, ReduceExpr, ScanExpr, ViewExpr } from '../expr/types.js';
import type { Body } from '../kernel/ir.js';

/** An expression whose element at an index depends on few elements of its inputs. */
export type Elementwise = MapExpr | ViewExpr | RechunkExpr;

export interface LoadMap {
  readonly input: number;
  readonly map: AffineMap;
}

export const isElementwise = (e: Expr): e is Elementwise =>
  e.kind === 'map' || e.kind === 'view' || e.kind === 'rechunk';

const hasBody = (e: Expr): e is MapExpr | ReduceExpr | ScanExpr =>
  e.kind === 'map' || e.kind === 'reduce' || e.kind === 'scan';

/** Whether `e` reads its inputs element by element, so that they may be computed inside it. */
export const readsThroughLoads = (e: Expr): e is Elementwise | ReduceExpr | ScanExpr => isElementwise(e) || hasBody(e);

/** The shape of the iteration space. */
export const domainOf = (e: Expr): readonly number[] => (e.kind === 'reduce' ? e.domain : e.shape);

export function loadsOf(e: Expr): readonly LoadMap[] {
  if (hasBody(e)) return e.loads;
  if (e.kind === 'view') return [{ input: 0, map: e.map }];
  return e.kind === 'rechunk' ? [{ input: 0, map: identityMap(e.shape.length) }] : [];
}

export function bodyOf(e: Expr): Body {
  if (hasBody(e)) return e.body;
  return isElementwise(e) ? [{ op: 'load', dtype: e.dtype, load: 0 }] : [];
}
