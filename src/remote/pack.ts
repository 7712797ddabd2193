/** The blocks of one batch as bytes: plane after plane, without the gaps that they have in memory. */
import type { TypedArray } from '../core/dtype.js';
import { putWritten } from '../exec/threads/written.js';
import type { Batch, Stage } from '../plan/types.js';
import { batchOver, packedBytes } from '../store/layout.js';
import type { BatchMemory } from '../store/types.js';

/** What a batch is called in storage. */
export const blockName = ({ stage, from }: Pick<Batch, 'stage' | 'from'>): string => `b.${stage}.${from}`;
/** What an array of the client's memory is called. */
export const sourceName = (source: number): string => `source.${source}`;

const bytesOfPlane = (data: TypedArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const planesIn = (memory: BatchMemory): Uint8Array[] => memory.flatMap(({ data }) => data.map(bytesOfPlane));

/** The bytes of packed memory; where there is one plane, where it lies. */
export function pack(memory: BatchMemory): Uint8Array {
  const planes = planesIn(memory);
  if (planes.length === 1) return planes[0] as Uint8Array;
  const bytes = new Uint8Array(planes.reduce((n, plane) => n + plane.length, 0));
  let at = 0;
  for (const plane of planes) {
    bytes.set(plane, at);
    at += plane.length;
  }
  return bytes;
}

/** Fills packed memory. False: the bytes are not as many as it takes. */
export function unpack(bytes: Uint8Array, memory: BatchMemory): boolean {
  const planes = planesIn(memory);
  if (bytes.length !== planes.reduce((n, plane) => n + plane.length, 0)) return false;
  let at = 0;
  for (const plane of planes) {
    plane.set(bytes.subarray(at, at + plane.length));
    at += plane.length;
  }
  return true;
}

/** Fills the memory of `batch` however it is laid out. False: the bytes are not as many as it takes. */
export function unpackInto(bytes: Uint8Array, stage: Stage, batch: Batch, memory: BatchMemory): boolean {
  if (memory.every(({ layout }) => layout === 'packed')) return unpack(bytes, memory);
  const all = stage.outputs.map(() => true);
  const between = new ArrayBuffer(packedBytes(stage, all, batch));
  if (!unpack(bytes, batchOver(stage, all, batch, between, []))) return false;
  putWritten(stage, batch, between, memory);
  return true;
}

export const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

export const fromBase64 = (text: string): Uint8Array => Buffer.from(text, 'base64');

/** How long `bytes` bytes are in base64. */
export const base64Length = (bytes: number): number => 4 * Math.ceil(bytes / 3);
