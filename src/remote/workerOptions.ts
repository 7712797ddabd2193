/** What a worker is told when it starts, and what it tells. */
import type { Batch } from '../plan/types.js';
import type { QueueOptions } from './bullmq.js';

export interface WorkerOptions extends QueueOptions {
  /** The queue's server. Default: CHUNKWISE_REDIS_URL. */
  readonly url?: string;
  /** Jobs at a time, each in a thread. Default: one a core. */
  readonly slots?: number;
  /** Most memory that its tasks may take together, as a number or '2 GiB'. Default: half of the machine's. */
  readonly memory?: number | string;
  /** Where blocks are shared, as the client says it too. Default: the queue's server. */
  readonly store?: string;
  /** Signs jobs and results; clients have the same. */
  readonly key?: string;
  /** Beginnings of URLs that tasks may read: 'file:///data/', 'https://example.org/'. Default: none. */
  readonly allowData?: readonly string[];
  /**
   * Modules whose functions tasks may call, as paths or file:// URLs; a folder ends in '/' and stands for all modules in it
   * but installed packages. Default: none.
   */
  readonly allowModules?: readonly string[];
  /** Seconds without work after which it ends by itself. Default: never. */
  readonly idleExit?: number;
  /** Milliseconds after which a worker that says nothing loses its jobs. Default 10 000. */
  readonly lockDuration?: number;
  /** How often silent workers are looked for, in milliseconds. Default 5000. */
  readonly stalledInterval?: number;
  /** How often a job may lose its worker. Default 2. */
  readonly maxStalledCount?: number;
  /** Awaited before each batch. @internal */
  readonly beforeBatch?: (batch: Batch) => Promise<void> | void;
}

/** What it has done so far. */
export interface WorkerFigures {
  readonly jobs: number;
  readonly failed: number;
  readonly batches: number;
  readonly busyMs: number;
  readonly active: number;
}

export interface RemoteWorker extends AsyncDisposable {
  readonly slots: number;
  readonly figures: WorkerFigures;
  /** Resolves when it has ended, by `close` or by itself. */
  readonly closed: Promise<void>;
  /** Takes no more jobs, finishes those it has, and ends. */
  close(): Promise<void>;
}
