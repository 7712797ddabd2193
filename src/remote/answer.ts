/** What a worker answers to a job: the blocks of its batches, inline as far as there is room, in the storage beyond. */
import type { Batch } from '../plan/types.js';
import { checksum } from './frame.js';
import type { Outcome } from './openedPlan.js';
import { base64Length, toBase64 } from './pack.js';
import { type MadeBlock, mostInlineResult, type Result } from './protocol.js';

export interface AnswerHost {
  readonly execute: (batch: Batch) => Promise<Outcome>;
  /** False: the run is over and takes no blocks. */
  readonly put: (batch: Batch, bytes: Uint8Array) => Promise<boolean>;
  readonly onMade: (ms: number) => void;
  /** All batches have been executed. */
  readonly leave: () => void;
}

type Unaddressed<R> = R extends Result ? Omit<R, 'v' | 'job'> : never;

/** Of the inputs that are lost, as many are named. */
const mostLost = 1024;

/** Runs `batches`. All are waited for, then the first failure counts. `worker` is who says so. */
export async function answerOf(
  batches: readonly Batch[],
  worker: string,
  { execute, put, onMade, leave }: AnswerHost,
): Promise<Unaddressed<Result>> {
  const lost: [number, number][] = [];
  const blocks: MadeBlock[] = [];
  let room = mostInlineResult;
  let ended = false;
  let left = batches.length;
  const one = async (batch: Batch): Promise<void> => {
    const outcome = await execute(batch).finally(() => {
      if (--left === 0) leave();
    });
    if ('lost' in outcome) {
      for (const { stage, from } of outcome.lost) lost.push([stage, from]);
      return;
    }
    const { bytes, start, end, done } = outcome;
    onMade(end - start);
    try {
      const block = { stage: batch.stage, from: batch.from, bytes: bytes.length, crc: checksum(bytes), start, end };
      const small = base64Length(bytes.length) <= room;
      if (small) room -= base64Length(bytes.length);
      else if (!(await put(batch, bytes))) ended = true;
      blocks.push(small ? { ...block, inline: toBase64(bytes) } : block);
    } finally {
      done();
    }
  };
  const failure = (await Promise.allSettled(batches.map(one))).find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  if (lost.length > 0) return { kind: 'lost', batches: lost.slice(0, mostLost) };
  return ended ? { kind: 'restore' } : { kind: 'done', worker, blocks };
}
