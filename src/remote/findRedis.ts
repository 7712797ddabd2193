/** A Redis for work on this machine: one that runs already, or one of its own that goes with it. */
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { ConnectionError } from '../core/errors.js';
import { addressOf } from './address.js';
import { connectRedis } from './redis.js';

export interface FoundRedis {
  readonly url: string;
  /** Stops it, if it was started here. */
  stop(): Promise<void>;
}

const usual = 'redis://127.0.0.1:6379';
/** Names under which distributions have the server. */
const programs = ['redis-server', 'valkey-server'];

/** The server that the environment names or that runs at the usual place; otherwise one is started, on loopback alone. */
export async function findRedis(): Promise<FoundRedis> {
  const named = process.env.CHUNKWISE_REDIS_URL;
  if (named !== undefined) return { url: named, stop: async () => {} };
  if (await answers(usual)) return { url: usual, stop: async () => {} };
  for (const program of programs) {
    const started = await start(program);
    if (started !== undefined) return started;
  }
  throw new ConnectionError(
    'localCluster',
    `no Redis runs at ${usual}, and there is no ${programs.join(' or ')} to start`,
    {
      hint: 'apt-get install redis-server, or localCluster({ redis: url })',
    },
  );
}

async function answers(url: string): Promise<boolean> {
  try {
    (await connectRedis('localCluster', await addressOf('localCluster', url))).disconnect();
    return true;
  } catch {
    return false;
  }
}

async function start(program: string): Promise<FoundRedis | undefined> {
  const port = await freePort();
  const password = randomBytes(24).toString('hex');
  const settings = ['bind 127.0.0.1', `port ${port}`, `requirepass ${password}`, 'save ""', 'appendonly no'];
  // The settings go through stdin: arguments can be read by other users of the machine.
  const server = spawn(program, ['-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  });
  server.stdin.on('error', () => {});
  server.stdin.end(`${settings.join('\n')}\n`);
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
  };
  for (let tries = 0; tries < 100; tries++) {
    if (server.pid === undefined || server.exitCode !== null) return undefined;
    if (await answers(url)) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  return undefined;
}

/**
 * A port that nobody listened to a moment ago, below those that systems give to outgoing connections: a client that keeps
 * trying one of those while the server is away may in the end connect to itself, and keep the server out.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
