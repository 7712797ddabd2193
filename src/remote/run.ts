/** One plan computed by workers elsewhere: batches become jobs, and their results blocks that others, or the caller, read. */
import { ExecutorClosedError, InternalError, TaskError, WorkerLostError } from '../core/errors.js';
import { RunSignal } from '../exec/runSignal.js';
import { type BatchReport, LostBlocksError, type Run } from '../exec/types.js';
import { inputsOf, stagesBehind } from '../plan/graph.js';
import { batchOf } from '../plan/regions.js';
import type { Batch, Plan, Stage } from '../plan/types.js';
import type { BlockStore } from '../store/types.js';
import { type EngineJob, type JobState, stalledReason } from './engine.js';
import { checksum } from './frame.js';
import { backupId, Ledger } from './ledger.js';
import { Near } from './near.js';
import { blockName, fromBase64, unpackInto } from './pack.js';
import { countBatches, type Delivery, keyOf, Packer } from './packer.js';
import { Presence } from './presence.js';
import { type BatchesPayload, type MadeBlock, openResult, type Result, seal } from './protocol.js';
import { failedWith, poisonous } from './runErrors.js';
import type { RunHost, RunSettings } from './settings.js';

/** How often a batch is given out again because of what was lost around it. */
const mostGenerations = 20;
interface Sent {
  readonly payload: BatchesPayload;
  readonly deliveries: readonly Delivery[];
}

export class RemoteRun implements Run {
  readonly #plan: Plan;
  readonly #store: BlockStore;
  readonly #host: RunHost;
  readonly #settings: RunSettings;
  readonly #ledger: Ledger;
  readonly #packer: Packer;
  readonly #near: Near;
  readonly #presence: Presence;
  readonly #sent = new Map<string, Sent>();
  /** Stages whose blocks the caller reads, and those that other stages read. */
  readonly #wanted: ReadonlySet<number>;
  readonly #read: ReadonlySet<number>;
  #queue: Delivery[] = [];
  #flushing: Promise<void> | undefined;
  /** How often batches were given out anew; absent: once. */
  readonly #generations = new Map<string, number>();
  /** Batches that cost workers their lives, and with what error. */
  readonly #poison = new Map<string, WorkerLostError>();
  /** Batches that go in a job of their own, to find out which of several it is. */
  readonly #alone = new Set<string>();
  /** Results of an earlier client for batches not asked for yet. */
  readonly #found = new Map<string, MadeBlock>();
  /** Jobs left in the engine for the next client, while there may be one. */
  readonly #left: string[] = [];
  readonly #open = new Set<Delivery>();
  /** Wanted batches that the caller has, where that decides what is left behind. */
  readonly #brought = new Set<string>();
  readonly #signal = new RunSignal((error) => this.stop(error));
  #error: unknown;
  #ending: Promise<void> | undefined;
  readonly #touching: ReturnType<typeof setInterval>;

