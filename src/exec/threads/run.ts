/** One plan on a pool: its batches that wait, and those in threads. */
import { ExecutorClosedError, type WorkerLostError } from '../../core/errors.js';
import { inputsOf } from '../../plan/graph.js';
import { batchTime } from '../../plan/size.js';
import type { ArrayRef, Batch, Plan, Stage } from '../../plan/types.js';
import { sharedMemory } from '../../store/buffers.js';
import type { BatchMemory, BlockStore, OutputMemory } from '../../store/types.js';
import { RunSignal } from '../runSignal.js';
import type { BatchReport, Run } from '../types.js';
import { Division } from './division.js';
import { Job } from './job.js';
import { Near } from './near.js';
import { claim, type DenseOutput, makeFlags, type OpenRun, type Outcome, stopAll, type Work } from './protocol.js';
import { withSharedSources } from './sources.js';
import { forThreads } from './told.js';
import { putWritten } from './written.js';

/** Rough nanoseconds of a batch that threads share: what is shorter, one of them has done sooner than the others hear of it. */
const leastDivided = 4e6;

/** What a run asks of its pool. */
export interface RunHost {
  readonly workers: number;
  /** Whether memory is shared with threads. */
  readonly shared: boolean;
  /** Rough nanoseconds of a batch that is too short for a thread. */
  readonly tooShort: number;
  /** There is work. */
  readonly wake: () => void;
  /** Takes the jobs of a run from threads that have not begun them. */
  readonly takeBack: (run: PoolRun) => void;
  readonly ended: (run: PoolRun) => void;
}

/** Where a thread has been told that whole outputs lie, by stage and output. */
export type KnownOutputs = Map<string, ArrayBufferLike>;

export class PoolRun implements Run {
  readonly id: number;
  readonly open: OpenRun;
  readonly #plan: Plan;
  readonly #store: BlockStore;
  readonly #host: RunHost;
  readonly #flags: Int32Array | undefined;
  readonly #near: Near;
  #lastTicket = 0;
  /** Jobs that no thread has yet. */
  readonly #waiting: Job[] = [];
  /** Jobs whose promise is not settled. */
  readonly #open = new Set<Job>();
  #inThreads = 0;
  #idle: (() => void) | undefined;
  readonly #signal = new RunSignal((error) => this.stop(error));
  #error: unknown;
  /** Milliseconds that a batch of each stage takes, a moving average. */
  readonly #pace: number[] = [];
  /** The stages that each stage reads. */
  readonly #reads: readonly (readonly { stage: number; output: number }[])[];

