/**
 * Can one client keep 1 000 workers busy? The scheduler runs against workers in virtual time, without a network.
 * `node --expose-gc bench/scheduler-simulation.mjs [tasks] [workers]`
 */

import { planFor } from '#src/compute.js';
import { Scheduler } from '#src/exec/scheduler.js';
import * as da from '#src/index.js';
import { batchGraph } from '#src/plan/graph.js';
import { printTable, saveJson } from './report/print.mjs';

const tasks = Number(process.argv[2] ?? 1e7);
const workers = Number(process.argv[3] ?? 1000);
/** Jobs in the queue for each worker, as the remote executor has it. */
const ahead = 4;
/** Milliseconds a task takes: uniform between these. */
const [shortest, longest] = [50, 150];
/** Of so many tasks one loses its worker. */
const lossEvery = 10_000;

/** Finish times in order: a binary heap of [time, batch]. */
class Finishing {
  #heap = [];
  get size() {
    return this.#heap.length;
  }
  push(time, batch) {
    const heap = this.#heap;
    let at = heap.length;
    for (; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (heap[parent].time <= time) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = { time, batch };
  }
  pop() {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].time < heap[child].time) child++;
      if (heap[child].time >= last.time) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

/** Random numbers that are the same every time. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Hands out `tasks` tasks without a thought: what is left of the time is the simulation's own. */
function thoughtless(tasks) {
  const batch = { stage: 0, from: 0, to: 1 };
  return { bytes: 0, next: () => (tasks-- > 0 ? batch : undefined), done() {}, retry: () => tasks++ };
}

/** Keeps the workers busy with what `scheduler` gives, and says what that took. `looks`: how often the heap is measured. */
function simulate(scheduler, total, looks = 0) {
  const random = generator(1);
  const running = new Finishing();
  const queue = [];
  let [head, idle, now, busy, done, lost, inFlight, peakBytes] = [0, workers, 0, 0, 0, 0, 0, 0];
  let [heap, lookedMs] = [0, 0];
  const start = performance.now();
  for (;;) {
    while (inFlight < workers * ahead) {
      const batch = scheduler.next();
      if (batch === undefined) break;
      queue.push(batch);
      inFlight++;
    }
    while (idle > 0 && head < queue.length) {
      const time = shortest + random() * (longest - shortest);
      busy += time;
      running.push(now + time, queue[head++]);
      idle--;
    }
    if (head > 10_000) head -= queue.splice(0, head).length;
    if (running.size === 0) break;
    const { time, batch } = running.pop();
    now = time;
    idle++;
    inFlight--;
    if (random() * lossEvery < 1) {
      lost++;
      scheduler.retry(batch);
    } else {
      scheduler.done(batch);
      done++;
    }
    peakBytes = Math.max(peakBytes, scheduler.bytes);
    if (looks > 0 && done % Math.ceil(total / looks) === 0) {
      const before = performance.now();
      heap = Math.max(heap, liveHeap());
      lookedMs += performance.now() - before;
    }
  }
  const wallMs = performance.now() - start - lookedMs;
  return { done, lost, wallMs, heap, peakBytes, virtualMs: now, efficiency: busy / (now * workers) };
}

function liveHeap() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** The scheduler and `plan`, one task a batch. */
function measure(name, plan, roots) {
  const heapBefore = liveHeap();
  const scheduler = new Scheduler(batchGraph(plan, roots), { tries: 10 });
  const run = simulate(scheduler, plan.tasks, 20);
  if (!scheduler.finished) throw new Error(`${name} came to a halt after ${run.done} tasks`);
  const own = simulate(thoughtless(run.done), run.done);
  const schedulerMs = Math.max(0, run.wallMs - own.wallMs);
  return {
    name,
    tasks: run.done,
    lost: run.lost,
    schedulerMs,
    simulationMs: own.wallMs,
    microsecondsPerTask: (schedulerMs * 1e3) / run.done,
    peakEntries: scheduler.peakEntries,
    heapGrowth: run.heap - heapBefore,
    peakBytes: run.peakBytes,
    virtualSeconds: run.virtualMs / 1e3,
    efficiency: run.efficiency,
    /** What share of one core the client needs to feed the workers. */
    clientLoad: schedulerMs / run.virtualMs,
  };
}

const oneByOne = (plan) => ({ ...plan, stages: plan.stages.map((stage) => ({ ...stage, grain: 1 })) });

function cases() {
  const side = Math.round(Math.sqrt(tasks));
  const x = da.random.random(tasks * 1000, { chunks: 1000, seed: 1 });
  const square = da.random.random([side * 10, side * 10], { chunks: [10, 10], seed: 1 });
  const third = da.random.random(Math.ceil(tasks / 3) * 1000, { chunks: 1000, seed: 1 });
  return [
    { name: 'mean of one axis', array: x.mean() },
    { name: 'x + x.T, summed', array: square.add(square.transpose()).sum() },
    {
      name: 'x[1:] - x[:-1] summed, not fused',
      array: third.slice('1:').subtract(third.slice(':-1')).sum(),
      optimizeGraph: false,
    },
  ];
}

const results = [];
for (const { name, array, optimizeGraph } of cases()) {
  const plan = oneByOne(planFor([array.expr], { optimizeGraph }));
  const wanted = new Set(plan.results.map((ref) => ref.stage));
  const roots = plan.stages.filter(({ id }) => wanted.has(id));
  results.push(measure(name, plan, roots));
}
printTable(
  `the scheduler and ${workers} workers in virtual time, tasks of ${shortest} to ${longest} ms`,
  results.map((r) => ({
    graph: r.name,
    tasks: r.tasks,
    'lost and done again': r.lost,
    'us/task': r.microsecondsPerTask.toFixed(2),
    'most entries': r.peakEntries,
    'heap grew by MiB': (r.heapGrowth / 2 ** 20).toFixed(1),
    'blocks MiB': (r.peakBytes / 2 ** 20).toFixed(1),
    'virtual s': r.virtualSeconds.toFixed(0),
    'workers busy': `${(100 * r.efficiency).toFixed(1)} %`,
    'client core': `${(100 * r.clientLoad).toFixed(1)} %`,
  })),
);
saveJson('scheduler-simulation', { workers, results });
