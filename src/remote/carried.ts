/** Arguments and results of tasks on their way: in the message where they are small, in the storage where not. */
import { createHash } from 'node:crypto';
import { base64Length, fromBase64, toBase64 } from './pack.js';
import type { Carried } from './protocol.js';

/** What the arguments and the result of a call are called in the storage. */
export const argsName = (call: number): string => `args.${call}`;
export const resultName = (call: number): string => `result.${call}`;

/** Whether `bytes` go into a message that has room for `room` characters of them. */
export const fits = (bytes: Uint8Array, room: number): boolean => base64Length(bytes.length) <= room;

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What the message says of `bytes`. What does not fit is to be put into the storage. */
export const carry = (bytes: Uint8Array, room: number): Carried =>
  fits(bytes, room) ? { inline: toBase64(bytes) } : { bytes: bytes.length, sha256: hashOf(bytes) };

/** The bytes that are carried; undefined: those in the storage are not there, or not the ones that the message names. */
export async function carriedBytes(
  carried: Carried,
  stored: () => Promise<Uint8Array | undefined>,
): Promise<Uint8Array | undefined> {
  if ('inline' in carried) return fromBase64(carried.inline);
  const bytes = await stored();
  return bytes?.length === carried.bytes && hashOf(bytes) === carried.sha256 ? bytes : undefined;
}
