/** What does an array of a million chunks cost before anything runs? `node --expose-gc bench/build.mjs` */
import * as da from 'chunkwise';
import { median, timings } from './report/measure.mjs';
import { printTable, saveJson } from './report/print.mjs';

const build = (chunkCount) =>
  da.random
    .random(chunkCount * 1e6, { chunks: 1e6, seed: 1 })
    .sqrt()
    .mean();
const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Milliseconds until the first block of `array` is there. */
async function firstBlock(array) {
  const start = performance.now();
  for await (const { data } of array.blocks({ executor: da.sync() })) {
    if (data.size > 0) return performance.now() - start;
  }
  return Number.NaN;
}

build(1);
const results = [];
for (const chunks of [1, 1000, 1_000_000]) {
  const first = timings(() => build(chunks), 1)[0];
  const before = heap();
  const kept = Array.from({ length: 20 }, () => build(chunks));
  const bytes = (heap() - before) / kept.length;
  const blocks = [];
  for (let round = 0; round < 5; round++)
    blocks.push(await firstBlock(da.random.random(chunks * 1e3, { chunks: 1e3, seed: round })));
  results.push({
    chunks,
    buildFirstMs: first,
    buildMs: median(timings(() => build(chunks), 50)),
    explainMs: median(timings(() => kept[0].explain(), 10)),
    firstBlockMs: median(blocks),
    heapBytes: Math.max(0, bytes),
  });
}
printTable(
  'random(chunks x 1e6).sqrt().mean(); first block of chunks x 1e3',
  results.map((r) => ({
    chunks: r.chunks,
    'build ms (first)': r.buildFirstMs.toFixed(3),
    'build ms': r.buildMs.toFixed(3),
    'optimise and plan ms': r.explainMs.toFixed(3),
    'first block ms': r.firstBlockMs.toFixed(3),
    'heap KiB': (r.heapBytes / 1024).toFixed(1),
  })),
);
saveJson('build', { results });
