/**
 * Storage for the blocks that cross machines and are too large to travel in a job. A block is made once and never
 * changed: putting it twice puts the same bits. Another kind of storage is another implementation of SharedBlocks.
 */
import { ArgumentError } from '../core/errors.js';

export interface SharedBlocks {
  /** A name that all who see the same storage agree on. */
  identify(): Promise<string>;
  /** Makes room for a run. Blocks of runs that have not begun or have ended are not taken. */
  begin(run: string): Promise<void>;
  /** False: there is no such run, or no more. */
  put(run: string, name: string, bytes: Uint8Array): Promise<boolean>;
  /** Undefined: it is not there, or not whole. */
  get(run: string, name: string): Promise<Uint8Array | undefined>;
  delete(run: string, names: readonly string[]): Promise<void>;
  /** Says that the run is still wanted: what nobody wanted for long is removed. */
  touch(run: string): Promise<void>;
  /** Removes a run and all its blocks. */
  expire(run: string): Promise<void>;
  /** Removes runs whose clients have been gone for long. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** Blocks of runs that no client wants any more stay this long, in seconds. */
export const keptSeconds = 3600;

/** Runs and blocks have names that mean nothing to a file system. */
export function checkName(kind: 'run' | 'block', name: string): string {
  const fits = kind === 'run' ? /^[0-9a-f]{16,64}$/ : /^[a-z0-9]{1,24}(\.[0-9]{1,16}){0,2}$/;
  if (fits.test(name)) return name;
  throw new ArgumentError('store', `${JSON.stringify(name.slice(0, 80))} is not the name of a ${kind}`);
}
