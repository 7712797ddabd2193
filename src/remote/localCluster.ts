/** Workers as processes of this machine: threads, processes or a mix of both, by two numbers. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ArgumentError, ConnectionError } from '../core/errors.js';
import { type ConnectOptions, connect, type RemoteClient } from './client.js';
import { type FoundRedis, findRedis } from './findRedis.js';
import type { WorkerOptions } from './workerOptions.js';

export interface LocalClusterOptions extends Omit<ConnectOptions, 'url'> {
  /** Default: one a core. */
  readonly processes?: number;
  /** Default 1. */
  readonly threadsPerProcess?: number;
  /** The queue's server. Default: the one found on this machine, or one started for the cluster. */
  readonly redis?: string;
  /** Memory of each process, as a number or '2 GiB'. Default: half of the machine's, shared out. */
  readonly memory?: number | string;
  /** Beginnings of URLs that tasks may read. */
  readonly allowData?: readonly string[];
  /** Modules, or folders of modules with a '/' at the end, whose functions tasks may call: paths or file:// URLs. */
  readonly allowModules?: readonly string[];
}

/** Workers on this machine and the executor that they work for. */
export interface LocalCluster extends AsyncDisposable {
  readonly executor: RemoteClient;
  readonly url: string;
  readonly processes: number;
  readonly threadsPerProcess: number;
  close(): Promise<void>;
}

/** How long a worker may take to end before it is ended, in milliseconds. */
const patience = 5000;

/** What a child is sent when it starts: by message, since arguments can be read by other users of the machine. */
export type WorkerMessage = { readonly start: WorkerOptions };

/** Starts workers as child processes and connects to them. */
export async function localCluster(options: LocalClusterOptions = {}): Promise<LocalCluster> {
  const { processes = availableParallelism(), threadsPerProcess = 1 } = options;
  for (const [name, n] of Object.entries({ processes, threadsPerProcess })) {
    if (!Number.isInteger(n) || n < 1)
      throw new ArgumentError('localCluster', `${name} must be a positive integer, got ${n}`);
  }
  const cleanups: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const redis: FoundRedis =
      options.redis === undefined ? await findRedis() : { url: options.redis, stop: async () => {} };
    cleanups.push(() => redis.stop());
    const store = options.store ?? (await temporaryStore(cleanups));
    const memory = options.memory ?? totalmem() / 2 / processes;
    const start = { ...options, url: redis.url, store, memory, slots: threadsPerProcess };
    const workers = await Promise.all(Array.from({ length: processes }, () => startProcess(start, cleanups)));
    const executor = await connect({ ...options, url: redis.url, store });
    cleanups.push(() => executor.close());
    return {
      executor,
      url: redis.url,
      processes: workers.length,
      threadsPerProcess,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function temporaryStore(cleanups: (() => Promise<unknown>)[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'chunkwise-'));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  return pathToFileURL(directory).href;
}

/** Starts one worker; resolves when it takes jobs. */
function startProcess(start: WorkerOptions, cleanups: (() => Promise<unknown>)[]): Promise<ChildProcess> {
  const child = fork(new URL('./process.js', import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Flags of this process, a debugger's port among them, are not those of its workers.
    execArgv: [],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  cleanups.push(async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    await ended;
    clearTimeout(timer);
  });
  return new Promise((resolve, reject) => {
    child.once('message', (told) => {
      if (told === 'ready') resolve(child);
      else reject(new ConnectionError('localCluster', `a worker could not start: ${String(told)}`));
    });
    void ended.then(() => reject(new ConnectionError('localCluster', 'a worker ended while it started')));
    child.send({ start } satisfies WorkerMessage);
  });
}
