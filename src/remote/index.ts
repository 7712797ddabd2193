/** `chunkwise/remote`: computing on many machines, over a queue in Redis or Valkey. */
export { type ConnectOptions, connect, type RemoteClient } from './client.js';
export { type LocalCluster, type LocalClusterOptions, localCluster } from './localCluster.js';
export { startWorker } from './worker.js';
export type { RemoteWorker, WorkerFigures, WorkerOptions } from './workerOptions.js';
