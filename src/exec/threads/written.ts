/** Where threads share no memory: what one sends back is put where the store wants it. */
import { boxOf } from '../../core/chunks.js';
import { sizeOf, stridesOf } from '../../core/shape.js';
import type { Batch, Stage, StageOutput } from '../../plan/types.js';
import { copyBox } from '../../store/copy.js';
import { batchOver } from '../../store/layout.js';
import type { BatchMemory, OutputMemory } from '../../store/types.js';

/** Copies the blocks of a batch, all packed in `written`, into `memory`. */
export function putWritten(stage: Stage, batch: Batch, written: ArrayBuffer, memory: BatchMemory): void {
  const packed = stage.outputs.map(() => true);
  const from = batchOver(stage, packed, batch, written, []);
  stage.outputs.forEach((output, i) => {
    const [source, target] = [from[i] as OutputMemory, memory[i] as OutputMemory];
    if (target.layout === 'dense') putBlocks(output, batch, source, target);
    else for (const [plane, data] of target.data.entries()) data.set(source.data[plane] as never);
  });
}

function putBlocks(output: StageOutput, batch: Batch, from: OutputMemory, to: OutputMemory): void {
  const strides = stridesOf(output.shape);
  let offset = 0;
  for (let task = batch.from; task < batch.to; task++) {
    const { origin, extent } = boxOf(output.chunks, task);
    const start = origin.reduce((n, o, axis) => n + o * (strides[axis] as number), 0);
    for (const [plane, data] of to.data.entries()) {
      const source = { data: from.data[plane] as typeof data, offset, strides: stridesOf(extent) };
      copyBox(extent, source, { data, offset: start, strides });
    }
    offset += sizeOf(extent);
  }
}
