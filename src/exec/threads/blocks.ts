/** The store as a thread sees it: the blocks that came with the batch it works on. */

import { InternalError } from '../../core/errors.js';
import type { Batch, Plan, Stage } from '../../plan/types.js';
import { makeBuffer } from '../../store/buffers.js';
import { batchOver, denseOver, packedBytes } from '../../store/layout.js';
import type { BatchMemory, OutputMemory } from '../../store/types.js';
import type { WorkStore } from '../worker.js';
import type { Work } from './protocol.js';

export class ThreadBlocks implements WorkStore {
  readonly #plan: Plan;
  /** By stage, then by output. */
  readonly #dense: (OutputMemory | undefined)[][];
  #work: Work | undefined;
  #inputs = new Map<string, ArrayBufferLike>();
  /** What the batch writes, where that is sent back. */
  written: ArrayBuffer | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#dense = plan.stages.map(() => []);
  }

  /** Whole outputs that this thread is told of once, whether or not the batch they came with is run here. */
  learn({ dense }: Work): void {
    for (const { stage, output, buffer } of dense) {
      (this.#dense[stage] as OutputMemory[])[output] = denseOver(this.#outputOf(stage, output), buffer);
    }
  }

  /** Turns to another batch. */
  receive(work: Work): void {
    this.#work = work;
    this.written = undefined;
    if (work.inputs.length === 0 && this.#inputs.size === 0) return;
    this.#inputs = new Map(work.inputs.map(({ batch, buffer }) => [keyOf(batch), buffer]));
  }

  allocate(batch: Batch): BatchMemory {
    const stage = this.#stage(batch.stage);
    const work = this.#work as Work;
    if (work.shared) return this.#over(stage, batch, work.room);
    const all = stage.outputs.map(() => true);
    this.written = makeBuffer(packedBytes(stage, all, batch), false) as ArrayBuffer;
    return batchOver(stage, all, batch, this.written, []);
  }

  get(batch: Batch): BatchMemory | undefined {
    const buffer = this.#inputs.get(keyOf(batch));
    return buffer === undefined ? undefined : this.#over(this.#stage(batch.stage), batch, buffer);
  }

  dense(stage: number, output: number): OutputMemory | undefined {
    return this.#dense[stage]?.[output];
  }

  #over(stage: Stage, batch: Batch, buffer: ArrayBufferLike | undefined): BatchMemory {
    const dense = this.#dense[stage.id] as (OutputMemory | undefined)[];
    const packed = stage.outputs.map((_, output) => dense[output] === undefined);
    return batchOver(stage, packed, batch, buffer, dense);
  }

  #stage(id: number): Stage {
    const stage = this.#plan.stages[id];
    if (stage === undefined) throw new InternalError('threads', `there is no stage ${id}`);
    return stage;
  }

  #outputOf(stage: number, output: number): Stage['outputs'][number] {
    return this.#stage(stage).outputs[output] as Stage['outputs'][number];
  }
}

const keyOf = ({ stage, from }: Batch): string => `${stage}:${from}`;
