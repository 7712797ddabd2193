/** Names for values: a digest of plain data, equal for equal data whatever the order of its keys. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const encoder = new TextEncoder();

/** 128 bits in hex over the canonical text of plain data: objects, arrays, strings, numbers, bigints, booleans, null. */
export const digest = (value: unknown): string => bytesToHex(sha256(encoder.encode(canonical(value))).subarray(0, 16));

/** JSON with sorted keys, and the numbers JSON has no text for: -0, NaN, the infinities, bigints. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'string':
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `[${value.map(canonical).join()}]` : canonicalObject(value);
    default:
      return String(value);
  }
}

function canonicalObject(value: object): string {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join()}}`;
}
