/** Files in browsers: ranges of URLs that answer them. There is nowhere to write to. */
import type { Box } from '../../core/chunks.js';
import { ArgumentError, FormatError } from '../../core/errors.js';
import { checkLength, fetchRange, type RangeRead } from './http.js';
import type { FileSink } from './sink.js';
import { type BoxData, type FileArray, roomFor, spansOf, toMachineOrder, unpack } from './spans.js';

export { fetchBox as readBox } from './http.js';
export type { FileSink } from './sink.js';
export type { BoxData, FileArray } from './spans.js';

/** The URL of what a user names, relative to the page or worker. */
export const urlOf = (path: string | URL): string => new URL(path, globalThis.location?.href).href;

/** The first bytes of a URL, at most `length`, and what tells its content from another's. */
export const readHead = (operation: string, url: string, length: number): Promise<RangeRead> =>
  fetchRange(operation, url, 0, length);

/** The elements of a box, read now: by a request that blocks, which only workers may make. */
export function readBoxSync(url: string, array: FileArray, box: Box, buffer?: ArrayBufferLike): BoxData {
  const { bytes, room } = roomFor(array, box, buffer);
  for (const span of spansOf(array, box)) {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.responseType = 'arraybuffer';
    request.setRequestHeader('range', `bytes=${span.from}-${span.to - 1}`);
    request.send();
    const read = new Uint8Array(request.response as ArrayBuffer);
    if (request.status !== 206) {
      throw new FormatError('read', `${url} answered ${request.status} where a range of bytes was asked for`);
    }
    checkLength(url, span, read.length);
    unpack(span, read, bytes);
  }
  toMachineOrder(array, bytes);
  return room;
}

const noFiles = (operation: string): never => {
  throw new ArgumentError(operation, 'there are no local files in a browser', { hint: 'run it in Node, or give URLs' });
};

export const listFiles = async (operation: string, _folder: string | URL, _suffix: string): Promise<string[]> =>
  noFiles(operation);
export const createFile = async (operation: string, _path: string | URL): Promise<FileSink> => noFiles(operation);
export const isFolder = async (_path: string | URL): Promise<boolean> => false;
