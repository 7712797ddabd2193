/** The engine and the storage in memory, for tests of clients and workers without a server. */
import { randomBytes } from 'node:crypto';
import { checkName, type SharedBlocks } from '#src/remote/blocks.js';
import {
  type Consumer,
  type Engine,
  type EngineJob,
  JobFailure,
  type JobState,
  type Notes,
  type TakenJob,
} from '#src/remote/engine.js';
import { headerOf, unframe } from '#src/remote/frame.js';

interface Entry {
  readonly job: EngineJob;
  state: JobState;
  tries: number;
}

type Work = (job: TakenJob) => Promise<string>;

/** A queue that one client and any number of workers use. */
export class FakeQueue {
  readonly jobs = new Map<string, Entry>();
  readonly notes = new Map<string, string>();
  readonly #waiting: string[] = [];
  readonly #listeners = new Set<(id: string, what: 'begun' | 'ended') => void>();
  readonly #idle: { work: Work; slots: number }[] = [];
  /** Every id that was ever begun, in order. */
  readonly begun: string[] = [];
  /** Most jobs that were there at a time. */
  peak = 0;

  readonly #notes: Notes = {
    keepNote: async (name, text) => void this.notes.set(name, text),
    readNote: async (name) => this.notes.get(name),
    dropNotes: async (names) => {
      for (const name of names) this.notes.delete(name);
    },
  };

  engine(): Engine {
    return {
      ...this.#notes,
      submit: async (jobs) => {
        for (const job of jobs) this.#add(job);
        this.peak = Math.max(this.peak, this.jobs.size);
        this.#dispatch();
      },
      states: async (ids) => ids.map((id) => this.jobs.get(id)?.state ?? { state: 'missing' }),
      remove: async (ids) => ids.filter((id) => !this.#remove(id)),
      onNews: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      backlog: async () =>
        [...this.jobs.values()].filter(({ state }) => state.state === 'waiting' || state.state === 'active').length,
      workforce: async () => ({
        processes: this.#idle.length,
        slots: this.#idle.reduce((n, { slots }) => n + slots, 0),
      }),
      close: async () => {},
    };
  }

  consume(slots: number, work: Work): Consumer {
    const worker = { work, slots };
    let wanted = slots;
    this.#idle.push(worker);
    this.#dispatch();
    return {
      ...this.#notes,
      want: (jobs) => {
        worker.slots += jobs - wanted;
        wanted = jobs;
        this.#dispatch();
      },
      close: async () => {
        this.#idle.splice(this.#idle.indexOf(worker), 1);
      },
    };
  }

  #add(job: EngineJob): void {
    if (this.jobs.has(job.id)) return;
    this.jobs.set(job.id, { job, state: { state: 'waiting' }, tries: 0 });
    if (job.urgent) this.#waiting.unshift(job.id);
    else this.#waiting.push(job.id);
  }

  #remove(id: string): boolean {
    if (this.jobs.get(id)?.state.state === 'active') return false;
    this.jobs.delete(id);
    return true;
  }

  #dispatch(): void {
    for (const worker of this.#idle) {
      while (worker.slots > 0) {
        const entry = this.#next();
        if (entry === undefined) return;
        worker.slots--;
        void this.#run(entry, worker.work).finally(() => {
          worker.slots++;
          this.#dispatch();
        });
      }
    }
  }

  #next(): Entry | undefined {
    for (let id = this.#waiting.shift(); id !== undefined; id = this.#waiting.shift()) {
      const entry = this.jobs.get(id);
      if (entry?.state.state === 'waiting') return entry;
    }
    return undefined;
  }

  async #run(entry: Entry, work: Work): Promise<void> {
    const { id, body } = entry.job;
    entry.state = { state: 'active' };
    entry.tries++;
    this.begun.push(id);
    for (const listener of this.#listeners) listener(id, 'begun');
    try {
      entry.state = { state: 'completed', result: await work({ id, body, suspect: false }) };
    } catch (error) {
      const final = error instanceof JobFailure && error.final;
      if (final || entry.tries >= 3) entry.state = { state: 'failed', reason: (error as Error).message };
      else {
        entry.state = { state: 'waiting' };
        this.#waiting.push(id);
        return;
      }
    }
    for (const listener of this.#listeners) listener(id, 'ended');
  }
}

/** A storage that forgets nothing by itself. */
export class FakeBlocks implements SharedBlocks {
  readonly runs = new Map<string, Map<string, Uint8Array>>();
  readonly #name = randomBytes(8).toString('hex');

  async identify(): Promise<string> {
    return this.#name;
  }
  async begin(run: string): Promise<void> {
    if (!this.runs.has(checkName('run', run))) this.runs.set(run, new Map());
  }
  async put(run: string, name: string, bytes: Uint8Array): Promise<boolean> {
    return this.runs.get(run)?.set(checkName('block', name), Buffer.concat([headerOf(bytes), bytes])) !== undefined;
  }
  async get(run: string, name: string): Promise<Uint8Array | undefined> {
    const frame = this.runs.get(run)?.get(name);
    return frame === undefined ? undefined : unframe(frame);
  }
  async delete(run: string, names: readonly string[]): Promise<void> {
    for (const name of names) this.runs.get(run)?.delete(name);
  }
  async touch(): Promise<void> {}
  async expire(run: string): Promise<void> {
    this.runs.delete(run);
  }
  async sweep(): Promise<void> {}
  async close(): Promise<void> {}
}
