/** The executor that is this thread: the reference for all others, and the quickest way to a small result. */
import { wallClock } from '../core/clock.js';
import type { Batch, Plan } from '../plan/types.js';
import type { BlockStore } from '../store/types.js';
import { aborted, asTaskError, closed } from './failure.js';
import { readyFor } from './gradual.js';
import { workerHere } from './here.js';
import type { BatchReport, Executor, Run } from './types.js';
import type { Halt, PlanWorker, StageLoop } from './worker.js';
import { nextTurn } from './yield.js';

/** How long the thread is kept before its event loop turns, in milliseconds. */
const slice = 10;
/** While tasks are short, the clock is read once in at most this many. */
const mostBetweenLooks = 1024;

/**
 * Computes in the calling thread, one batch at a time. Between tasks, about every 10 ms, other events have their turn;
 * a signal is seen between tasks, and within one as soon as it is aborted by then.
 */
export const sync = (): Executor => new SyncExecutor();

class SyncExecutor implements Executor {
  readonly kind = 'sync';
  readonly inline = true;
  readonly workers = 1;
  readonly slots = 1;
  readonly #runs = new Set<SyncRun>();
  #closed = false;
  /** When the event loop last had its turn; shared by all runs, which take turns too. */
  readonly #clock: Clock = { turned: now() };

  async open(plan: Plan, store: BlockStore): Promise<Run> {
    await readyFor(plan);
    if (this.#closed) throw closed(this.kind);
    const run = new SyncRun(plan, store, this.#clock, () => this.#runs.delete(run));
    this.#runs.add(run);
    return run;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#runs) run.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

interface Clock {
  turned: number;
}

const now = (): number => performance.now();

class SyncRun implements Run {
  readonly #plan: Plan;
  readonly #worker: PlanWorker;
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  /** The batch before: batches of a run go one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #busy = 0;
  #stopped = false;

  constructor(plan: Plan, store: BlockStore, clock: Clock, onEnd: () => void) {
    this.#plan = plan;
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#worker = workerHere(plan, store);
  }

  submit(batch: Batch, signal?: AbortSignal): Promise<BatchReport> {
    const work = this.#busy++ === 0 ? this.#run(batch, signal) : this.#last.then(() => this.#run(batch, signal));
    this.#last = work.then(
      () => this.#busy--,
      () => this.#busy--,
    );
    return work;
  }

  async end(): Promise<void> {
    this.stop();
    this.#onEnd();
    await this.#last;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(batch: Batch, signal: AbortSignal | undefined): Promise<BatchReport> {
    this.#check(signal);
    if (now() - this.#clock.turned > slice) await this.#turn();
    const start = wallClock();
    try {
      await this.#complete(this.#worker.begin(batch), this.#halt(signal));
    } catch (thrown) {
      throw asTaskError(this.#plan.stages[batch.stage]?.label ?? 'compute', thrown);
    }
    this.#check(signal);
    return { worker: 0, start, end: wallClock() };
  }

  async #complete(loop: StageLoop, halt: Halt): Promise<void> {
    for (;;) {
      const progress = loop.advance(halt);
      if (progress === 'done' || progress === 'stopped') return;
      if (progress !== 'paused') await progress;
      else await this.#turn();
    }
  }

  async #turn(): Promise<void> {
    await nextTurn();
    this.#clock.turned = now();
  }

  #halt(signal: AbortSignal | undefined): Halt {
    let [left, between, looked] = [1, 1, now()];
    const look = (): boolean => {
      const time = now();
      between = time - looked < 1 ? Math.min(between * 2, mostBetweenLooks) : 1;
      [left, looked] = [between, time];
      return time - this.#clock.turned > slice;
    };
    return {
      paused: () => --left === 0 && look(),
      stopped: () => this.#stopped || (signal?.aborted ?? false),
    };
  }

  #check(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw aborted(signal);
    if (this.#stopped) throw closed('sync');
  }
}
