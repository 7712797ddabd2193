/** Files in browsers: ranges of URLs that answer them. There is nowhere to write to. */
import type { Box } from '../../core/chunks.js';
import { ArgumentError } from '../../core/errors.js';
import { fetchRange, type RangeRead } from './http.js';
import type { FileSink } from './sink.js';
import type { BoxData, FileArray } from './spans.js';

export { fetchBox as readBox } from './http.js';
export type { FileSink } from './sink.js';
export type { BoxData, FileArray } from './spans.js';

/** The URL of what a user names, relative to the page or worker. */
export const urlOf = (path: string | URL): string => new URL(path, globalThis.location?.href).href;

/** The first bytes of a URL, at most `length`, and what tells its content from another's. */
export const readHead = (operation: string, url: string, length: number): Promise<RangeRead> =>
  fetchRange(operation, url, 0, length);

const noFiles = (operation: string): never => {
  throw new ArgumentError(operation, 'there are no local files in a browser', { hint: 'run it in Node, or give URLs' });
};

export const readBoxSync = (_url: string, _array: FileArray, _box: Box): BoxData => noFiles('read');
export const listFiles = async (operation: string, _folder: string | URL, _suffix: string): Promise<string[]> =>
  noFiles(operation);
export const createFile = async (operation: string, _path: string | URL): Promise<FileSink> => noFiles(operation);
export const isFolder = async (_path: string | URL): Promise<boolean> => false;
