/** Blocks in memory, shared between threads where the platform shares memory. */
import { blockCount } from '../core/chunks.js';
import { InternalError } from '../core/errors.js';
import { stageBytes, wholeBelow } from '../plan/size.js';
import type { Batch, Plan, Stage } from '../plan/types.js';
import { Buffers, makeBuffer, sharedMemory } from './buffers.js';
import { batchOver, denseBytes, denseOver, type PackedOutputs, packedBytes } from './layout.js';
import type { BatchMemory, BlockStore, OutputMemory } from './types.js';

export interface MemoryStoreOptions {
  /** The outputs that are wanted whole, in row-major order, and stay when their batches are deleted. */
  readonly dense?: readonly { readonly stage: number; readonly output: number }[];
  /** Whether threads are to share the blocks. Default: where the platform allows it. */
  readonly shared?: boolean;
  /** Stages with outputs of fewer bytes in all are kept whole. Default 16 MiB. */
  readonly wholeBelow?: number;
}

interface Held {
  readonly buffer: ArrayBufferLike | undefined;
  readonly memory: BatchMemory;
}

/** What the store knows of one stage. */
interface Shelf {
  readonly stage: Stage;
  readonly tasks: number;
  readonly packed: PackedOutputs;
  /** Dense outputs stay for the caller; a stage that is only kept whole goes with its last batch. */
  readonly kept: readonly boolean[];
  dense: (OutputMemory | undefined)[];
  readonly held: Map<number, Held>;
  /** Tasks whose blocks were deleted. */
  deleted: number;
}

export class MemoryStore implements BlockStore {
  readonly shared: boolean;
  readonly #buffers: Buffers;
  readonly #shelves: readonly Shelf[];

  constructor(plan: Plan, options: MemoryStoreOptions = {}) {
    this.shared = options.shared ?? sharedMemory;
    this.#buffers = new Buffers(this.shared);
    const limit = options.wholeBelow ?? wholeBelow;
    this.#shelves = plan.stages.map((stage) => {
      const kept = stage.outputs.map(
        (_, i) => options.dense?.some((d) => d.stage === stage.id && d.output === i) ?? false,
      );
      const whole = stageBytes(stage) < limit;
      const packed = kept.map((keep) => !keep && !whole);
      const tasks = blockCount(stage.chunks);
      const shelf: Shelf = { stage, tasks, packed, kept, dense: [], held: new Map(), deleted: 0 };
      if (kept.includes(true)) this.#makeDense(shelf);
      return shelf;
    });
  }

  get bytes(): number {
    return this.#buffers.bytes;
  }
  get peakBytes(): number {
    return this.#buffers.peakBytes;
  }

  allocate(batch: Batch): BatchMemory {
    const shelf = this.#shelf(batch.stage);
    const known = shelf.held.get(batch.from);
    if (known !== undefined) return known.memory;
    if (shelf.dense.length === 0) this.#makeDense(shelf);
    const { stage, packed, dense } = shelf;
    const buffer = packed.includes(true) ? this.#buffers.take(packedBytes(stage, packed, batch)) : undefined;
    const memory = batchOver(stage, packed, batch, buffer, dense);
    shelf.held.set(batch.from, { buffer, memory });
    return memory;
  }

  get(batch: Batch): BatchMemory | undefined {
    return this.#shelf(batch.stage).held.get(batch.from)?.memory;
  }

  delete(batch: Batch): void {
    const shelf = this.#shelf(batch.stage);
    const held = shelf.held.get(batch.from);
    if (held === undefined) return;
    shelf.held.delete(batch.from);
    if (held.buffer !== undefined) this.#buffers.give(held.buffer);
    shelf.deleted += batch.to - batch.from;
    if (shelf.held.size === 0 && shelf.deleted >= shelf.tasks) this.#dropDense(shelf);
  }

  /** Lets other computations have the memory, but for what is kept: nobody works on it any more. */
  leave(): void {
    for (const shelf of this.#shelves) {
      for (const { buffer } of shelf.held.values()) if (buffer !== undefined) this.#buffers.give(buffer);
      shelf.held.clear();
      this.#dropDense(shelf);
    }
    this.#buffers.leave();
  }

  /** A whole output, where it is kept so. */
  dense(stage: number, output: number): OutputMemory | undefined {
    return this.#shelf(stage).dense[output];
  }

  #shelf(stage: number): Shelf {
    const shelf = this.#shelves[stage];
    if (shelf === undefined) throw new InternalError('store', `there is no stage ${stage}`);
    return shelf;
  }

  #makeDense(shelf: Shelf): void {
    shelf.dense = shelf.stage.outputs.map((output, i) => {
      if (shelf.packed[i]) return undefined;
      const bytes = denseBytes(output);
      if (!shelf.kept[i]) return denseOver(output, this.#buffers.take(bytes));
      this.#buffers.count(bytes);
      return denseOver(output, makeBuffer(bytes, this.shared));
    });
  }

  #dropDense(shelf: Shelf): void {
    shelf.dense = shelf.dense.map((memory, i) => {
      if (memory === undefined || shelf.kept[i]) return memory;
      const [plane] = memory.data;
      if (plane !== undefined) this.#buffers.give(plane.buffer);
      return undefined;
    });
  }
}
