/** Files in Node: ranges of local files and of http(s) URLs, and files written so that they appear whole or not at all. */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Box } from '../../core/chunks.js';
import { FormatError } from '../../core/errors.js';
import { checkLength, fetchBox, fetchRange, type RangeRead } from './http.js';
import type { FileSink } from './sink.js';
import { type BoxData, type FileArray, isDense, roomFor, spansOf, toMachineOrder, unpack } from './spans.js';

export type { FileSink } from './sink.js';
export type { BoxData, FileArray } from './spans.js';

/** Had when a file is touched: an import makes all of its exports, among them streams, which takes 6 ms of every start. */
const fs = (): typeof import('node:fs') => process.getBuiltinModule('node:fs');

/** What one read call takes; more than 2^31 bytes are refused. */
const LARGEST_READ = 2 ** 30;

const isLocal = (url: string): boolean => url.startsWith('file:');

/** The URL of what a user names by path or URL. */
export function urlOf(path: string | URL): string {
  if (path instanceof URL) return path.href;
  return /^(https?|file|data|blob):/.test(path) ? new URL(path).href : pathToFileURL(resolve(path)).href;
}

/** The first bytes of a file, at most `length`, and what tells its content from another's. */
export async function readHead(operation: string, url: string, length: number): Promise<RangeRead> {
  if (!isLocal(url)) return fetchRange(operation, url, 0, length);
  const path = fileURLToPath(url);
  const file = await fs()
    .promises.open(path, 'r')
    .catch((cause: unknown) => {
      throw new FormatError(operation, `cannot open ${path}`, { cause });
    });
  try {
    const { size, mtimeMs } = await file.stat();
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0);
    return { bytes: buffer.subarray(0, bytesRead), size, version: `${size}-${mtimeMs}` };
  } finally {
    await file.close();
  }
}

/** The elements of a box, read now. Local files only: workers run whole batches without waiting. */
export function readBoxSync(url: string, array: FileArray, box: Box, buffer?: ArrayBufferLike): BoxData {
  const { bytes, room } = roomFor(array, box, buffer);
  const { openSync, closeSync } = fs();
  const path = fileURLToPath(url);
  const file = openSync(path, 'r');
  try {
    for (const span of spansOf(array, box)) {
      const size = span.to - span.from;
      const into = isDense(span) ? bytes.subarray(span.at, span.at + size) : new Uint8Array(size);
      checkLength(path, span, fill(file, into, span.from));
      if (!isDense(span)) unpack(span, into, bytes);
    }
  } finally {
    closeSync(file);
  }
  toMachineOrder(array, bytes);
  return room;
}

/** Reads until `into` is full or the file ends; gives how many bytes there were. */
function fill(file: number, into: Uint8Array, from: number): number {
  const { readSync } = fs();
  let done = 0;
  for (let got = -1; got !== 0 && done < into.length; done += got) {
    got = readSync(file, into, done, Math.min(into.length - done, LARGEST_READ), from + done);
  }
  return done;
}

/** The elements of a box of an array in a file or behind a URL that answers ranges. */
export const readBox: typeof fetchBox = async (url, array, box, buffer, signal) =>
  isLocal(url) ? readBoxSync(url, array, box, buffer) : fetchBox(url, array, box, buffer, signal);

/** The files of a folder whose names end so, by name, 2 before 10. */
export async function listFiles(operation: string, folder: string | URL, suffix: string): Promise<string[]> {
  const path = fileURLToPath(urlOf(folder));
  const names = await fs()
    .promises.readdir(path)
    .catch((cause: unknown) => {
      throw new FormatError(operation, `cannot list the folder ${path}`, { cause });
    });
  // Made here: loading what it knows of languages takes longer than all the rest of this module.
  const byNumbers = new Intl.Collator('en', { numeric: true });
  return names
    .filter((name) => name.endsWith(suffix))
    .sort(byNumbers.compare)
    .map((name) => pathToFileURL(resolve(path, name)).href);
}

/** Writes a file beside its place under another name, and moves it there when it is whole. */
export async function createFile(operation: string, path: string | URL): Promise<FileSink> {
  const url = urlOf(path);
  if (!isLocal(url)) throw new FormatError(operation, `cannot write to ${url}; give the path of a local file`);
  const { open, rename, rm } = fs().promises;
  const target = fileURLToPath(url);
  const draft = `${target}.${globalThis.crypto.randomUUID().slice(0, 8)}.tmp`;
  const file = await open(draft, 'wx').catch((cause: unknown) => {
    throw new FormatError(operation, `cannot create ${target}`, { cause });
  });
  return {
    async write(bytes, position) {
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      }
    },
    async commit() {
      await file.sync();
      await file.close();
      await rename(draft, target);
    },
    async discard() {
      await file.close().catch(() => undefined);
      await rm(draft, { force: true });
    },
  };
}

/** Whether the path names a folder. */
export const isFolder = async (path: string | URL): Promise<boolean> =>
  isLocal(urlOf(path)) &&
  (await fs()
    .promises.stat(fileURLToPath(urlOf(path)))
    .then(
      (s) => s.isDirectory(),
      () => false,
    ));
