/** Connections to Redis or Valkey: the only file, with bullmq.ts and redisBlocks.ts, that knows the client libraries. */
import type { Redis } from 'ioredis';
import { ChunkwiseError, ConnectionError } from '../core/errors.js';
import { type Address, redact } from './address.js';

/** How long the first connection may take, in milliseconds. */
const patience = 5000;

/** The optional package `name`, or an error that says how to get it. */
export async function optionalPackage<T>(operation: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new ChunkwiseError(operation, `computing on other machines needs the package ${name}, which is not here`, {
      hint: 'npm install bullmq@6.7.0 ioredis@5.11.1',
      cause,
    });
  }
}

const ioredis = (operation: string) => optionalPackage(operation, 'ioredis', () => import('ioredis'));

/** A connection that comes back by itself after a loss; rejects at once where there is nobody, or no way in. */
export async function connectRedis(operation: string, { url, options }: Address): Promise<Redis> {
  const { Redis } = await ioredis(operation);
  const probe = new Redis(url, {
    ...options,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: patience,
  });
  let last: unknown;
  probe.on('error', (error) => {
    last = error;
  });
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    throw refused(operation, url, last ?? error);
  } finally {
    probe.disconnect();
  }
  const redis = new Redis(url, {
    ...options,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2000),
  });
  redis.on('error', () => {});
  return redis;
}

/** Names the server without its credentials; the cause may hold them, so only its message stays. */
function refused(operation: string, url: string, error: unknown): ConnectionError {
  const reason = redact(error instanceof Error ? error.message : String(error));
  const hint = /NOAUTH|WRONGPASS|NOPERM/.test(reason)
    ? 'check user and password: in the URL, or CHUNKWISE_REDIS_USERNAME and CHUNKWISE_REDIS_PASSWORD'
    : 'check that Redis or Valkey runs there and can be reached from here, and redis:// or rediss://';
  return new ConnectionError(operation, `${redact(url)} cannot be used: ${reason}`, { hint });
}
