/**
 * Does anything get lost when workers and the server die at random? Computations are checked bit by bit against one thread
 * while processes are killed. Needs redis-server. `node bench/chaos.mjs [minutes]`
 */
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as da from 'chunkwise';
import { Redis } from 'ioredis';
import { freePort } from '#src/remote/findRedis.js';
import { connect } from '#src/remote/index.js';
import { median } from './report/measure.mjs';
import { printTable, saveJson } from './report/print.mjs';

const minutes = Number(process.argv[2] ?? 3);
const workers = 3;
const directory = mkdtempSync(join(tmpdir(), 'chunkwise-chaos-'));
const store = pathToFileURL(join(directory, 'store')).href;
const port = await freePort();
const url = `redis://127.0.0.1:${port}`;
const counts = { workerKills: 0, workerHalts: 0, serverKills: 0, serverLosses: 0, right: 0, wrong: 0, failed: 0 };
const between = (low, high) => low + Math.random() * (high - low);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let over = false;

let server;
async function startServer() {
  server = spawn('redis-server', ['-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const settings = [`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, 'save ""', 'appendonly yes'];
  server.stdin.end(`${settings.join('\n')}\n`);
  const probe = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 25 });
  probe.on('error', () => {});
  await probe.ping().catch(() => {});
  probe.disconnect();
}
const ended = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', resolve);
  });

const program = fileURLToPath(new URL('../dist/remote/process.js', import.meta.url));
const crew = new Array(workers);
/** Keeps a worker at place `at`, whatever becomes of it. */
function hire(at) {
  if (over) return;
  const child = fork(program, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  crew[at] = child;
  child.send({ start: { url, store, slots: 1, lockDuration: 2000, stalledInterval: 1000, maxStalledCount: 20 } });
  child.once('exit', () => setTimeout(() => hire(at), 300));
}

async function disturb() {
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end) {
    await pause(between(1000, 4000));
    const victim = crew[Math.floor(Math.random() * workers)];
    const chance = Math.random();
    if (chance < 0.65) {
      victim.kill('SIGKILL');
      counts.workerKills++;
    } else if (chance < 0.8) {
      victim.kill('SIGSTOP');
      counts.workerHalts++;
      setTimeout(() => victim.kill('SIGCONT'), between(500, 5000));
    } else if (chance < 0.93) {
      server.kill('SIGKILL');
      await ended(server);
      counts.serverKills++;
      await pause(between(200, 1500));
      await startServer();
    } else {
      const redis = new Redis(url, { maxRetriesPerRequest: 1 });
      redis.on('error', () => {});
      await redis.flushall().catch(() => {});
      redis.disconnect();
      counts.serverLosses++;
    }
  }
  over = true;
}

/** Graphs of different kinds, some with blocks that travel through the storage. */
const graphs = [
  (seed) => da.random.random(4e7, { chunks: 1e6, seed }).sqrt().mean(),
  (seed) => {
    const x = da.random.random([1200, 1200], { chunks: [150, 200], seed });
    return x.add(x.transpose()).sum({ axis: 0 });
  },
  (seed) =>
    da.random
      .random([900, 800], { chunks: [100, 800], seed })
      .sin()
      .rechunk([900, 100]),
  (seed) => da.random.normal(0, 1, 3e6, { chunks: 5e4, seed }).std(),
];
const sameBits = (a, b) =>
  typeof a === 'number'
    ? Object.is(a, b)
    : Buffer.compare(
        Buffer.from(a.data.buffer, a.data.byteOffset, a.data.byteLength),
        Buffer.from(b.data.buffer, b.data.byteOffset, b.data.byteLength),
      ) === 0;

async function compute(client) {
  const times = [];
  const single = da.sync();
  for (let seed = 1; !over; seed++) {
    const make = graphs[seed % graphs.length];
    const start = performance.now();
    try {
      const value = await make(seed).compute({ executor: client });
      times.push(performance.now() - start);
      if (sameBits(value, await make(seed).compute({ executor: single }))) counts.right++;
      else counts.wrong++;
    } catch (error) {
      counts.failed++;
      console.error(String(error));
    }
  }
  return times;
}

await startServer();
for (let at = 0; at < workers; at++) hire(at);
const client = await connect({ url, store, reconcileInterval: 1000 });
const [times] = await Promise.all([compute(client), disturb()]);
await client.close();
const redis = new Redis(url);
const keys = await redis.keys('{chunkwise}:*');
const jobs = (await redis.keys('bull:*')).filter((key) => /:[0-9a-f]{32}\./.test(key));
redis.disconnect();
const files = readdirSync(join(directory, 'store')).filter((name) => name !== 'chunkwise-store');
const gone = crew.map(ended);
for (const child of crew) child.kill('SIGKILL');
await Promise.all(gone);
server.kill('SIGKILL');
await ended(server);
rmSync(directory, { recursive: true, force: true });

const sorted = times.toSorted((a, b) => a - b);
const figures = {
  minutes,
  ...counts,
  medianMs: median(times),
  longestMs: sorted.at(-1),
  keys: keys.length,
  jobs: jobs.length,
  files: files.length,
};
printTable(`${minutes} minutes of chaos, ${workers} workers`, [
  { ...figures, medianMs: Math.round(figures.medianMs), longestMs: Math.round(figures.longestMs) },
]);
saveJson('chaos', figures);
if (counts.wrong + counts.failed > 0) process.exitCode = 1;