  constructor(id: number, plan: Plan, store: BlockStore, host: RunHost) {
    const { shared, tooShort } = host;
    this.id = id;
    this.#plan = shared ? withSharedSources(plan) : plan;
    this.#store = store;
    this.#host = host;
    this.#flags = sharedMemory ? makeFlags() : undefined;
    this.#near = new Near(this.#plan, store, tooShort);
    this.#reads = plan.stages.map((stage) => stage.reads.flatMap(stagesOf));
    this.open = { run: id, ...forThreads(this.#plan, (stage) => this.#near.takesAll(stage)), flags: this.#flags };
  }

  /** Whether kernels work in the memory that threads share. */
  get inPlace(): boolean {
    return this.open.kernels.some((kernel) => kernel?.home === 'shared');
  }

  /** Jobs that wait for a thread. */
  get waiting(): number {
    return this.#waiting.length;
  }

  submit(batch: Batch, signal?: AbortSignal, soon = false): Promise<BatchReport> {
    this.#signal.watch(signal);
    const job = new Job(this, batch);
    if (this.#error !== undefined) {
      job.fail(this.#error);
      return job.report;
    }
    if (this.#ranNear(job, soon)) return job.report;
    const division = this.#divided(batch);
    this.#enqueue(division?.jobs ?? [job]);
    return division?.report ?? job.report;
  }

  #enqueue(jobs: readonly Job[]): void {
    for (const job of jobs) {
      this.#open.add(job);
      this.#waiting.push(job);
    }
    this.#host.wake();
  }

  /** A batch in which all threads share, if it is long and its outputs and what it reads lie in one place for all tasks. */
  #divided(batch: Batch): Division | undefined {
    const { workers, shared } = this.#host;
    const stage = this.#plan.stages[batch.stage] as Stage;
    if (!shared || workers === 1 || countOf(batch) === 1 || batchTime(stage, batch) < leastDivided) return undefined;
    const inPlace = (id: number, output: number): boolean => this.#store.dense(id, output) !== undefined;
    const memory = this.#store.allocate(batch);
    const reads = this.#reads[batch.stage] ?? [];
    const isWhole = memory.every(({ layout }) => layout === 'dense') && reads.every((r) => inPlace(r.stage, r.output));
    return isWhole ? new Division(this, stage, batch, workers) : undefined;
  }

  /** Runs what is too short for a thread, or there before a thread would have it. The thread it runs in comes after those of the pool. */
  #ranNear(job: Job, soon: boolean): boolean {
    try {
      const times = this.#near.run(job.batch, soon);
      if (times !== undefined) job.done({ worker: this.#host.workers, tasks: countOf(job.batch), ...times });
      return times !== undefined;
    } catch (error) {
      job.fail(error);
      return true;
    }
  }

  async end(): Promise<void> {
    this.stop(new ExecutorClosedError('threads', 'the run has ended'));
    this.#host.takeBack(this);
    if (this.#inThreads > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#signal.leave();
    this.#host.ended(this);
  }

  /** Rejects everything with `error`, now and from now on, and stops what threads do for it. */
  stop(error: unknown): void {
    this.#error ??= error;
    stopAll(this.#flags);
    this.#waiting.length = 0;
    for (const job of this.#open) job.fail(this.#error);
    this.#open.clear();
  }

  /** The next job for a thread. */
  take(): Job | undefined {
    const job = this.#waiting.shift();
    if (job !== undefined) this.#inThreads++;
    return job;
  }

  /** What the batch of a job will take, if that is known. */
  paceOf(job: Job): number | undefined {
    return this.#pace[job.batch.stage];
  }

  /** The pace of the next job, if there is one that is known. */
  get nextPace(): number | undefined {
    const next = this.#waiting[0];
    return next === undefined ? undefined : this.paceOf(next);
  }

  /** What a thread is sent. `known`: the whole outputs it knows of already. */
  workOf(job: Job, known: KnownOutputs): Work {
    const { batch, counter } = job;
    job.ticket = ++this.#lastTicket;
    const memory = this.#store.allocate(batch);
    const room = this.#host.shared ? packedBuffer(memory) : undefined;
    const inputs: { batch: Batch; buffer: ArrayBufferLike }[] = [];
    const dense: DenseOutput[] = [];
    const tell = (stage: number, output: number, whole: OutputMemory | undefined) => {
      const buffer = whole?.data[0]?.buffer;
      const name = `${stage}:${output}`;
      if (buffer === undefined || known.get(name) === buffer) return;
      if (this.#host.shared) known.set(name, buffer);
      dense.push({ stage, output, buffer });
    };
    if (this.#host.shared) {
      memory.forEach((whole, output) => {
        if (whole.layout === 'dense') tell(batch.stage, output, whole);
      });
    }
    let packed = false;
    for (const { stage, output } of this.#reads[batch.stage] ?? []) {
      const whole = this.#store.dense(stage, output);
      if (whole === undefined) packed = true;
      else tell(stage, output, whole);
    }
    if (packed) {
      for (const input of inputsOf(this.#plan, batch)) {
        const buffer = packedBuffer(this.#store.get(input) ?? []);
        if (buffer !== undefined) inputs.push({ batch: input, buffer });
      }
    }
    return { ticket: job.ticket, run: this.id, batch, counter, room, shared: this.#host.shared, dense, inputs };
  }

  /** A thread says how a job went. */
  settle(job: Job, worker: number, { start, end, tasks, written }: Outcome, failure: Error | undefined): void {
    this.#leave();
    const { stage } = job.batch;
    const before = this.#pace[stage];
    this.#pace[stage] = before === undefined ? end - start : before + (end - start - before) / 4;
    if (!this.#open.delete(job)) return;
    if (failure !== undefined) {
      job.fail(failure);
      return;
    }
    if (written !== undefined) {
      putWritten(this.#plan.stages[stage] as Stage, job.batch, written, this.#store.allocate(job.batch));
    }
    job.done({ worker, start, end, tasks });
  }

  /** The thread that ran a job is gone. */
  lose(job: Job, error: WorkerLostError): void {
    this.#leave();
    if (this.#open.delete(job)) job.fail(error);
  }

  /** Takes a job back from a thread that has not begun it; false if it has. */
  reclaim(job: Job): boolean {
    return this.#flags !== undefined && claim(this.#flags, job.ticket);
  }

  /** As `reclaim`, for good. */
  withdraw(job: Job): boolean {
    const withdrawn = this.reclaim(job);
    if (withdrawn) this.#leave();
    return withdrawn;
  }

  /** The thread that had a job is gone, but had not begun it. */
  putBack(job: Job): void {
    this.#leave();
    if (this.#open.has(job)) this.#waiting.unshift(job);
  }

  #leave(): void {
    if (--this.#inThreads === 0) this.#idle?.();
  }
}

const countOf = ({ from, to }: Batch): number => to - from;

/** The buffer that the packed outputs of a batch share. */
const packedBuffer = (memory: BatchMemory): ArrayBufferLike | undefined =>
  memory.find(({ layout }) => layout === 'packed')?.data[0]?.buffer;

function stagesOf(ref: ArrayRef): { stage: number; output: number }[] {
  switch (ref.kind) {
    case 'stage':
      return [ref];
    case 'source':
      return [];
    case 'concat':
      return ref.parts.flatMap(stagesOf);
    case 'reshape':
      return stagesOf(ref.of);
  }
}
