/** What one run has in the queue's server and in the storage, from its first byte to its last. */
import type { Plan } from '../plan/types.js';
import type { SharedBlocks } from './blocks.js';
import type { Engine, Workforce } from './engine.js';
import { sourceName } from './pack.js';
import type { RunHost } from './settings.js';
import { cancelNote, withdraw } from './withdraw.js';

/** What is shared with the other runs of a client. */
export interface ClientSide {
  readonly workforce: () => Promise<Workforce>;
  readonly slots: () => number;
  readonly workerIndex: (name: string) => number;
  /** One run more or less holds the plan's text; gives how many do. */
  readonly hold: (by: 1 | -1) => number;
  readonly ended: () => void;
}

/** A plan's text stays so long without its client, in seconds. */
const keptSpec = 3600;

export class HostedRun implements RunHost {
  readonly engine: Engine;
  readonly #run: string;
  readonly #spec: string;
  readonly #text: string;
  readonly #plan: Plan;
  readonly #blocks: SharedBlocks;
  readonly #client: ClientSide;
  #doomed: string[] = [];
  #deleting: Promise<void> | undefined;
  #restoring: Promise<void> | undefined;

  constructor(
    run: string,
    spec: string,
    text: string,
    plan: Plan,
    engine: Engine,
    blocks: SharedBlocks,
    client: ClientSide,
  ) {
    this.engine = engine;
    this.#run = run;
    this.#spec = spec;
    this.#text = text;
    this.#plan = plan;
    this.#blocks = blocks;
    this.#client = client;
    client.hold(1);
  }

  get slots(): number {
    return this.#client.slots();
  }

  getBlock(name: string): Promise<Uint8Array | undefined> {
    return this.#blocks.get(this.#run, name);
  }

  /** Where the storage has forgotten the run, it begins again. */
  async putBlock(name: string, bytes: Uint8Array): Promise<void> {
    if (await this.#blocks.put(this.#run, name, bytes)) return;
    await this.restore();
    await this.#blocks.put(this.#run, name, bytes);
  }

  deleteBlock(name: string): void {
    this.#doomed.push(name);
    this.#deleting ??= Promise.resolve()
      .then(() => this.#deleteDoomed())
      .catch(() => {})
      .finally(() => {
        this.#deleting = undefined;
      });
  }

  async keep(): Promise<void> {
    await Promise.all([
      this.engine.keepNote(`spec:${this.#spec}`, this.#text, keptSpec),
      this.#blocks.touch(this.#run),
    ]);
  }

  /** Once for all that ask while it is under way. */
  restore(): Promise<void> {
    this.#restoring ??= this.#restore().finally(() => {
      this.#restoring = undefined;
    });
    return this.#restoring;
  }

  async #restore(): Promise<void> {
    await this.#blocks.begin(this.#run);
    for (const [i, source] of this.#plan.sources.entries()) {
      if (source.kind !== 'memory') continue;
      const { buffer, byteOffset, byteLength } = source.data;
      await this.#blocks.put(this.#run, sourceName(i), new Uint8Array(buffer, byteOffset, byteLength));
    }
    await this.engine.keepNote(`spec:${this.#spec}`, this.#text, keptSpec);
  }

  workforce(): Promise<Workforce> {
    return this.#client.workforce();
  }

  workerIndex(name: string): number {
    return this.#client.workerIndex(name);
  }

  async cleanUp(held: readonly string[]): Promise<void> {
    if (held.length > 0) await withdraw(this.engine, cancelNote(this.#run), held);
    await this.#deleting;
    await this.#blocks.expire(this.#run);
    if (this.#client.hold(-1) <= 0) await this.engine.dropNotes([`spec:${this.#spec}`]);
    this.#client.ended();
  }

  leave(): void {
    this.#client.hold(-1);
    this.#client.ended();
  }

  async #deleteDoomed(): Promise<void> {
    while (this.#doomed.length > 0) {
      const names = this.#doomed;
      this.#doomed = [];
      await this.#blocks.delete(this.#run, names);
    }
  }
}
