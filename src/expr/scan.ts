/** Rows of the table of scans applied to an array. */
import { identityMap } from '../core/affine.js';
import { whole } from '../core/chunks.js';
import type { DType } from '../core/dtype.js';
import { AxisError } from '../core/errors.js';
import { asAxis, sizeOf } from '../core/shape.js';
import { Builder } from '../kernel/builder.js';
import { convert } from '../ops/shared.js';
import type { Named, ScanRow } from '../ops/types.js';
import { bodyOf, prune } from './body.js';
import { concat, map, reshape, scan } from './nodes.js';
import { foldOf, foldSpec } from './reduction.js';
import type { Expr } from './types.js';

export interface ScanOptions {
  /** The axis along which to accumulate; it may be left out of arrays with one. */
  readonly axis?: number | null | undefined;
  /** The dtype of the result, and what is accumulated in. */
  readonly dtype?: DType | undefined;
  /** Whether the value of no elements comes first, which makes the axis one longer. */
  readonly includeInitial?: boolean | undefined;
  /** 'exact': every sum rounded once, whatever the elements; much slower. */
  readonly method?: 'exact' | undefined;
}

/** `row` along one axis of `x`. */
export function cumulative(row: Named<ScanRow>, x: Expr, options: ScanOptions = {}): Expr {
  const { axis, includeInitial = false, ...rest } = options;
  if (row.flattens === true && (axis === undefined || axis === null) && x.shape.length !== 1)
    return cumulative(row, reshape(x, [sizeOf(x.shape)], 'ravel'), options);
  const along = axisOf(row, x, axis);
  const spec = foldSpec(row, x, [along], rest);
  const b = new Builder();
  const element = convert(b, b.push({ op: 'load', dtype: x.dtype, load: 0 }), spec.takes);
  const value = row.prepare === undefined ? element : row.prepare(b, element);
  const scanned = scan({
    label: row.name,
    inputs: [x],
    loads: [{ input: 0, map: identityMap(x.shape.length) }],
    ...prune(b.nodes, [value]),
    dtype: spec.gives,
    chunks: x.chunks,
    fold: foldOf(row, spec, rest.method),
    axis: along,
  });
  return includeInitial ? concat([initial(row, scanned, along), scanned], along, row.name) : scanned;
}

function axisOf(row: Named<ScanRow>, x: Expr, axis: number | null | undefined): number {
  const ndim = x.shape.length;
  if (axis !== undefined && axis !== null) return asAxis(row.name, axis, ndim);
  if (ndim === 1) return 0;
  throw new AxisError(row.name, `an array of ${ndim} dimensions needs the axis along which to accumulate`, {
    hint: ndim === 0 ? `${row.name}(x.reshape(1))` : `${row.name}(x, 0), or cumsum(x), which flattens`,
  });
}

/** What stands before the first element: the row's value of nothing, one thick. */
function initial(row: Named<ScanRow>, scanned: Expr, axis: number): Expr {
  const b = new Builder();
  const body = bodyOf(b, b.const(row.initial, scanned.dtype));
  const chunks = scanned.chunks.map((cuts, i) => (i === axis ? whole(1) : cuts));
  return map({ label: row.name, body, chunks: Object.freeze(chunks) });
}
