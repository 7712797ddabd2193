/** Names for values: a digest of plain data. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const encoder = new TextEncoder();

/**
 * 128 bits in hex over the JSON text of plain data, in which -0, NaN and infinities must not occur. The order of an
 * object's keys counts, as it does not vary between values made by one constructor; a collision is as good as impossible.
 */
export const digest = (value: unknown): string =>
  bytesToHex(sha256(encoder.encode(JSON.stringify(value))).subarray(0, 16));
