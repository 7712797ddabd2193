/** Ranges of bytes over HTTP. */
import type { Box } from '../../core/chunks.js';
import { FormatError } from '../../core/errors.js';
import { type BoxData, type FileArray, roomFor, spansOf, toMachineOrder, unpack } from './spans.js';

/** Bytes that were asked for, the size of the whole where it is known, and what tells this content from another's. */
export interface RangeRead {
  readonly bytes: Uint8Array;
  readonly size: number | undefined;
  readonly version: string;
}

/** Bytes [from, to) of a URL; fewer where it ends before `to`. Typed errors when it is not there or answers no ranges. */
export async function fetchRange(
  operation: string,
  url: string,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<RangeRead> {
  const headers = { range: `bytes=${from}-${to - 1}` };
  const response = await fetch(url, { headers, ...(signal ? { signal } : {}) }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new FormatError(operation, `cannot fetch ${url}`, { cause });
  });
  if (!response.ok) throw new FormatError(operation, `${url} answered ${response.status} ${response.statusText}`);
  const whole = response.status !== 206;
  if (whole && !/^(data|blob):/.test(url)) {
    await response.body?.cancel();
    throw new FormatError(operation, `${url} answers the whole file where bytes ${from} to ${to} were asked for`, {
      hint: 'serve it from a host that answers range requests, or download it first',
    });
  }
  const body = new Uint8Array(await response.arrayBuffer());
  const total = whole ? String(body.length) : response.headers.get('content-range')?.split('/')[1];
  return {
    bytes: whole ? body.subarray(from, to) : body,
    size: total === undefined || total === '*' ? undefined : Number(total),
    version: `${total}-${response.headers.get('etag') ?? response.headers.get('last-modified') ?? ''}`,
  };
}

/** The elements of a box of an array behind a URL that answers ranges. */
export async function fetchBox(
  url: string,
  array: FileArray,
  box: Box,
  buffer?: ArrayBufferLike,
  signal?: AbortSignal,
): Promise<BoxData> {
  const { bytes, room } = roomFor(array, box, buffer);
  for (const span of spansOf(array, box)) {
    const read = await fetchRange('read', url, span.from, span.to, signal);
    checkLength(url, span, read.bytes.length);
    unpack(span, read.bytes, bytes);
  }
  toMachineOrder(array, bytes);
  return room;
}

/** A range that came back short means that the file is not what its header said. */
export function checkLength(file: string, span: { readonly from: number; readonly to: number }, length: number): void {
  if (length === span.to - span.from) return;
  throw new FormatError('read', `${file} ends at byte ${span.from + length}; bytes up to ${span.to} were expected`);
}
