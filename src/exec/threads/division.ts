/**
 * A batch that all threads of a pool work on: a job for each, and a counter that they take tasks from. The pool then hands out,
 * and hears of, some tens of milliseconds of all threads at once, and none of them waits for the last batch of another.
 */
import { taskTime } from '../../plan/size.js';
import type { Batch, Stage } from '../../plan/types.js';
import type { BatchReport, Share } from '../types.js';
import { Job } from './job.js';
import { makeCounter, type TaskCounter, takeNoMore } from './protocol.js';
import type { PoolRun } from './run.js';

/** Rough nanoseconds of the tasks that a thread takes at a time: what the others wait for at the end, at most. */
const takenTime = 1e6;

export class Division {
  readonly jobs: readonly Job[];
  readonly report: Promise<BatchReport>;
  readonly #batch: Batch;
  readonly #counter: TaskCounter;
  readonly #shares: Share[] = [];
  #left: number;
  #open: number;
  #failure: { readonly error: unknown } | undefined;
  #resolve!: (report: BatchReport) => void;
  #reject!: (error: unknown) => void;

  /** For `workers` threads, or as many as there is something to take for. */
  constructor(run: PoolRun, stage: Stage, batch: Batch, workers: number) {
    const step = Math.max(1, Math.floor(takenTime / taskTime(stage)));
    this.#batch = batch;
    this.#left = batch.to - batch.from;
    this.#open = Math.min(workers, Math.ceil(this.#left / step));
    this.#counter = makeCounter(step);
    this.report = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.jobs = Array.from({ length: this.#open }, () => this.#job(run));
  }

  #job(run: PoolRun): Job {
    const job = new Job(run, this.#batch, this.#counter);
    job.report.then(
      ({ tasks, ...share }) => {
        if (tasks > 0) this.#shares.push(share);
        this.#left -= tasks;
        this.#closed();
      },
      (error: unknown) => {
        this.#failure ??= { error };
        takeNoMore(this.#batch, this.#counter);
        this.#closed();
      },
    );
    return job;
  }

  /** Done as soon as all tasks are; a failure is told when no thread works on the batch any more, for it may be run again. */
  #closed(): void {
    this.#open--;
    const [first, ...others] = this.#shares;
    if (this.#left === 0 && first !== undefined) this.#resolve({ ...first, others });
    else if (this.#open === 0 && this.#failure !== undefined) this.#reject(this.#failure.error);
  }
}
