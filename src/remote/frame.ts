/** Blocks as they lie in shared storage: a header of 16 bytes with their length and checksum, then the bytes. */
import { crc32 } from 'node:zlib';

/** 'CWB1'. */
const magic = 0x31425743;
export const headerBytes = 16;
/** No block is longer: 64 GiB. */
const largest = 2 ** 36;

export const checksum = (bytes: Uint8Array): number => crc32(bytes);

/** Header: magic, checksum, length (float64, since a block may exceed 4 GiB). */
export function headerOf(bytes: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(headerBytes));
  header.setUint32(0, magic, true);
  header.setUint32(4, checksum(bytes), true);
  header.setFloat64(8, bytes.length, true);
  return new Uint8Array(header.buffer);
}

export interface Header {
  readonly crc: number;
  readonly length: number;
}

/** What a header says; undefined: it is none. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < headerBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  if (view.getUint32(0, true) !== magic) return undefined;
  const length = view.getFloat64(8, true);
  if (!Number.isInteger(length) || Object.is(length, -0) || length < 0 || length > largest) return undefined;
  return { crc: view.getUint32(4, true), length };
}

/** The bytes of a frame; undefined: it was cut short or changed. */
export function unframe(frame: Uint8Array): Uint8Array | undefined {
  const header = readHeader(frame);
  const bytes = frame.subarray(headerBytes);
  return header !== undefined && header.length === bytes.length && header.crc === checksum(bytes) ? bytes : undefined;
}
