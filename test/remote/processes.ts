/** Worker processes for tests: what they do wrong is told by settings, not by tasks. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WorkerOptions } from '#src/remote/workerOptions.js';
import type { TestRedis } from './redis.js';

/** What a worker is to do before it computes a batch. */
export interface Misbehaviour {
  /** Milliseconds that every batch takes longer. */
  readonly delayMs?: number;
  /** Ends its process when it is given this batch of stage 0. */
  readonly poison?: number;
  /** Throws in this batch of stage 0. */
  readonly fails?: number;
  /** A file to which it adds a line for each batch it begins. */
  readonly log?: string;
}

export interface TestWorker {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Everything it printed. */
  readonly output: () => string;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Settings under which deaths are seen within seconds. */
export const quick = { lockDuration: 2000, stalledInterval: 1000 } as const;

const program = new URL('./workerProcess.mjs', import.meta.url);

export async function startTestWorker(options: WorkerOptions, wrong: Misbehaviour = {}): Promise<TestWorker> {
  const child = fork(program, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  let output = '';
  child.stdout?.on('data', (text) => (output += text));
  child.stderr?.on('data', (text) => (output += text));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('message', (told) => (told === 'ready' ? resolve() : reject(new Error(String(told)))));
    void ended.then(() => reject(new Error(`a worker ended: ${output}`)));
    child.send({ options: { slots: 1, ...options }, wrong });
  });
  return {
    process: child,
    pid: child.pid as number,
    output: () => output,
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await ended;
    },
  };
}

export interface Site {
  readonly directory: string;
  /** The storage's URL. */
  readonly store: string;
  worker(options?: WorkerOptions, wrong?: Misbehaviour): Promise<TestWorker>;
  /** Files of runs that are left in the storage. */
  leftFiles(): string[];
  close(): Promise<void>;
}

/** A temporary storage, and workers that end with the test. */
export function makeSite(redis: TestRedis): Site {
  const directory = mkdtempSync(join(tmpdir(), 'chunkwise-store-'));
  const store = pathToFileURL(directory).href;
  const workers: TestWorker[] = [];
  return {
    directory,
    store,
    worker: async (options = {}, wrong = {}) => {
      const worker = await startTestWorker({ url: redis.url, store, ...quick, ...options }, wrong);
      workers.push(worker);
      return worker;
    },
    leftFiles: () => readdirSync(directory).filter((name) => name !== 'chunkwise-store'),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.kill()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
