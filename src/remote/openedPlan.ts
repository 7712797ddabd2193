/** One plan in a worker process: its blocks in memory, its batches in the thread pool. */
import { bytesOf, makeArray } from '../core/dtype.js';
import { AbortError, TaskTimeoutError } from '../core/errors.js';
import type { Executor, Run } from '../exec/types.js';
import { inputsOf } from '../plan/graph.js';
import type { Batch, Plan } from '../plan/types.js';
import { MemoryStore } from '../store/memory.js';
import type { SharedBlocks } from './blocks.js';
import { blockName, pack, sourceName, unpack } from './pack.js';
import type { Spec, UploadedSource } from './spec.js';

/** A block in memory. It stays as long as there is room: another batch may read it here. */
interface Held {
  readonly batch: Batch;
  /** Batches at work that read or write it. */
  pins: number;
  /** Whether all of it is there, or will be; undefined: nobody has begun. */
  filled: Promise<boolean> | undefined;
}

/** A pool's run and how to stop it: stopping one batch stops them all, so those that are well are begun anew. */
interface Attempt {
  readonly run: Run;
  readonly stop: AbortController;
}

/** How a batch went: its bytes, which stay as they are until `done`, or the batches whose blocks are missing. */
export type Outcome =
  | { readonly bytes: Uint8Array; readonly start: number; readonly end: number; readonly done: () => void }
  | { readonly lost: readonly Batch[] };

const keyOf = ({ stage, from }: Batch): string => `${stage}.${from}`;

/** The arrays that the client sent along; undefined: one is missing. */
export async function loadSources(spec: Spec, run: string, blocks: SharedBlocks): Promise<Plan['sources'] | undefined> {
  const load = async (source: UploadedSource, i: number) => {
    const { length, shape, dtype, strides, offset } = source;
    const bytes = await blocks.get(run, sourceName(i));
    if (bytes === undefined || bytes.length !== length * bytesOf(dtype)) return undefined;
    const data = makeArray(dtype, length, new SharedArrayBuffer(bytes.length));
    new Uint8Array(data.buffer).set(bytes);
    return { kind: 'memory' as const, data, strides, offset, shape, dtype };
  };
  const sources = await Promise.all(
    spec.sources.map((source, i) => (source.kind === 'uploaded' ? load(source, i) : source)),
  );
  return sources.includes(undefined) ? undefined : (sources as Plan['sources']);
}

export class OpenedPlan {
  readonly plan: Plan;
  readonly #run: string;
  readonly #pool: Executor;
  readonly #blocks: SharedBlocks;
  readonly #store: MemoryStore;
  readonly #keep: number;
  readonly #held = new Map<string, Held>();
  #attempt: Promise<Attempt> | undefined;
  #cancelled: AbortError | undefined;
  /** Jobs at work, and when the last one ended. */
  active = 0;
  lastUse = Date.now();

  /** `keep`: bytes of blocks that may stay when no batch needs them. */
  constructor(run: string, plan: Plan, pool: Executor, blocks: SharedBlocks, keep: number) {
    this.#run = run;
    this.plan = plan;
    this.#pool = pool;
    this.#blocks = blocks;
    this.#keep = keep;
    this.#store = new MemoryStore(plan, { wholeBelow: 0 });
  }

  /** Runs `batch`; `inline` holds blocks that came with the job. */
  async execute(
    batch: Batch,
    inline: ReadonlyMap<string, Uint8Array>,
    timeoutMs: number | undefined,
  ): Promise<Outcome> {
    const inputs = inputsOf(this.plan, batch).map((input) => this.#pin(input));
    const own = this.#pin(batch);
    const unpin = (all: readonly Held[]) => {
      for (const held of all) held.pins--;
      this.#evict();
    };
    try {
      const there = await Promise.all(inputs.map((held) => this.#fill(held, inline)));
      const lost = inputs.filter((_, i) => !there[i]).map((held) => held.batch);
      if (lost.length > 0) {
        unpin([own]);
        return { lost };
      }
      const { start, end } = await this.#submit(batch, timeoutMs);
      own.filled = Promise.resolve(true);
      return { bytes: pack(this.#store.allocate(batch)), start, end, done: () => unpin([own]) };
    } catch (error) {
      unpin([own]);
      throw error;
    } finally {
      unpin(inputs);
    }
  }

  /** Stops all that runs, and refuses what comes. */
  async cancel(): Promise<void> {
    this.#cancelled = new AbortError('compute', 'the computation was cancelled by its client');
    await this.close();
  }

  async close(): Promise<void> {
    const attempt = await this.#attempt;
    this.#attempt = undefined;
    attempt?.stop.abort(this.#cancelled);
    await attempt?.run.end();
  }

  #pin(batch: Batch): Held {
    const key = keyOf(batch);
    const held = this.#held.get(key) ?? { batch, pins: 0, filled: undefined };
    held.pins++;
    this.#held.delete(key);
    this.#held.set(key, held);
    return held;
  }

  /** Gets a block from where it is; those that are not there are asked for again the next time. */
  async #fill(held: Held, inline: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
    held.filled ??= this.#load(held.batch, inline);
    const there = await held.filled.catch((error: unknown) => {
      held.filled = undefined;
      throw error;
    });
    if (!there) held.filled = undefined;
    return there;
  }

  async #load(batch: Batch, inline: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
    const bytes = inline.get(keyOf(batch)) ?? (await this.#blocks.get(this.#run, blockName(batch)));
    return bytes !== undefined && unpack(bytes, this.#store.allocate(batch));
  }

  /** Submits to the pool until it is done, or has failed for a reason of its own. */
  async #submit(batch: Batch, timeoutMs: number | undefined): Promise<{ start: number; end: number }> {
    for (;;) {
      if (this.#cancelled !== undefined) throw this.#cancelled;
      this.#attempt ??= this.#begin();
      const attempt = await this.#attempt;
      let late: TaskTimeoutError | undefined;
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              late = this.#tooLate(batch, timeoutMs);
              this.#abandon(attempt, late);
            }, timeoutMs);
      try {
        return await attempt.run.submit(batch, attempt.stop.signal);
      } catch (error) {
        if (late !== undefined) throw late;
        if (this.#cancelled !== undefined) throw this.#cancelled;
        if (!(error instanceof AbortError)) throw error;
      } finally {
        clearTimeout(timer);
      }
    }
  }

  async #begin(): Promise<Attempt> {
    return { run: await this.#pool.open(this.plan, this.#store), stop: new AbortController() };
  }

  #abandon(attempt: Attempt, why: Error): void {
    this.#attempt = undefined;
    attempt.stop.abort(why);
    void attempt.run.end();
  }

  #tooLate({ stage, from, to }: Batch, timeoutMs: number): TaskTimeoutError {
    const label = this.plan.stages[stage]?.label ?? 'compute';
    return new TaskTimeoutError(
      label,
      `tasks ${from} to ${to - 1} of stage ${stage} took longer than ${timeoutMs} ms`,
      {
        hint: 'a larger taskTimeout, or smaller chunks',
      },
    );
  }

  /** Lets go of the blocks used longest ago while there are too many. */
  #evict(): void {
    if (this.#store.bytes <= this.#keep && this.#held.size < 100_000) return;
    for (const [key, held] of this.#held) {
      if (held.pins > 0) continue;
      this.#held.delete(key);
      this.#store.delete(held.batch);
      if (this.#store.bytes <= this.#keep) return;
    }
  }
}
