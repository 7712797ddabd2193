/** A redis-server of the test's own: a random port, a temporary directory, ended by its process id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, test } from 'vitest';
import { freePort } from '#src/remote/findRedis.js';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  /** Ends the process at once, as a power cut would, or politely. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again over what it wrote. */
  start(): Promise<void>;
  /** A connection of the test's own. */
  client(): Redis;
  keys(pattern?: string): Promise<string[]>;
  stop(): Promise<void>;
}

const there = spawnSync('redis-server', ['--version']).status === 0;

/**
 * Tests that need a redis-server. Where there is none they fail in CI; elsewhere one skipped test says so.
 */
export function describeWithRedis(name: string, define: () => void): void {
  if (there) {
    describe(name, define);
    return;
  }
  describe(name, () => {
    test('needs redis-server: apt-get install redis-server', ({ skip }) => {
      if (process.env.CI) throw new Error('redis-server is not installed');
      skip();
    });
  });
}

/** Settings of redis.conf may follow, one a line. */
export async function startRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'chunkwise-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const clients: Redis[] = [];
  let server: ChildProcess;
  let ended: Promise<void>;
  const start = async (): Promise<void> => {
    const own = ['bind 127.0.0.1', `port ${port}`, `dir ${directory}`, 'save ""', 'maxmemory-policy noeviction'];
    server = spawn('redis-server', ['-'], { stdio: ['pipe', 'ignore', 'ignore'] });
    ended = new Promise((resolve) => server.once('exit', () => resolve()));
    server.stdin?.end(`${[...own, ...settings].join('\n')}\n`);
    const probe = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 25 });
    probe.on('error', () => {});
    await probe.ping().catch(() => {});
    probe.disconnect();
  };
  await start();
  const client = () => {
    const redis = new Redis(url, { maxRetriesPerRequest: null });
    redis.on('error', () => {});
    clients.push(redis);
    return redis;
  };
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    server.kill(signal);
    await ended;
  };
  return {
    url,
    port,
    directory,
    start,
    client,
    kill,
    keys: async (pattern = '*') => {
      const redis = client();
      const keys = await redis.keys(pattern);
      redis.disconnect();
      return keys.sort();
    },
    stop: async () => {
      for (const redis of clients) redis.disconnect();
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
