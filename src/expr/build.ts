/** Everything expressions are made with. */
export { prune } from './body.js';
export { type DotFields, dot } from './dot.js';
export { astype, elementwise, type Operand } from './elementwise.js';
export {
  broadcastTo,
  concat,
  fillChunks,
  type LoadSpec,
  type MapFields,
  map,
  type ReduceFields,
  rechunk,
  reduce,
  reshape,
  type SourceFields,
  source,
  view,
} from './nodes.js';
export { type ReductionOptions, reduction } from './reduction.js';
export { cumulative, type ScanOptions } from './scan.js';
