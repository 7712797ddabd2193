/** What users may import, and nothing more: `import * as da from 'chunkwise'`. */
export * from './api/combine.js';
export * from './api/compute.js';
export * from './api/constants.js';
export {
  arange,
  asarray,
  empty,
  emptyLike,
  eye,
  fromArray,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  type ShapeLike,
  zeros,
  zerosLike,
} from './api/creation.js';
export { type Delayed, type DelayedOptions, delayed, type Lazy } from './api/delayed.js';
export * from './api/dtypes.js';
export { expr } from './api/expr.js';
export * from './api/functions.js';
export * as linalg from './api/linalg.js';
export * as random from './api/random.js';
export { allClose, arrayEqual, type Closeness, type Computed } from './api/result.js';
export type { ArrayOptions } from './array/operands.js';
export type { TensordotAxes, VecdotOptions } from './array/products.js';
export type {
  AverageOptions,
  Axis,
  NestedList,
  NormOptions,
  Operand,
  Rank,
  ReductionOptions,
  ResultOf,
  ScanOptions,
} from './array/types.js';
export { ChunkedArray, type Profile } from './array.js';
export type { Block, ComputeOptions, Progress, Stats } from './compute.js';
export type { AxisSpec, ChunkSpec } from './core/chunks.js';
export type { DType, Scalar, TypedArray } from './core/dtype.js';
export * from './core/errors.js';
export { NDArray, type NdArrayLike, type ScalarOf } from './core/ndarray.js';
export { type IndexEntry, type Slice, slice } from './core/slice.js';
export { useExecutor } from './exec/preferred.js';
export { sync } from './exec/sync.js';
export type { TaskClient } from './exec/tasks/client.js';
export { asCompleted, type Future, type FutureStatus } from './exec/tasks/future.js';
export { task } from './exec/tasks/task.js';
export type { Task, TaskCall, TaskCallOptions, TaskRunner } from './exec/tasks/types.js';
export { type ThreadOptions, type ThreadPool, threads } from './exec/threads/index.js';
export type { Executor } from './exec/types.js';
export { fromNpy, fromNpyStack, type NpyOptions, type NpyStackOptions, toNpy } from './io/npy.js';
export type { LayerGraph } from './observe/graph.js';
export type { VisualizeOptions } from './observe/visualize.js';

type Remote = typeof import('./remote/index.js');

/**
 * Workers on other machines, by the address of their queue: `await da.connect('redis://host:6379')` is an executor.
 * Needs the packages `bullmq` and `ioredis`, which are loaded here and nowhere else. See `chunkwise/remote`.
 */
export const connect: Remote['connect'] = async (...given) => (await import('#remote')).connect(...given);

/** Worker processes on this machine, as many and with as many threads each as asked for, over a Redis given or found. */
export const localCluster: Remote['localCluster'] = async (...given) =>
  (await import('#remote')).localCluster(...given);
