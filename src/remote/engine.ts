/**
 * What is asked of the engine that carries jobs between machines: a queue that outlives its clients and workers. Its
 * events are only a wake-up; what it says of a job when asked is the truth.
 */

/** One job. The same id is the same work: adding it again while it is there changes nothing. */
export interface EngineJob {
  readonly id: string;
  /** Shown to people who look at the queue. */
  readonly title: string;
  /** What the worker is to do, as text: see protocol.ts. */
  readonly body: string;
  /** To be taken before those that wait already: work that frees blocks. */
  readonly urgent: boolean;
}

export type JobState =
  | { readonly state: 'missing' | 'waiting' | 'active' }
  | { readonly state: 'completed'; readonly result: string }
  | { readonly state: 'failed'; readonly reason: string };

/** Who takes jobs now. */
export interface Workforce {
  readonly processes: number;
  /** Jobs that they take at the same time. */
  readonly slots: number;
}

/** Small texts beside the queue, under names of our own making. */
export interface Notes {
  keepNote(name: string, text: string, seconds: number): Promise<void>;
  readNote(name: string): Promise<string | undefined>;
  dropNotes(names: readonly string[]): Promise<void>;
}

/** The client's side. */
export interface Engine extends Notes {
  submit(jobs: readonly EngineJob[]): Promise<void>;
  /** The states of many jobs, in the order asked. */
  states(ids: readonly string[]): Promise<JobState[]>;
  /** Removes jobs, and gives back the ids of those that a worker has: they cannot be removed yet. */
  remove(ids: readonly string[]): Promise<string[]>;
  /** Calls `listener` with ids of jobs that may have begun or ended; some are never told. Returns how to stop that. */
  onNews(listener: (id: string, what: 'begun' | 'ended') => void): () => void;
  workforce(): Promise<Workforce>;
  /** Jobs that wait or are at work, of all clients. */
  backlog(): Promise<number>;
  close(): Promise<void>;
}

/** A job that a worker has. */
export interface TakenJob {
  readonly id: string;
  readonly body: string;
  /** It has lost a worker before, and may be why. */
  readonly suspect: boolean;
}

/** What a worker throws of a job that it cannot do now: it waits again, as if it had not been taken. */
export class PutBack extends Error {}

/** What a worker throws of a job: its message is kept as the reason; `final` jobs are not tried again. */
export class JobFailure extends Error {
  readonly final: boolean;
  constructor(reason: string, final: boolean) {
    super(reason);
    this.final = final;
  }
}

/** The worker's side: jobs are taken while it is open. */
export interface Consumer extends Notes {
  /** Has so many jobs at a time from now on. */
  want(jobs: number): void;
  /** Takes no more jobs, and resolves when those taken are done. */
  close(): Promise<void>;
}

/** What the engine says of a job whose workers died as often as it is tried. */
export const stalledReason = 'job stalled more than allowable limit';
