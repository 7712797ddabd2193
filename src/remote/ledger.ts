/** The jobs of a run that have not come back: what the engine says of them, asked again and again. */
import type { Engine, EngineJob, JobState } from './engine.js';

export interface LedgerOptions {
  /** How often all jobs are asked for, in milliseconds: what no event told of is found then. */
  readonly reconcileMs: number;
  /** A worker has a job, as far as is known; told once or more. */
  readonly onBegin?: (id: string) => void;
  /** A job has ended: 'completed' or 'failed'. */
  readonly onEnd: (id: string, state: Exclude<JobState, { state: 'missing' | 'waiting' | 'active' }>) => void;
  /** Jobs have vanished, and perhaps all else with them: awaited before they are added again. */
  readonly onMissing: () => Promise<void>;
  /** A second copy of a job that takes too long to be lost time; undefined: it does not. */
  readonly backup: (id: string, activeMs: number) => EngineJob | undefined;
  /** Called on every look, with the milliseconds since the engine last answered. */
  readonly onLook: (silentMs: number) => void;
}

interface Sent {
  readonly job: EngineJob;
  /** Whether the engine was told of it; until then it cannot be missing. */
  told: boolean;
  /** When a worker was first seen to have it. */
  activeSince: number | undefined;
  backup: EngineJob | undefined;
}

const backupSuffix = '~b1';
export const backupId = (id: string): string => `${id}${backupSuffix}`;
const primaryId = (id: string): string => (id.endsWith(backupSuffix) ? id.slice(0, -backupSuffix.length) : id);

export class Ledger {
  readonly #engine: Engine;
  readonly #options: LedgerOptions;
  readonly #sent = new Map<string, Sent>();
  readonly #news = new Set<string>();
  readonly #unsubscribe: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Ids to remove, and those that a worker still had. */
  #finished: string[] = [];
  #held = new Set<string>();
  #removing: Promise<void> = Promise.resolve();
  #looking = false;
  #scheduled = false;
  #closed = false;
  #lastAnswer = Date.now();

  constructor(engine: Engine, options: LedgerOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#unsubscribe = engine.onNews((id, what) => this.#hear(id, what));
    this.#timer = setInterval(() => void this.#lookAtAll(), options.reconcileMs);
  }

  get size(): number {
    return this.#sent.size;
  }

  /** Adds jobs. `known`: they may be there, even finished, from an earlier client. */
  async send(jobs: readonly EngineJob[], known: boolean): Promise<void> {
    const sent = jobs.map((job): Sent => ({ job, told: false, activeSince: undefined, backup: undefined }));
    for (const one of sent) this.#sent.set(one.job.id, one);
    // Whatever goes wrong with the connection here is found, and mended, when the jobs are looked up.
    await (known ? this.#sendUnknown(jobs) : this.#engine.submit(jobs)).catch(() => {});
    for (const one of sent) one.told = true;
  }

  async #sendUnknown(jobs: readonly EngineJob[]): Promise<void> {
    const ids = jobs.map(({ id }) => id);
    const states = await this.#engine.states(ids);
    await this.#engine.submit(jobs.filter((_, i) => states[i]?.state === 'missing'));
    this.#take(ids, states);
  }

  /** The job is no longer waited for; `remove` takes it, and its second copy, out of the engine. */
  settle(id: string, remove: boolean): void {
    const sent = this.#sent.get(id);
    if (sent === undefined) return;
    this.#sent.delete(id);
    if (sent.backup !== undefined) this.#finished.push(sent.backup.id);
    if (remove) this.#finished.push(id);
    if (this.#finished.length > 0) this.#removeSoon();
  }

  /** Stops looking. */
  rest(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#unsubscribe();
  }

  /** Stops looking. Removes what is left, and gives the ids that workers still have. */
  async close(removeAlso: readonly string[]): Promise<string[]> {
    this.rest();
    for (const { job, backup } of this.#sent.values()) {
      this.#finished.push(job.id, ...(backup === undefined ? [] : [backup.id]));
    }
    this.#sent.clear();
    await this.#removing;
    const ids = [...this.#finished, ...this.#held, ...removeAlso];
    this.#finished = [];
    return ids.length === 0 ? [] : this.#engine.remove(ids);
  }

  /** Stops looking and leaves everything where it is. */
  async leave(): Promise<void> {
    this.rest();
    await this.#removing;
  }

  #hear(id: string, what: 'begun' | 'ended'): void {
    if (!this.#sent.has(primaryId(id))) return;
    if (what === 'begun') {
      this.#options.onBegin?.(primaryId(id));
      return;
    }
    this.#news.add(id);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const ids = [...this.#news];
      this.#news.clear();
      void this.#look(ids).catch(() => {});
    });
  }

  async #lookAtAll(): Promise<void> {
    if (this.#sent.size === 0) this.#lastAnswer = Date.now();
    this.#options.onLook(Date.now() - this.#lastAnswer);
    if (this.#looking || this.#sent.size === 0) return;
    this.#looking = true;
    try {
      const told = [...this.#sent.values()].filter((sent) => sent.told);
      await this.#look(told.flatMap(({ job, backup }) => [job.id, ...(backup === undefined ? [] : [backup.id])]));
    } catch {
      // The engine does not answer: the next look asks again, and onLook says for how long.
    } finally {
      this.#looking = false;
    }
  }

  async #look(ids: readonly string[]): Promise<void> {
    const states = await this.#engine.states(ids);
    if (this.#closed) return;
    this.#lastAnswer = Date.now();
    const { missing, more } = this.#take(ids, states);
    if (missing.length > 0) await this.#again(missing);
    if (more.length > 0) await this.#engine.submit(more);
  }

  /** Tells what has ended. Gives the jobs that are not there, and those of which a second copy is to be made. */
  #take(ids: readonly string[], states: readonly JobState[]): { missing: EngineJob[]; more: EngineJob[] } {
    const missing: EngineJob[] = [];
    const more: EngineJob[] = [];
    ids.forEach((id, i) => {
      const state = states[i] as JobState;
      const primary = primaryId(id);
      const sent = this.#sent.get(primary);
      if (sent === undefined) return;
      if (state.state === 'completed') this.#options.onEnd(primary, state);
      else if (state.state === 'failed' && id === primary) this.#options.onEnd(primary, state);
      else if (state.state === 'active' && id === primary) {
        this.#options.onBegin?.(id);
        more.push(...this.#second(sent));
      } else if (state.state === 'missing' && sent.told)
        missing.push(id === primary ? sent.job : (sent.backup as EngineJob));
    });
    return { missing, more };
  }

  async #again(missing: readonly EngineJob[]): Promise<void> {
    await this.#options.onMissing();
    await this.#engine.submit(missing.filter(({ id }) => this.#sent.has(primaryId(id))));
  }

  #second(sent: Sent): EngineJob[] {
    sent.activeSince ??= Date.now();
    if (sent.backup !== undefined) return [];
    sent.backup = this.#options.backup(sent.job.id, Date.now() - sent.activeSince);
    return sent.backup === undefined ? [] : [sent.backup];
  }

  #removeSoon(): void {
    this.#removing = this.#removing.then(async () => {
      const ids = this.#finished;
      if (ids.length === 0) return;
      this.#finished = [];
      const held = await this.#engine.remove(ids).catch(() => ids);
      for (const id of held) this.#held.add(id);
    });
  }
}
