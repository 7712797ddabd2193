/** Threads that run batches: who gets which, and what happens when one dies. */
import { cores } from '#platform';
import { parseBytes } from '../../core/bytes.js';
import { ArgumentError } from '../../core/errors.js';
import { planTime } from '../../plan/size.js';
import type { Plan } from '../../plan/types.js';
import { sharedMemory } from '../../store/buffers.js';
import type { BlockStore } from '../../store/types.js';
import { closed } from '../failure.js';
import { compilerAtHand, loadBest } from '../onDemand.js';
import { type Columns, type Given, type TaskClient, Tasks } from '../tasks/client.js';
import type { Future } from '../tasks/future.js';
import type { Task } from '../tasks/types.js';
import type { Executor, Run } from '../types.js';
import { PoolRun, type RunHost } from './run.js';
import { Seat } from './seat.js';
import { TaskThreads } from './taskThreads.js';

export interface ThreadOptions {
  /** How many threads. Default: one a core. */
  readonly workers?: number;
  /** Most bytes that the blocks of one computation may hold, as a number or '2 GiB'. Default: no limit. */
  readonly memoryLimit?: number | string;
}

/** What tests run in other ways than users. */
interface TestedWays {
  /** false sends blocks instead of sharing them, as where the platform has no shared memory. */
  readonly shared?: boolean;
  /** Rough nanoseconds of a batch that runs in the pool's own thread; 0 leaves all to its threads. */
  readonly tooShort?: number;
}

/** Rough nanoseconds of a plan that is worth waiting for threads to start; if it is the first, they do while the compiler is loaded. */
export const worthStarting = 5e7;
/** What a thread is to have in hand, in milliseconds: on a busy machine an answer of this thread may take as long. */
const ahead = 4;
/** Batches that a thread has at most, however short they are. */
const deepest = 4;

/** Threads started when there is work for them. They keep the process alive only while a plan is open. */
export class ThreadPool implements Executor, TaskClient {
  readonly kind = 'threads';
  readonly together: boolean;
  readonly workers: number;
  readonly slots: number;
  readonly memoryLimit?: number;
  readonly #seats: readonly Seat[];
  readonly #runs: PoolRun[] = [];
  readonly #host: RunHost;
  readonly #taskThreads: TaskThreads;
  readonly #tasks: Tasks;
  #lastRun = 0;
  #woken = false;
  #closed = false;

  constructor({ workers = cores(), memoryLimit }: ThreadOptions = {}, testing: TestedWays = {}) {
    if (!Number.isInteger(workers) || workers < 1) {
      throw new ArgumentError('threads', `workers must be a positive integer, got ${workers}`);
    }
    if (memoryLimit !== undefined) this.memoryLimit = parseBytes('threads', memoryLimit);
    this.workers = workers;
    this.together = sharedMemory && testing.shared !== false;
    this.slots = workers * deepest;
    this.#seats = Array.from({ length: workers }, (_, id) => new Seat(id, () => this.#wake()));
    this.#host = {
      workers,
      ...{ shared: sharedMemory, tooShort: 50_000, ...testing },
      wake: () => this.#wake(),
      takeBack: (run) => {
        for (const seat of this.#seats) seat.takeBack(run);
      },
      ended: (run) => this.#ended(run),
    };
    this.#taskThreads = new TaskThreads(workers);
    this.#tasks = new Tasks(this.#taskThreads);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The places of its threads; for tests, which kill them. @internal */
  get seats(): readonly Seat[] {
    return this.#seats;
  }

  /** The threads of tasks. @internal */
  get taskThreads(): TaskThreads {
    return this.#taskThreads;
  }

  /** Whether all its threads are there, so that work begins at once. */
  get ready(): boolean {
    return this.#seats.every((seat) => seat.ready);
  }

  /** Starts all threads now rather than when there is work for them. */
  start(): void {
    if (!this.#closed) for (const seat of this.#seats) seat.start();
  }

  /** Runs a task in a thread: `pool.submit(task, ...args)`. Arguments are plain data, or futures. */
  submit<Args extends readonly unknown[], R>(task: Task<Args, R>, ...args: Given<Args>): Future<Awaited<R>> {
    return this.#tasks.submit(task, ...args);
  }

  /** Runs a task for each item: `pool.map(task, items)`. Of several iterables each gives one argument. */
  map<Args extends readonly unknown[], R>(task: Task<Args, R>, ...columns: Columns<Args>): Future<Awaited<R>>[] {
    return this.#tasks.map(task, ...columns);
  }

  /** All results, in the order of the futures. Rejects with the first error. */
  gather<R>(futures: Iterable<Future<R>>): Promise<R[]> {
    return this.#tasks.gather(futures);
  }

  async open(plan: Plan, store: BlockStore): Promise<Run> {
    if (compilerAtHand() === undefined && planTime(plan) >= worthStarting) this.start();
    await loadBest();
    if (this.#closed) throw closed(this.kind);
    const run = new PoolRun(++this.#lastRun, plan, store, this.#host);
    this.#runs.push(run);
    for (const seat of this.#seats) seat.keepAlive(true);
    return run;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#taskThreads.close();
    for (const run of this.#runs) run.stop(closed(this.kind));
    for (const seat of this.#seats) seat.terminate();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ended(run: PoolRun): void {
    const at = this.#runs.indexOf(run);
    if (at >= 0) this.#runs.splice(at, 1);
    for (const seat of this.#seats) seat.end(run);
    if (this.#runs.length === 0) for (const seat of this.#seats) seat.keepAlive(false);
  }

  /** Jobs submitted in one turn go out together. */
  #wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    queueMicrotask(() => {
      this.#woken = false;
      this.#dispatch();
    });
  }

  /** Gives waiting jobs to threads: runs take turns, and the thread with the least to do is next. */
  #dispatch(): void {
    if (this.#closed) return;
    for (;;) {
      const run = this.#nextRun();
      if (run === undefined) break;
      const seat = this.#freeSeat(run.nextPace);
      if (seat === undefined) break;
      const job = run.take();
      if (job !== undefined) seat.assign(job);
      this.#runs.push(...this.#runs.splice(this.#runs.indexOf(run), 1));
    }
    this.#balance();
    for (const seat of this.#seats) seat.send();
  }

  /** When nothing waits, idle threads take over what busy ones have not begun. */
  #balance(): void {
    for (const idle of this.#seats) {
      if (idle.load > 0 || !idle.started) continue;
      for (const busy of this.#seats) {
        const job = busy.giveUp();
        if (job === undefined) continue;
        idle.assign(job);
        break;
      }
    }
  }

  #nextRun(): PoolRun | undefined {
    return this.#runs.find((run) => run.waiting > 0);
  }

  /** Idle threads first, then those yet to be started, then the least busy. */
  #freeSeat(pace: number | undefined): Seat | undefined {
    const depth = pace === undefined ? 2 : Math.min(deepest, 1 + Math.ceil(ahead / Math.max(pace, 0.1)));
    let best: Seat | undefined;
    for (const seat of this.#seats) {
      if (seat.load < depth && (best === undefined || seat.cost < best.cost)) best = seat;
    }
    return best;
  }
}