  constructor(plan: Plan, store: BlockStore, settings: RunSettings, host: RunHost) {
    this.#plan = plan;
    this.#store = store;
    this.#settings = settings;
    this.#host = host;
    this.#packer = new Packer(plan, settings, host);
    this.#near = new Near(plan, (batch) => this.#packer.inlineOf(batch));
    this.#wanted = new Set(plan.results.flatMap((ref) => [...stagesBehind(ref)]));
    this.#read = new Set(plan.stages.flatMap((stage) => stage.reads.flatMap((ref) => [...stagesBehind(ref)])));
    this.#presence = new Presence(settings, host, (error) => this.stop(error));
    this.#ledger = new Ledger(host.engine, {
      reconcileMs: settings.reconcileMs,
      onEnd: (id, state) => void this.#settle(id, state).catch((error: unknown) => this.stop(error)),
      onMissing: () => this.#host.restore(),
      backup: (id, activeMs) => this.#backup(id, activeMs),
      onLook: (silentMs) => void this.#presence.look(silentMs, this.#ledger.size),
    });
    this.#touching = setInterval(() => void this.#host.keep().catch(() => {}), settings.touchMs);
    this.#touching.unref();
  }

  submit(batch: Batch, signal?: AbortSignal): Promise<BatchReport> {
    this.#signal.watch(signal);
    return new Promise((resolve, reject) => {
      const delivery: Delivery = { batch, key: keyOf(batch), resolve, reject };
      const poison = this.#poison.get(delivery.key);
      if (this.#error !== undefined || poison !== undefined) return reject(this.#error ?? poison);
      this.#open.add(delivery);
      const found = this.#found.get(delivery.key);
      this.#found.delete(delivery.key);
      void (found === undefined ? this.#begin(delivery) : this.#deliver(delivery, found, 0)).catch((error: unknown) =>
        this.stop(error),
      );
    });
  }

  release(batch: Batch): void {
    const stored = this.#packer.forget(batch);
    if (stored && !this.#settings.resumes) this.#host.deleteBlock(blockName(batch));
  }

  end(): Promise<void> {
    this.#ending ??= this.#presence.cleaned(this.#end());
    return this.#ending;
  }

  /** Rejects everything with `error`, now and from now on. */
  stop(error: unknown): void {
    this.#error ??= error;
    this.#queue = [];
    for (const { reject } of this.#open) reject(this.#error);
    this.#open.clear();
  }

  async #end(): Promise<void> {
    const wanted = [...this.#wanted].reduce((n, id) => n + countBatches(this.#plan.stages[id] as Stage), 0);
    const whole = this.#brought.size === wanted;
    this.stop(new ExecutorClosedError('remote', 'the run has ended'));
    this.#signal.leave();
    this.#ledger.rest();
    clearInterval(this.#touching);
    await this.#flushing;
    if (this.#settings.resumes && !whole) {
      await this.#ledger.leave();
      this.#host.leave();
    } else {
      await this.#host.cleanUp(await this.#ledger.close(this.#left));
    }
  }

  /** Here, if it is short and has all it reads; as part of a job otherwise. */
  async #begin(delivery: Delivery): Promise<void> {
    const near = this.#near.run(delivery.batch);
    if (near === undefined) this.#enqueue(delivery);
    else await this.#accept(delivery, near.bytes, near, this.#host.workerIndex('client'));
  }

  #enqueue(delivery: Delivery): void {
    this.#queue.push(delivery);
    this.#flushSoon();
  }

  #flushSoon(): void {
    this.#flushing ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => {
        this.#flushing = undefined;
        return this.#flush();
      })
      .catch((error: unknown) => this.stop(error));
  }

  async #flush(): Promise<void> {
    const { now: waiting, later } = this.#packer.select(this.#queue, this.#ledger.size);
    this.#queue = later;
    const jobs: EngineJob[] = [];
    for (const deliveries of this.#packer.group(waiting, this.#alone)) {
      const first = deliveries[0] as Delivery;
      const generation = this.#generations.get(first.key) ?? 0;
      const id = `${this.#settings.run}.${first.key}${generation === 0 ? '' : `~g${generation}`}`;
      const payload = await this.#packer.payload(id, deliveries);
      if (this.#error !== undefined) return;
      this.#sent.set(id, { payload, deliveries });
      const urgent = (this.#plan.stages[first.batch.stage] as Stage).reads.some((ref) => stagesBehind(ref).size > 0);
      jobs.push({ id, title: 'batches', body: seal(payload, this.#settings.key), urgent });
    }
    await this.#ledger.send(jobs, this.#settings.resumes);
  }

  async #settle(id: string, state: JobState): Promise<void> {
    const sent = this.#sent.get(id);
    if (sent === undefined) return;
    this.#sent.delete(id);
    const keep = this.#settings.resumes && state.state === 'completed';
    this.#ledger.settle(id, !keep);
    if (keep) this.#left.push(id);
    if (this.#queue.length > 0) this.#flushSoon();
    if (state.state === 'failed') return this.#failed(sent, state.reason);
    if (state.state !== 'completed') return;
    const result = openResult(state.result, this.#settings.key);
    if (result.job !== id && result.job !== backupId(id))
      throw new InternalError('remote', `a result for ${result.job}`);
    if (result.kind === 'done') await this.#done(sent, result);
    else if (result.kind === 'lost') this.#lost(sent, result);
    else if (result.kind === 'returned') throw new InternalError('remote', 'a result of a task for batches');
    else {
      await this.#host.restore();
      for (const delivery of sent.deliveries) this.#again(delivery);
    }
  }

  async #done({ deliveries }: Sent, { worker, blocks }: Extract<Result, { kind: 'done' }>): Promise<void> {
    const made = new Map(blocks.map((block) => [`${block.stage}.${block.from}`, block]));
    const index = this.#host.workerIndex(worker);
    await Promise.all(
      deliveries.map((delivery) => {
        const block = made.get(delivery.key);
        made.delete(delivery.key);
        return block === undefined ? this.#again(delivery) : this.#deliver(delivery, block, index);
      }),
    );
    if (this.#settings.resumes) for (const [key, block] of made) this.#found.set(key, block);
  }

  /** A block has been made by a worker. */
  async #deliver(delivery: Delivery, block: MadeBlock, worker: number): Promise<void> {
    const bytes = block.inline === undefined ? undefined : fromBase64(block.inline);
    if (bytes !== undefined && checksum(bytes) !== block.crc) return this.#again(delivery);
    this.#packer.learn(delivery.batch.stage, block.end - block.start);
    await this.#accept(delivery, bytes, block, worker);
  }

  /** A block is there, as `bytes` or in the storage: it is noted for those that read it, and brought here if the caller does. */
  async #accept(
    delivery: Delivery,
    bytes: Uint8Array | undefined,
    { start, end }: Pick<BatchReport, 'start' | 'end'>,
    worker: number,
  ): Promise<void> {
    const { batch, resolve } = delivery;
    if (this.#wanted.has(batch.stage) && !(await this.#bring(batch, bytes))) return this.#again(delivery);
    if (!this.#open.delete(delivery)) return;
    if (this.#read.has(batch.stage)) this.#packer.note(batch, bytes);
    resolve({ worker, start, end });
  }

  /** Puts a block where the caller expects it. False: it is not whole. */
  async #bring(batch: Batch, inline: Uint8Array | undefined): Promise<boolean> {
    const bytes = inline ?? (await this.#host.getBlock(blockName(batch)));
    if (this.#error !== undefined) return true;
    const stage = this.#plan.stages[batch.stage] as Stage;
    if (bytes === undefined || !unpackInto(bytes, stage, batch, this.#store.allocate(batch))) return false;
    if (this.#settings.resumes) this.#brought.add(keyOf(batch));
    const others = this.#read.has(batch.stage) || this.#settings.resumes;
    if (inline === undefined && !others) this.#host.deleteBlock(blockName(batch));
    return true;
  }

  #lost({ deliveries }: Sent, { batches }: Extract<Result, { kind: 'lost' }>): void {
    const gone = new Set(batches.map(([stage, from]) => `${stage}.${from}`));
    for (const delivery of deliveries) {
      const lost = inputsOf(this.#plan, delivery.batch).filter((input) => gone.has(keyOf(input)));
      if (lost.length === 0) {
        this.#again(delivery);
        continue;
      }
      // Of several readers of a lost block only the first sends it to be made again.
      const again = lost.filter((input) => this.#packer.knows(input));
      for (const input of [...again, delivery.batch]) if (!this.#mayRepeat(delivery, keyOf(input))) return;
      for (const input of again) this.#packer.forget(input);
      const { label } = this.#plan.stages[delivery.batch.stage] as Stage;
      if (this.#open.delete(delivery)) {
        delivery.reject(
          new LostBlocksError(
            label,
            lost.map((b) => batchOf(this.#plan.stages[b.stage] as Stage, b.from)),
          ),
        );
      }
    }
  }

  #failed({ deliveries }: Sent, reason: string): void {
    const stalled = reason.includes(stalledReason);
    if (stalled && deliveries.length > 1) {
      for (const delivery of deliveries) {
        this.#alone.add(delivery.key);
        this.#again(delivery);
      }
      return;
    }
    for (const delivery of deliveries) {
      const error = stalled ? poisonous(this.#plan, delivery.batch) : failedWith(this.#plan, delivery.batch, reason);
      if (error instanceof WorkerLostError) this.#poison.set(delivery.key, error);
      if (this.#open.delete(delivery)) delivery.reject(error);
    }
  }

  #again(delivery: Delivery): void {
    if (this.#open.has(delivery) && this.#mayRepeat(delivery, delivery.key)) this.#enqueue(delivery);
  }

  /** Another generation of what has `key`; past the last one, the run is over. */
  #mayRepeat({ batch }: Delivery, key: string): boolean {
    const generation = (this.#generations.get(key) ?? 0) + 1;
    this.#generations.set(key, generation);
    if (generation <= mostGenerations) return true;
    const { label } = this.#plan.stages[batch.stage] as Stage;
    this.stop(new TaskError(label, `block ${key} was made ${generation} times and is lost each time`));
    return false;
  }

  #backup(id: string, activeMs: number): EngineJob | undefined {
    const sent = this.#sent.get(id);
    if (!this.#settings.backups || sent === undefined || !this.#packer.isLate(sent.deliveries, activeMs))
      return undefined;
    const payload = { ...sent.payload, job: backupId(id) };
    return { id: payload.job, title: 'batches', body: seal(payload, this.#settings.key), urgent: true };
  }
}
