/** Blocks in a Redis of their own, without persistence: split values with an end date, for small clusters and tests. */
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { addressOf, type Credentials } from './address.js';
import { checkName, keptSeconds, type SharedBlocks } from './blocks.js';
import { headerBytes, headerOf, readHeader, unframe } from './frame.js';
import { connectRedis } from './redis.js';

/** A larger value would hold the server, which does one thing at a time, for too long. */
const mostBytes = 8 * 2 ** 20;

/** Sets a value only while its run is wanted, so that a late writer leaves nothing behind. */
const putWhileWanted = `if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return 1`;

export async function openRedisBlocks(url: string, credentials: Credentials = {}): Promise<SharedBlocks> {
  return new RedisBlocks(await connectRedis('store', await addressOf('store', url, credentials)));
}

class RedisBlocks implements SharedBlocks {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async identify(): Promise<string> {
    const key = '{chunkwise}:store';
    await this.#redis.set(key, randomBytes(16).toString('hex'), 'NX');
    return (await this.#redis.get(key)) ?? '';
  }

  async begin(run: string): Promise<void> {
    await this.#redis.set(wantedKey(run), '1', 'EX', keptSeconds);
  }

  async put(run: string, name: string, bytes: Uint8Array): Promise<boolean> {
    const wanted = wantedKey(run);
    const key = blockKey(run, name);
    const parts = partsOf(bytes.length);
    const done = await Promise.all(
      Array.from({ length: parts }, (_, part) => {
        const piece = asBuffer(bytes.subarray(part * mostBytes, (part + 1) * mostBytes));
        const value = part === 0 ? Buffer.concat([headerOf(bytes), piece]) : piece;
        return this.#redis.eval(putWhileWanted, 2, wanted, partKey(key, part), value, keptSeconds);
      }),
    );
    return done.every((one) => one === 1);
  }

  async get(run: string, name: string): Promise<Uint8Array | undefined> {
    const key = blockKey(run, name);
    const first = await this.#redis.getBuffer(partKey(key, 0));
    const header = first === null ? undefined : readHeader(first);
    if (first === null || header === undefined) return undefined;
    const parts = partsOf(header.length);
    if (parts === 1) return unframe(first);
    const rest = await Promise.all(
      Array.from({ length: parts - 1 }, (_, i) => this.#redis.getBuffer(partKey(key, i + 1))),
    );
    if (rest.includes(null) || first.length !== headerBytes + mostBytes) return undefined;
    return unframe(Buffer.concat([first, ...(rest as Buffer[])]));
  }

  async delete(run: string, names: readonly string[]): Promise<void> {
    const keys = names.map((name) => blockKey(run, name));
    const headers = await Promise.all(
      keys.map((key) => this.#redis.getrangeBuffer(partKey(key, 0), 0, headerBytes - 1)),
    );
    const all = keys.flatMap((key, i) => {
      const length = readHeader(headers[i] as Buffer)?.length ?? 0;
      return Array.from({ length: partsOf(length) }, (_, part) => partKey(key, part));
    });
    if (all.length > 0) await this.#redis.unlink(...all);
  }

  async touch(run: string): Promise<void> {
    await this.#redis.expire(wantedKey(run), keptSeconds);
    await this.#eachKey(run, (keys) => {
      for (const key of keys) void this.#redis.expire(key, keptSeconds).catch(() => {});
    });
  }

  async expire(run: string): Promise<void> {
    await this.#redis.unlink(wantedKey(run));
    await this.#eachKey(run, async (keys) => {
      if (keys.length > 0) await this.#redis.unlink(...keys);
    });
  }

  /** Values end by themselves. */
  async sweep(): Promise<void> {}

  async close(): Promise<void> {
    this.#redis.disconnect();
  }

  async #eachKey(run: string, visit: (keys: string[]) => Promise<void> | void): Promise<void> {
    let cursor = '0';
    do {
      const [next, keys] = await this.#redis.scan(cursor, 'MATCH', `{chunkwise}:block:${run}:*`, 'COUNT', 1000);
      await visit(keys);
      cursor = next;
    } while (cursor !== '0');
  }
}

const partsOf = (length: number): number => Math.max(1, Math.ceil(length / mostBytes));
const wantedKey = (run: string): string => `{chunkwise}:run:${checkName('run', run)}`;
const blockKey = (run: string, name: string): string =>
  `{chunkwise}:block:${checkName('run', run)}:${checkName('block', name)}`;
const partKey = (key: string, part: number): string => (part === 0 ? key : `${key}:${part}`);
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
