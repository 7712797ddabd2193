/** One batch on its way through a pool. */
import type { Batch } from '../../plan/types.js';
import type { BatchReport } from '../types.js';
import type { PoolRun } from './run.js';

export class Job {
  /** Of its last sending to a thread. */
  ticket = 0;
  readonly run: PoolRun;
  readonly batch: Batch;
  readonly report: Promise<BatchReport>;
  #resolve!: (report: BatchReport) => void;
  #reject!: (error: unknown) => void;

  constructor(run: PoolRun, batch: Batch) {
    this.run = run;
    this.batch = batch;
    this.report = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Either is for once: whoever comes later changes nothing. */
  done(report: BatchReport): void {
    this.#resolve(report);
  }
  fail(error: unknown): void {
    this.#reject(error);
  }
}
