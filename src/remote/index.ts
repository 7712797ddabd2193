/** `chunkwise/remote`: computing on many machines, over a queue in Redis or Valkey. */
export type { Adapting, AdaptOptions } from './adapt.js';
export { type ConnectOptions, connect, type RemoteClient } from './client.js';
export { type Launch, launchCommand } from './launch.js';
export { type LocalCluster, type LocalClusterOptions, localCluster } from './localCluster.js';
export { executorFor, openTarget, readTargets, type Target, type TargetOptions, type Targets } from './targets.js';
export { startWorker } from './worker.js';
export type { RemoteWorker, WorkerFigures, WorkerOptions } from './workerOptions.js';
