/** One batch on its way through a pool, or one thread's share of it. */
import type { Batch } from '../../plan/types.js';
import type { Share } from '../types.js';
import type { TaskCounter } from './protocol.js';
import type { PoolRun } from './run.js';

/** How a thread went through a job. */
export interface JobReport extends Share {
  /** How many tasks it ran: all of the batch, or those that fell to it. */
  readonly tasks: number;
}

export class Job {
  /** Of its last sending to a thread. */
  ticket = 0;
  readonly run: PoolRun;
  readonly batch: Batch;
  /** Where other threads work on the batch too. */
  readonly counter: TaskCounter | undefined;
  readonly report: Promise<JobReport>;
  #resolve!: (report: JobReport) => void;
  #reject!: (error: unknown) => void;

  constructor(run: PoolRun, batch: Batch, counter?: TaskCounter) {
    this.run = run;
    this.batch = batch;
    this.counter = counter;
    this.report = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Either is for once: whoever comes later changes nothing. */
  done(report: JobReport): void {
    this.#resolve(report);
  }
  fail(error: unknown): void {
    this.#reject(error);
  }
}
