/**
 * Where the time of W1 to W7 goes on two threads, from the event log: what passes before the first kernel begins, how long
 * threads are in kernels, how long they wait between them, and what passes after the last. While the process is young (its
 * second to tenth run) and once it is warm (after three seconds). A process each. W4 is left out if nobody asks for it, for
 * what is small is computed where it is asked for. `node bench/timeline.mjs [W1 W6b ...]`
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { log } from '../dist/exec/log.js';
import * as da from '../dist/index.js';
import { ownWorkloads } from './peers/node/ownWorkloads.mjs';
import { chosen, countOf, verbOf } from './peers/workloads.mjs';
import { median, total } from './report/measure.mjs';
import { printTable, saveJson } from './report/print.mjs';

const workers = 2;
/** Runs of a young process, after the first. */
const young = 9;
/** Milliseconds until it is warm. */
const warmAfter = 3000;

const now = () => performance.timeOrigin + performance.now();

/** What threads did in one run: [started, ended] of every batch, by whoever had it. */
async function timesOf(compute) {
  const spans = [];
  const unsubscribe = log.subscribe((event) => {
    if (event.type === 'end') spans.push(event, ...(event.others ?? []));
  });
  const called = now();
  await compute();
  const done = now();
  unsubscribe();
  if (spans.length === 0) throw new Error('it is computed without a scheduler, which tells nothing');
  const first = Math.min(...spans.map((s) => s.started));
  const last = Math.max(...spans.map((s) => s.ended));
  const kernels = total(spans.map((s) => s.ended - s.started)) / workers;
  return { all: done - called, before: first - called, kernels, between: last - first - kernels, after: done - last };
}

const medians = (runs) =>
  Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));

async function measure(workload) {
  const executor = await da.threads({ workers });
  const size = workload.size(1);
  const compute = await ownWorkloads(da, executor)[verbOf(workload)](size, workload.parameter?.(size));
  await compute();
  const early = [];
  while (early.length < young) early.push(await timesOf(compute));
  for (const until = now() + warmAfter; now() < until; ) await compute();
  const late = [];
  while (late.length < 2 * young) late.push(await timesOf(compute));
  await executor.close();
  return { elements: countOf(workload, size), young: medians(early), warm: medians(late) };
}

const [flag, ...names] = process.argv.slice(2);
if (flag === '--measure') {
  console.log(JSON.stringify(await measure(chosen(names)[0])));
} else {
  const workloads = chosen(flag === undefined ? ['W1', 'W2', 'W3', 'W5', 'W6', 'W7'] : [flag, ...names]);
  const results = Object.fromEntries(
    workloads.map(({ id }) => {
      const args = [fileURLToPath(import.meta.url), '--measure', id];
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (stdout === '') throw new Error(`${id}: ${stderr}`);
      return [id, JSON.parse(stdout)];
    }),
  );
  for (const age of ['young', 'warm']) {
    const row = ([id, { elements, [age]: times }]) => ({
      workload: id,
      ...Object.fromEntries(Object.entries(times).map(([key, ms]) => [`${key}, ms`, ms.toFixed(1)])),
      'ns an element in kernels': ((times.kernels * workers * 1e6) / elements).toFixed(2),
    });
    printTable(`${age} processes, ${workers} threads`, Object.entries(results).map(row));
  }
  saveJson('timeline', results);
}
