/** What every storage for shared blocks must do. */
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ArgumentError } from '#src/core/errors.js';
import type { SharedBlocks } from '#src/remote/blocks.js';
import { checksum, headerOf, unframe } from '#src/remote/frame.js';
import { openBlocks } from '#src/remote/openBlocks.js';
import { FakeBlocks } from './fake.js';
import { describeWithRedis, startRedis, type TestRedis } from './redis.js';

const run = 'ab'.repeat(16);
const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31) % 251);

function storageConformance(open: () => Promise<SharedBlocks>): void {
  test('gives back what was put, of any length', async () => {
    const blocks = await open();
    await blocks.begin(run);
    for (const length of [0, 1, 4096, 100_000, 8 * 2 ** 20, 8 * 2 ** 20 + 1, 20_000_001]) {
      const bytes = bytesOf(length);
      expect(await blocks.put(run, 'b.1.2', bytes)).toBe(true);
      const back = (await blocks.get(run, 'b.1.2')) as Uint8Array;
      expect(back.length).toBe(length);
      expect(checksum(back)).toBe(checksum(bytes));
    }
    await blocks.expire(run);
    await blocks.close();
  });

  test('takes memory that threads share', async () => {
    const blocks = await open();
    await blocks.begin(run);
    const shared = new Uint8Array(new SharedArrayBuffer(10_000), 100, 5000).fill(7);
    await blocks.put(run, 'b.0.0', shared);
    expect(Buffer.from((await blocks.get(run, 'b.0.0')) as Uint8Array).equals(Buffer.alloc(5000, 7))).toBe(true);
    await blocks.expire(run);
    await blocks.close();
  });

  test('has nothing before it is put, after it is deleted, or when the run has ended', async () => {
    const blocks = await open();
    expect(await blocks.put(run, 'b.0.0', bytesOf(10))).toBe(false);
    expect(await blocks.get(run, 'b.0.0')).toBeUndefined();
    await blocks.begin(run);
    await blocks.begin(run);
    for (const name of ['b.0.0', 'b.0.1', 'source.0']) await blocks.put(run, name, bytesOf(10));
    await blocks.delete(run, ['b.0.0', 'b.9.9']);
    expect(await blocks.get(run, 'b.0.0')).toBeUndefined();
    expect(await blocks.get(run, 'b.0.1')).toBeDefined();
    await blocks.touch(run);
    await blocks.sweep();
    await blocks.expire(run);
    await blocks.expire(run);
    expect(await blocks.get(run, 'b.0.1')).toBeUndefined();
    expect(await blocks.put(run, 'b.0.1', bytesOf(10))).toBe(false);
    await blocks.close();
  });

  test('writers of one block at the same time leave it whole', async () => {
    const blocks = await open();
    await blocks.begin(run);
    await Promise.all(Array.from({ length: 8 }, () => blocks.put(run, 'b.0.0', bytesOf(200_000))));
    expect((await blocks.get(run, 'b.0.0'))?.length).toBe(200_000);
    await blocks.expire(run);
    await blocks.close();
  });

  test('is known by the same name to all who open it', async () => {
    const [a, b] = [await open(), await open()];
    expect(await a.identify()).toBe(await a.identify());
    expect((await b.identify()).length).toBeGreaterThan(8);
    await Promise.all([a.close(), b.close()]);
  });

  test.each(['../x', '/etc/passwd', 'b/0', '', 'b.0.0.0', 'B.0', 'b\0', 'x'.repeat(200)])(
    'refuses %j for a name',
    async (name) => {
      const blocks = await open();
      await blocks.begin(run);
      await expect(blocks.put(run, name, bytesOf(1))).rejects.toThrow(ArgumentError);
      await expect(blocks.begin(`${name}`)).rejects.toThrow(ArgumentError);
      await blocks.expire(run);
      await blocks.close();
    },
  );
}

describe('in memory, for tests', () => storageConformance(async () => new FakeBlocks()));

describe('in a shared directory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'chunkwise-blocks-'));
  const url = pathToFileURL(directory).href;
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  storageConformance(() => openBlocks(url));

  test('a block that was cut short or changed is not there', async () => {
    const blocks = await openBlocks(url);
    await blocks.begin(run);
    await blocks.put(run, 'b.0.0', bytesOf(1000));
    const path = join(directory, run, 'b.0.0.block');
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(1016), Buffer.from('CWB1')]) {
      writeFileSync(path, bytes);
      expect(await blocks.get(run, 'b.0.0')).toBeUndefined();
    }
    await blocks.expire(run);
  });

  test('runs whose clients have been gone for long are swept away, others stay', async () => {
    const blocks = await openBlocks(url);
    const [old, young] = ['0'.repeat(32), '1'.repeat(32)];
    for (const one of [old, young]) {
      await blocks.begin(one);
      await blocks.put(one, 'b.0.0', bytesOf(10));
    }
    const then = new Date(Date.now() - 2 * 3600 * 1000);
    utimesSync(join(directory, old, 'alive'), then, then);
    await blocks.sweep();
    expect(readdirSync(directory).filter((name) => name !== 'chunkwise-store')).toEqual([young]);
    await blocks.expire(young);
  });
});

describeWithRedis('in a Redis of its own', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  storageConformance(() => openBlocks(redis.url));

  test('every value has an end, and none is longer than 8 MB', async () => {
    const blocks = await openBlocks(redis.url);
    await blocks.begin(run);
    await blocks.put(run, 'b.0.0', bytesOf(20_000_000));
    const client = redis.client();
    const keys = await redis.keys('{chunkwise}:block:*');
    expect(keys).toHaveLength(3);
    for (const key of keys) {
      expect(await client.ttl(key)).toBeGreaterThan(0);
      expect(await client.strlen(key)).toBeLessThanOrEqual(8 * 2 ** 20 + 16);
    }
    await client.del(keys[1] as string);
    expect(await blocks.get(run, 'b.0.0')).toBeUndefined();
    await blocks.expire(run);
    expect(await redis.keys('{chunkwise}:block:*')).toEqual([]);
    await blocks.close();
  });
});

test('another storage is refused with those there are', async () => {
  await expect(openBlocks('s3://user:secret@bucket')).rejects.toThrow(/file:\/\/\//);
  await expect(openBlocks('s3://user:secret@bucket')).rejects.not.toThrow(/secret/);
});

test('property: a frame changed in any bit is not taken for one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), fc.integer({ min: 0, max: 7 }), (bytes, at, bit) => {
      const frame = Buffer.concat([headerOf(bytes), bytes]);
      expect(Buffer.from(unframe(frame) as Uint8Array).equals(Buffer.from(bytes))).toBe(true);
      frame[at % frame.length] = (frame[at % frame.length] as number) ^ (1 << bit);
      expect(unframe(frame)).toBeUndefined();
      expect(unframe(frame.subarray(0, at % frame.length))).toBeUndefined();
    }),
    // The sign of a length of 0.
    { examples: [[new Uint8Array(0), 15, 7]] },
  );
});
