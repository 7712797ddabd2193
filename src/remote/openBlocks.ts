/** Which storage a URL means. */
import { ArgumentError } from '../core/errors.js';
import { type Credentials, redact } from './address.js';
import type { SharedBlocks } from './blocks.js';

/**
 * The storage at `url`: 'file:///scratch/dir' for a directory that all machines share, 'redis://host' for a Redis of its
 * own without persistence.
 */
export async function openBlocks(url: string, credentials: Credentials = {}): Promise<SharedBlocks> {
  if (url.startsWith('file:')) return (await import('./fileBlocks.js')).openFileBlocks(url);
  if (/^rediss?:/.test(url)) return (await import('./redisBlocks.js')).openRedisBlocks(url, credentials);
  throw new ArgumentError('store', `${JSON.stringify(redact(url))} is no storage for blocks`, {
    hint: "'file:///a/directory/that/all/machines/share', or 'redis://host:6379'",
  });
}
