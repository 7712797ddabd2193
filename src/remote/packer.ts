/** How batches become jobs: how many go together, and which of the blocks they read travel along. */
import type { BatchReport } from '../exec/types.js';
import { inputsOf } from '../plan/graph.js';
import { taskCount } from '../plan/regions.js';
import type { Batch, Plan, Stage } from '../plan/types.js';
import { base64Length, blockName, toBase64 } from './pack.js';
import { type BatchesPayload, mostBatches, mostInlinePayload, version } from './protocol.js';
import type { RunHost, RunSettings } from './settings.js';

/** One batch on its way. */
export interface Delivery {
  readonly batch: Batch;
  readonly key: string;
  readonly resolve: (report: BatchReport) => void;
  readonly reject: (error: unknown) => void;
}

export const keyOf = ({ stage, from }: Batch): string => `${stage}.${from}`;

/** Milliseconds that a job should take at least: handing one out costs about one, in client, server and worker together. */
const jobMs = 50;
/** One at work and one to follow. */
const jobsPerSlot = 2;
/** Names and numbers of an inlined block. */
const inlineOverhead = 40;
/** Times of a stage that are remembered. */
const remembered = 101;

/** What is known of a stage's batches. */
export interface Pace {
  readonly median: number;
  readonly done: number;
}

/** A second copy is made of a job that takes so many times as long as its like, when so many, and such a share, are done. */
const backupRule = { slower: 3, done: 10, share: 0.5 } as const;

export const countBatches = (stage: Stage): number => Math.ceil(taskCount(stage) / stage.grain);

export class Packer {
  readonly #plan: Plan;
  readonly #settings: RunSettings;
  readonly #host: RunHost;
  /** Blocks that came back with their result: they travel with the jobs that read them. */
  readonly #inline = new Map<string, Uint8Array>();
  /** Blocks that lie in the storage. */
  readonly #stored = new Set<string>();
  readonly #times: { recent: number[]; done: number }[] = [];

  constructor(plan: Plan, settings: RunSettings, host: RunHost) {
    this.#plan = plan;
    this.#settings = settings;
    this.#host = host;
  }

  /** A block is there: `bytes`, or in the storage. */
  note(batch: Batch, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) this.#stored.add(keyOf(batch));
    else this.#inline.set(keyOf(batch), bytes);
  }

  /** The bytes of a block that came back with its result. */
  inlineOf(batch: Batch): Uint8Array | undefined {
    return this.#inline.get(keyOf(batch));
  }

  knows(batch: Batch): boolean {
    return this.#inline.has(keyOf(batch)) || this.#stored.has(keyOf(batch));
  }

  /** A block is not read any more. True: it lies in the storage. */
  forget(batch: Batch): boolean {
    this.#inline.delete(keyOf(batch));
    return this.#stored.delete(keyOf(batch));
  }

  /** A batch of `stage` took `ms`. */
  learn(stage: number, ms: number): void {
    const times = this.#times[stage] ?? { recent: [], done: 0 };
    this.#times[stage] = times;
    times.recent[times.done++ % remembered] = ms;
  }

  paceOf(stage: number): Pace {
    const { recent, done } = this.#times[stage] ?? { recent: [], done: 0 };
    return { median: [...recent].sort((a, b) => a - b)[recent.length >> 1] ?? 0, done };
  }

  /** Whether a job that has been at work for `activeMs` is one to make a second copy of. */
  isLate(deliveries: readonly Delivery[], activeMs: number): boolean {
    const [first] = deliveries;
    if (first === undefined) return false;
    const { stage } = first.batch;
    const { median, done } = this.paceOf(stage);
    const total = countBatches(this.#plan.stages[stage] as Stage);
    const known = done >= backupRule.done && done >= total * backupRule.share;
    return known && activeMs > backupRule.slower * median * deliveries.length;
  }

  /**
   * What goes out now. While every slot has a job and one to follow, short batches wait for a job to end: those that come
   * until then go together.
   */
  select(waiting: Delivery[], jobs: number): { now: Delivery[]; later: Delivery[] } {
    if (jobs < jobsPerSlot * this.#host.slots) return { now: waiting, later: [] };
    const now: Delivery[] = [];
    const later: Delivery[] = [];
    for (const [stage, deliveries] of groupByStage(waiting)) {
      const { median, done } = this.paceOf(stage);
      (done > 0 && median < jobMs / 2 ? later : now).push(...deliveries);
    }
    return { now, later };
  }

  /** Batches of one stage that go in one job: as many as take `jobMs`, and no more than leave work for every slot. */
  *group(waiting: readonly Delivery[], alone: ReadonlySet<string>): Generator<readonly Delivery[]> {
    const stages = groupByStage(waiting);
    for (const [stage, deliveries] of stages) {
      const { median, done } = this.paceOf(stage);
      const wanted = done === 0 ? 1 : Math.floor(jobMs / Math.max(median, 0.05));
      const fair = Math.ceil(deliveries.length / (jobsPerSlot * Math.max(1, this.#host.slots)));
      const size = Math.max(1, Math.min(wanted, fair, mostBatches));
      let group: Delivery[] = [];
      for (const delivery of deliveries) {
        if (alone.has(delivery.key)) {
          yield [delivery];
          continue;
        }
        group.push(delivery);
        if (group.length === size) {
          yield group;
          group = [];
        }
      }
      if (group.length > 0) yield group;
    }
  }

  /** The job that makes `deliveries`. Blocks that it has no room for are put into the storage. */
  async payload(job: string, deliveries: readonly Delivery[]): Promise<BatchesPayload> {
    const { run, spec, store, taskTimeoutMs } = this.#settings;
    const needed = new Map<string, Batch>();
    for (const { batch } of deliveries) {
      for (const input of inputsOf(this.#plan, batch))
        if (this.#inline.has(keyOf(input))) needed.set(keyOf(input), input);
    }
    const inline: BatchesPayload['inline'] = [];
    const moved: Batch[] = [];
    let room = mostInlinePayload;
    for (const [key, batch] of needed) {
      const bytes = this.#inline.get(key) as Uint8Array;
      const cost = base64Length(bytes.length) + inlineOverhead;
      if (cost > room) moved.push(batch);
      else {
        room -= cost;
        inline.push([batch.stage, batch.from, toBase64(bytes)]);
      }
    }
    await Promise.all(moved.map((batch) => this.#move(batch)));
    return {
      v: version,
      kind: 'batches',
      job,
      run,
      spec,
      store,
      batches: deliveries.map(({ batch }) => [batch.stage, batch.from, batch.to]),
      inline,
      ...(taskTimeoutMs === undefined ? {} : { timeoutMs: taskTimeoutMs }),
    };
  }

  async #move(batch: Batch): Promise<void> {
    const bytes = this.#inline.get(keyOf(batch));
    if (bytes === undefined) return;
    await this.#host.putBlock(blockName(batch), bytes);
    this.#inline.delete(keyOf(batch));
    this.#stored.add(keyOf(batch));
  }
}

function groupByStage(waiting: readonly Delivery[]): Map<number, Delivery[]> {
  const groups = new Map<number, Delivery[]>();
  for (const delivery of waiting) {
    const group = groups.get(delivery.batch.stage);
    if (group === undefined) groups.set(delivery.batch.stage, [delivery]);
    else group.push(delivery);
  }
  return groups;
}
