/**
 * Threads that run functions of users, one call at a time each. They are others than those of kernels: a function that
 * sleeps, loops or crashes holds up no computation.
 */
import { startThread, type Thread } from '#platform';
import { ArgumentError, WorkerLostError } from '../../core/errors.js';
import { closed, type Failure, fromFailure } from '../failure.js';
import { type Parcel, packed, unpacked } from '../tasks/call.js';
import type { TaskCall, TaskCallOptions, TaskRunner } from '../tasks/types.js';

/** What a thread is sent. */
export interface TaskOrder {
  readonly ticket: number;
  readonly module: string;
  readonly name: string;
  readonly args: readonly Parcel[];
}

/** What it answers: that it begins, then how the call ended. */
export type TaskAnswer =
  | { readonly ticket: number; readonly begun: true }
  | { readonly ticket: number; readonly value: Parcel }
  | { readonly ticket: number; readonly failure: Failure };

/** One call that waits or runs. Settled once; whoever comes later changes nothing. */
interface Job {
  readonly call: TaskCall;
  readonly options: TaskCallOptions;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread and what it is at. */
interface Seat {
  readonly thread: Thread;
  ticket: number;
  job: Job | undefined;
}

export class TaskThreads implements TaskRunner {
  readonly tries = 3;
  readonly #most: number;
  readonly #seats = new Set<Seat>();
  readonly #waiting = new Set<Job>();
  #started = 0;
  #closed = false;

  /** At most `most` threads, each started when there is a call for it. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The threads that there are; for tests, which kill them. @internal */
  get threads(): readonly Thread[] {
    return [...this.#seats].map((seat) => seat.thread);
  }

  runTask(call: TaskCall, options: TaskCallOptions): Promise<unknown> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closed('threads'));
      if (signal.aborted) return reject(signal.reason);
      const job: Job = { call, options, resolve, reject };
      signal.addEventListener('abort', () => this.#abort(job), { once: true });
      this.#waiting.add(job);
      this.#dispatch();
    });
  }

  close(): void {
    this.#closed = true;
    const jobs = [...this.#waiting, ...[...this.#seats].flatMap(({ job }) => job ?? [])];
    this.#waiting.clear();
    for (const seat of this.#seats) this.#dismiss(seat);
    for (const job of jobs) job.reject(closed('threads'));
  }

  #dispatch(): void {
    for (const job of this.#waiting) {
      const seat = this.#freeSeat();
      if (seat === undefined) return;
      this.#waiting.delete(job);
      this.#send(seat, job);
    }
  }

  #freeSeat(): Seat | undefined {
    for (const seat of this.#seats) if (seat.job === undefined) return seat;
    return this.#seats.size < this.#most ? this.#start() : undefined;
  }

  #start(): Seat {
    const thread = startThread(`chunkwise task ${this.#started++}`);
    const seat: Seat = { thread, ticket: 0, job: undefined };
    this.#seats.add(seat);
    thread.keepAlive(false);
    thread.onDeath((reason) => this.#lose(seat, reason));
    thread.port.addEventListener('message', (event) => this.#hear(seat, (event as MessageEvent<TaskAnswer>).data));
    return seat;
  }

  #send(seat: Seat, job: Job): void {
    const { module, name, args } = job.call;
    seat.job = job;
    try {
      const order: TaskOrder = { ticket: ++seat.ticket, module, name, args: args.map(packed) };
      seat.thread.port.postMessage(order);
      seat.thread.keepAlive(true);
    } catch (error) {
      this.#free(seat);
      job.reject(unsendable(name, error));
    }
  }

  #hear(seat: Seat, answer: TaskAnswer): void {
    const { job } = seat;
    if (job === undefined || answer.ticket !== seat.ticket) return;
    if ('begun' in answer) {
      job.options.onStart();
      return;
    }
    this.#free(seat);
    if ('failure' in answer) job.reject(fromFailure(answer.failure));
    else job.resolve(unpacked(answer.value));
    this.#dispatch();
  }

  /** The thread lets the process end until it has work again. */
  #free(seat: Seat): void {
    seat.job = undefined;
    seat.thread.keepAlive(false);
  }

  #lose(seat: Seat, reason: unknown): void {
    const { job } = seat;
    if (!this.#seats.delete(seat)) return;
    const what = reason instanceof Error ? reason.message : String(reason);
    job?.reject(new WorkerLostError(job.call.name, `the worker that ran it died: ${what}`, { cause: reason }));
    this.#dispatch();
  }

  /** A function that runs can be stopped in no other way than with its thread. */
  #abort(job: Job): void {
    job.reject(job.options.signal.reason);
    if (this.#waiting.delete(job)) return;
    for (const seat of this.#seats) if (seat.job === job) this.#dismiss(seat);
    if (!this.#closed) this.#dispatch();
  }

  #dismiss(seat: Seat): void {
    this.#seats.delete(seat);
    seat.job = undefined;
    seat.thread.terminate();
  }
}

const unsendable = (name: string, cause: unknown): ArgumentError =>
  new ArgumentError(name, 'its arguments cannot be sent to a worker', {
    hint: 'give plain data, typed arrays or computed arrays',
    cause,
  });
