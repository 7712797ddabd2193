/**
 * What does it cost to compute elsewhere? Tasks a second and overhead against the size of a task, and two worker processes
 * of one thread against a pool of two threads. Starts a redis-server. `node bench/remote-throughput.mjs`
 */

import { planFor } from '#src/compute.js';
import { drive } from '#src/exec/drive.js';
import * as da from '#src/index.js';
import { localCluster } from '#src/remote/index.js';
import { MemoryStore } from '#src/store/memory.js';
import { median } from './report/measure.mjs';
import { percent, printTable, saveJson } from './report/print.mjs';

const workers = 2;
/** Elements of a uniform number and a square root a millisecond, roughly: measured below. */
const sample = 2e7;
/** Milliseconds of work of one computation on one thread, where its tasks are long; and most tasks that it has. */
const workMs = 8000;
const mostTasks = 4000;

/** Computes `array` with batches of one task, so that a task of the table is a job, or part of one. */
async function timed(array, executor, grain) {
  const planned = planFor([array.expr], { executor });
  const plan =
    grain === undefined ? planned : { ...planned, stages: planned.stages.map((stage) => ({ ...stage, grain })) };
  const wanted = plan.results;
  const stages = plan.stages.filter(({ id }) => wanted.some((ref) => ref.stage === id));
  const store = new MemoryStore(plan, { dense: wanted });
  const start = performance.now();
  const run = await executor.open(plan, store);
  try {
    const { busyMs } = await drive(plan, stages, run, store, { slots: executor.slots });
    const wallMs = performance.now() - start;
    return { wallMs, busyMs, tasks: plan.tasks };
  } finally {
    await run.end();
  }
}

const mean = (tasks, chunks, seed) =>
  da.random
    .random(tasks * chunks, { chunks, seed })
    .sqrt()
    .mean();

const threads = await da.threads({ workers });
const cluster = await localCluster({ processes: workers, threadsPerProcess: 1 });
const remote = cluster.executor;
await timed(mean(8, 1e6, 1), threads);
await timed(mean(8, 1e6, 1), remote);

const single = await da.threads({ workers: 1 });
await timed(mean(8, sample / 8, 2), single, 1);
const warm = await timed(mean(8, sample / 8, 2), single, 1);
await single.close();
const elementsPerMs = sample / warm.busyMs;

const results = [];
for (const taskMs of [0.01, 0.1, 1, 10, 100]) {
  const chunks = Math.max(1, Math.round(elementsPerMs * taskMs));
  const tasks = Math.round(Math.min(mostTasks, workMs / taskMs));
  const array = mean(tasks, chunks, 3);
  for (const [how, grain] of [
    ['as planned', undefined],
    ['one task a batch', 1],
  ]) {
    const rounds = { threads: [], remote: [] };
    for (let round = 0; round < 3; round++) {
      rounds.threads.push(await timed(array, threads, grain));
      rounds.remote.push(await timed(array, remote, grain));
    }
    const [near, far] = [rounds.threads, rounds.remote].map((all) => median(all.map(({ wallMs }) => wallMs)));
    const busy = median(rounds.remote.map(({ busyMs }) => busyMs));
    results.push({
      taskMs,
      how,
      tasks,
      threadsMs: near,
      remoteMs: far,
      tasksPerSecond: (tasks * 1e3) / far,
      overhead: Math.max(0, 1 - busy / (far * workers)),
      ofThreads: near / far,
    });
  }
}

/** Blocks that do not fit into a job travel through the storage. */
const blocks = [];
for (const mebibyte of [1, 8]) {
  const side = Math.sqrt(mebibyte * 2 ** 17);
  const n = Math.round(side) * 4;
  const x = da.random.random([n, n], { chunks: [Math.round(side), Math.round(side)], seed: 4 });
  const sum = x.add(x.transpose()).rechunk([n, Math.round(side)]);
  const [near, far] = [await timed(sum, threads), await timed(sum, remote)];
  blocks.push({ mebibyte, threadsMs: near.wallMs, remoteMs: far.wallMs });
}

const many = Number(process.argv[2] ?? 100_000);
const before = process.memoryUsage().rss;
let most = before;
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 20);
const large = await timed(mean(many, 1000, 6), remote, 4);
clearInterval(watch);

await cluster.close();
await threads.close();

printTable(
  `means of square roots of uniforms: ${workers} worker processes of one thread against a pool of ${workers} threads, median of 3`,
  results.map((r) => ({
    'task ms': r.taskMs,
    batches: r.how,
    tasks: r.tasks,
    'threads ms': r.threadsMs.toFixed(0),
    'remote ms': r.remoteMs.toFixed(0),
    'tasks/s': r.tasksPerSecond.toFixed(0),
    overhead: percent(r.overhead),
    'of threads': percent(r.ofThreads),
  })),
);
printTable(
  'x + x.T in other chunks: every block goes through the storage',
  blocks.map((b) => ({
    'block MiB': b.mebibyte,
    'threads ms': b.threadsMs.toFixed(0),
    'remote ms': b.remoteMs.toFixed(0),
  })),
);
const figures = { tasks: large.tasks, ms: large.wallMs, clientMiB: (most - before) / 2 ** 20 };
printTable(`${many} blocks, four a batch`, [
  { tasks: figures.tasks, seconds: (figures.ms / 1e3).toFixed(1), 'client grew by MiB': figures.clientMiB.toFixed(0) },
]);
saveJson('remote-throughput', { workers, results, blocks, many: figures });
