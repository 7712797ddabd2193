/** The executor that computes on other machines: it keeps the queue filled, and fetches what the caller wants. */
import { createHash, randomBytes } from 'node:crypto';
import { parseBytes } from '../core/bytes.js';
import { ArgumentError, RefusedError } from '../core/errors.js';
import { closed } from '../exec/failure.js';
import { readyFor } from '../exec/gradual.js';
import { type Columns, type Given, type TaskClient, Tasks } from '../exec/tasks/client.js';
import type { Future } from '../exec/tasks/future.js';
import type { Task } from '../exec/tasks/types.js';
import type { Executor, Run } from '../exec/types.js';
import type { Plan } from '../plan/types.js';
import type { BlockStore } from '../store/types.js';
import { type Adapting, type AdaptOptions, Scaler } from './adapt.js';
import { redact } from './address.js';
import type { SharedBlocks } from './blocks.js';
import { openQueue, type QueueOptions } from './bullmq.js';
import { RemoteCalls } from './calls.js';
import type { Engine, Workforce } from './engine.js';
import { HostedRun } from './hostedRun.js';
import { openBlocks } from './openBlocks.js';
import { RemoteRun } from './run.js';
import type { ClientSettings } from './settings.js';
import { mostSpec, specHash, specText } from './spec.js';

export interface ConnectOptions extends QueueOptions {
  /** The queue's server. Default: CHUNKWISE_REDIS_URL. */
  readonly url?: string;
  /**
   * Where blocks that do not fit into a job are shared: 'file:///a/directory/that/all/machines/share', or a Redis of its
   * own without persistence. Workers are given the same. Default: the queue's server, for small work.
   */
  readonly store?: string;
  /** Signs jobs and results, so that the server's password alone is not enough to have work done. */
  readonly key?: string;
  /** Most bytes that the blocks of one computation may hold in the storage, as a number or '2 GiB'. Default: no limit. */
  readonly memoryLimit?: number | string;
  /**
   * A name under which the same computation, started again after its client died, finds what was finished. Blocks then
   * stay until all is done.
   */
  readonly resume?: string;
  /** Has a second copy made of tasks that take far longer than their like. Default false. */
  readonly backups?: boolean;
  /**
   * Milliseconds that a batch of tasks, or a call of a task of yours, may take from when a thread begins with it. Default:
   * as long as it does.
   */
  readonly taskTimeout?: number;
  /** Milliseconds without a worker after which a computation is given up. Default 60 000. */
  readonly workerTimeout?: number;
  /** Milliseconds without the server after which a computation is given up. Default 120 000. */
  readonly serverTimeout?: number;
  /** How often all unfinished jobs are asked for, in milliseconds. Default 2000. */
  readonly reconcileInterval?: number;
}

/** Jobs in the queue for each that is at work, so that no worker waits for the next. */
const jobsPerSlot = 4;
/** Also for few workers: enough that short batches can be put together. */
const fewestSlots = 128;
const mostSlots = 4096;
/** What workers are taken to be before any is there. */
const expectedSlots = 4;

