/** The place of one thread in a pool: it outlives the thread, and is filled again when there is work. */

import * as comlink from 'comlink';
import { startThread, type Thread } from '#platform';
import { WorkerLostError } from '../../core/errors.js';
import { sharedArena } from '../../store/arena.js';
import { fromFailure } from '../failure.js';
import type { Job } from './job.js';
import type { FromThread, OpenRun, Outcome, ThreadControl, ToThread, Work } from './protocol.js';
import type { KnownOutputs, PoolRun } from './run.js';

/** Room for some hundred kernels; pages that none has touched cost nothing. */
const workshopBytes = 16 * 2 ** 20;

/** A thread and what it was told. */
interface Occupant {
  readonly thread: Thread;
  readonly control: comlink.Remote<ThreadControl>;
  /** The runs that it knows, and the whole outputs that it knows of in each. */
  readonly opened: Map<PoolRun, KnownOutputs>;
  /** It has answered. */
  ready?: boolean;
  /** Where its kernels work in shared memory, once they do. */
  workshop?: number | undefined;
}

export class Seat {
  readonly id: number;
  readonly #onFree: () => void;
  #occupant: Occupant | undefined;
  /** Jobs in the thread, the first one running. */
  #jobs: Job[] = [];
  #outgoing: Job[] = [];
  #alive = false;

  constructor(id: number, onFree: () => void) {
    this.id = id;
    this.#onFree = onFree;
  }

  /** Whether there is a thread now. */
  get started(): boolean {
    return this.#occupant !== undefined;
  }
  /** Whether there is one that has answered. */
  get ready(): boolean {
    return this.#occupant?.ready === true;
  }
  /** Jobs that it has. */
  get load(): number {
    return this.#jobs.length + this.#outgoing.length;
  }
  /** What a job more costs here: it waits for the others, and starting a thread takes longer than none. */
  get cost(): number {
    return this.load + (this.#occupant === undefined ? 0.5 : 0);
  }

  /** Starts the thread, if there is none, before there is work for it. */
  start(): void {
    try {
      this.#occupant ??= this.#start();
    } catch (error) {
      this.#vacate(error);
    }
  }

  assign(job: Job): void {
    this.#outgoing.push(job);
  }

  /** The last of several jobs, if it has not been begun: it is for another seat then. */
  giveUp(): Job | undefined {
    const job = this.#jobs.at(-1);
    if (this.#jobs.length < 2 || job === undefined || !job.run.reclaim(job)) return undefined;
    this.#jobs.pop();
    return job;
  }

  /** Forgets the jobs of a run that have not been begun. */
  takeBack(run: PoolRun): void {
    this.#jobs = this.#jobs.filter((job) => job.run !== run || !run.withdraw(job));
  }

  /** Sends what was assigned since, in one message. */
  send(): void {
    if (this.#outgoing.length === 0) return;
    const jobs = this.#outgoing;
    this.#outgoing = [];
    this.#jobs.push(...jobs);
    try {
      this.#occupant ??= this.#start();
      const { thread, opened: known } = this.#occupant;
      const opened = this.#opening(this.#occupant, jobs);
      const work = jobs.map((job): Work => job.run.workOf(job, known.get(job.run) as KnownOutputs));
      thread.port.postMessage({ opened, work } satisfies ToThread);
    } catch (error) {
      this.#vacate(error);
    }
  }

  /** Forgets a run. */
  end(run: PoolRun): void {
    if (!this.#occupant?.opened.delete(run)) return;
    this.#occupant.thread.port.postMessage({ opened: [], work: [], ended: run.id } satisfies ToThread);
  }

  keepAlive(yes: boolean): void {
    this.#alive = yes;
    this.#occupant?.thread.keepAlive(yes);
  }

  /** Ends the thread, whatever it does. */
  terminate(): void {
    this.#occupant?.thread.terminate();
  }

  #start(): Occupant {
    const thread = startThread(`chunkwise ${this.id}`);
    const occupant: Occupant = {
      thread,
      control: comlink.wrap<ThreadControl>(thread.port),
      opened: new Map(),
    };
    thread.keepAlive(this.#alive);
    occupant.control.ready().then(
      () => (occupant.ready = true),
      () => {},
    );
    thread.onDeath((reason) => {
      if (this.#occupant === occupant) this.#vacate(reason);
    });
    thread.port.addEventListener('message', (event) => {
      const { data } = event as MessageEvent<unknown>;
      if (Array.isArray(data) && this.#occupant === occupant) this.#settle(data);
    });
    return occupant;
  }

  /** What the thread must be told of the runs of `jobs` that it does not know. */
  #opening(occupant: Occupant, jobs: readonly Job[]): OpenRun[] {
    const runs = new Set(jobs.map(({ run }) => run).filter((run) => !occupant.opened.has(run)));
    for (const run of runs) {
      occupant.opened.set(run, new Map());
      if (run.inPlace) this.#lend(occupant);
    }
    return [...runs].map((run) => run.open);
  }

  /** Gives the thread room in shared memory, taken back when no code of it can run any more. */
  #lend(occupant: Occupant): void {
    const arena = sharedArena();
    if (occupant.workshop !== undefined || arena === undefined) return;
    const at = arena.take(workshopBytes);
    if (at === undefined) return;
    occupant.workshop = at;
    void occupant.thread.gone.then(() => arena.release(at));
    // Comlink's promises are never kept when the thread dies; nothing here waits for one.
    occupant.control.workIn({ memory: arena.memory, at, length: workshopBytes }).catch(() => {});
  }

  #settle(outcomes: FromThread): void {
    for (const outcome of outcomes) {
      const at = this.#jobs.findIndex((job) => job.ticket === outcome.ticket && job.run.id === outcome.run);
      const [job] = at < 0 ? [] : this.#jobs.splice(at, 1);
      job?.run.settle(job, this.id, outcome, failureOf(outcome));
    }
    this.#onFree();
  }

  /** The thread is gone: the job it was at is lost, the others go to another one. */
  #vacate(reason: unknown): void {
    this.#occupant = undefined;
    const [running, ...rest] = this.#jobs;
    this.#jobs = [];
    for (const job of rest.reverse()) job.run.putBack(job);
    running?.run.lose(running, lost(this.id, running, reason));
    this.#onFree();
  }
}

const failureOf = ({ failure }: Outcome): Error | undefined =>
  failure === undefined ? undefined : fromFailure(failure);

function lost(id: number, { batch }: Job, cause: unknown): WorkerLostError {
  const what = cause instanceof Error ? cause.message : String(cause);
  const where = `tasks ${batch.from} to ${batch.to - 1} of stage ${batch.stage}`;
  return new WorkerLostError('threads', `worker ${id} died while it ran ${where}: ${what}`, { cause });
}