/** Connects to the queue at `url`. Rejects at once where no server can be used. */
export async function connect(address?: string | ConnectOptions, more: ConnectOptions = {}): Promise<RemoteClient> {
  const options =
    typeof address === 'object' ? address : { ...more, ...(address === undefined ? {} : { url: address }) };
  const url = options.url ?? process.env.CHUNKWISE_REDIS_URL;
  const engine = await openQueue(url, options);
  try {
    const blocks = await openBlocks(options.store ?? (url as string), options);
    const client = new RemoteClient(engine, blocks, await blocks.identify(), { ...options, ...(url ? { url } : {}) });
    await client.workforce();
    return client;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

export class RemoteClient implements Executor, TaskClient {
  readonly kind = 'remote';
  /** Handing out a batch costs about a millisecond, so that one should take many. */
  readonly batchMs = 100;
  readonly memoryLimit?: number;
  readonly #engine: Engine;
  readonly #blocks: SharedBlocks;
  readonly #options: ConnectOptions;
  readonly #settings: ClientSettings;
  readonly #calls: RemoteCalls;
  readonly #tasks: Tasks;
  readonly #scalers = new Set<Scaler>();
  readonly #runs = new Set<RemoteRun>();
  readonly #specs = new Map<string, number>();
  readonly #workers = new Map<string, number>();
  #workforce: Workforce = { processes: 0, slots: 0 };
  #asked = 0;
  #closed = false;

  /** `store`: what the storage calls itself. */
  constructor(engine: Engine, blocks: SharedBlocks, store: string, options: ConnectOptions) {
    this.#engine = engine;
    this.#blocks = blocks;
    this.#options = options;
    this.#settings = settingsOf(options, store);
    this.#calls = new RemoteCalls(engine, blocks, this.#settings, this);
    this.#tasks = new Tasks(this.#calls);
    if (options.memoryLimit !== undefined) this.memoryLimit = parseBytes('connect', options.memoryLimit);
    if (options.resume === '') throw new ArgumentError('connect', 'resume is an empty name');
  }

  /** Jobs that the workers seen last take at a time. */
  get workers(): number {
    return Math.max(1, this.#workforce.slots || expectedSlots);
  }

  get slots(): number {
    return Math.min(mostSlots, Math.max(fewestSlots, jobsPerSlot * this.workers));
  }

  /** Who takes jobs now; asked at most twice a second. */
  async workforce(): Promise<Workforce> {
    if (Date.now() - this.#asked > 500) {
      this.#asked = Date.now();
      this.#workforce = await this.#engine.workforce();
    }
    return this.#workforce;
  }

  /** Jobs that wait or are at work, of all clients of the queue. */
  backlog(): Promise<number> {
    return this.#engine.backlog();
  }

  /**
   * Has workers started while jobs wait, until this client is closed: between `minimum` and `maximum`, one for each `slots`
   * jobs. Start them with --idle-exit, since nobody stops them.
   */
  adapt(options: AdaptOptions): Adapting {
    if (this.#closed) throw closed(this.kind);
    const scaler = new Scaler(this, options);
    this.#scalers.add(scaler);
    return scaler;
  }

  /** Runs a task on a worker that allows its module: `client.submit(task, ...args)`. Arguments are plain data, or futures. */
  submit<Args extends readonly unknown[], R>(task: Task<Args, R>, ...args: Given<Args>): Future<Awaited<R>> {
    return this.#tasks.submit(task, ...args);
  }

  /** Runs a task for each item: `client.map(task, items)`. Of several iterables each gives one argument. */
  map<Args extends readonly unknown[], R>(task: Task<Args, R>, ...columns: Columns<Args>): Future<Awaited<R>>[] {
    return this.#tasks.map(task, ...columns);
  }

  /** All results, in the order of the futures. Rejects with the first error. */
  gather<R>(futures: Iterable<Future<R>>): Promise<R[]> {
    return this.#tasks.gather(futures);
  }

  async open(plan: Plan, store: BlockStore): Promise<Run> {
    await readyFor(plan);
    if (this.#closed) throw closed(this.kind);
    const text = specText(plan);
    if (text.length > mostSpec) {
      throw new RefusedError('remote', `the plan is ${text.length} characters long, ${mostSpec} can be sent`, {
        hint: 'compute parts of it first with persist()',
      });
    }
    const { resume, backups = false } = this.#options;
    const token = resume === undefined ? randomBytes(16).toString('hex') : `resume ${resume}`;
    const run = createHash('sha256').update(token).update('\0').update(text).digest('hex').slice(0, 32);
    const spec = specHash(text);
    const host = new HostedRun(run, spec, text, plan, this.#engine, this.#blocks, {
      workforce: () => this.workforce(),
      slots: () => this.workers,
      workerIndex: (name) => this.#workerIndex(name),
      hold: (by) => this.#hold(spec, by),
      ended: () => this.#runs.delete(opened),
    });
    const opened = new RemoteRun(
      plan,
      store,
      { ...this.#settings, run, spec, resumes: resume !== undefined, backups },
      host,
    );
    this.#runs.add(opened);
    try {
      await Promise.all([host.restore(), this.workforce()]);
    } catch (error) {
      await opened.end();
      throw error;
    }
    return opened;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const run of this.#runs) run.stop(closed(this.kind));
    const scalers = [...this.#scalers].map((scaler) => scaler.stop());
    await Promise.allSettled([this.#calls.close(), ...scalers, ...[...this.#runs].map((run) => run.end())]);
    await this.#blocks.close();
    await this.#engine.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #workerIndex(name: string): number {
    const known = this.#workers.get(name);
    if (known !== undefined) return known;
    this.#workers.set(name, this.#workers.size);
    return this.#workers.size - 1;
  }

  /** Counts the runs that share a plan's text; gives how many there are. */
  #hold(spec: string, by: 1 | -1): number {
    const left = (this.#specs.get(spec) ?? 0) + by;
    if (left > 0) this.#specs.set(spec, left);
    else this.#specs.delete(spec);
    return left;
  }
}

function settingsOf(options: ConnectOptions, store: string): ClientSettings {
  const { pool = 'default', url = '', key, taskTimeout, reconcileInterval, workerTimeout, serverTimeout } = options;
  return {
    store,
    pool,
    shownUrl: redact(url),
    key,
    taskTimeoutMs: taskTimeout,
    reconcileMs: reconcileInterval ?? 2000,
    touchMs: 60_000,
    workerTimeoutMs: workerTimeout ?? 60_000,
    engineTimeoutMs: serverTimeout ?? 120_000,
  };
}
