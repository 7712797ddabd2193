/** How long does one sum take in chunks of any size, and what does handing out chunks cost? `node bench/chunk-size.mjs [n]` */
import * as da from 'chunkwise';
import { turnByTurn } from './report/measure.mjs';
import { logPlot } from './report/plot.mjs';
import { mebibytes, percent, printTable, saveJson, saveText, seconds } from './report/print.mjs';

const n = Number(process.argv[2] ?? 1e7);
const sizes = [100, 1000, 10_000, 100_000, 1_000_000, n].filter((size) => size <= n);
const executor = await da.threads();

const cases = {};
for (const chunks of sizes) {
  const sum = da.random.random(n, { chunks, seed: 5 }).sqrt().sum();
  cases[`fused ${chunks}`] = () => sum.profile({ executor });
  if (chunks >= 1000) cases[`unfused ${chunks}`] = () => sum.profile({ executor, optimizeGraph: false });
}
const stats = await turnByTurn(cases);
await executor.close();

const results = Object.entries(stats).map(([name, s]) => ({
  graph: name.split(' ')[0],
  chunk: Number(name.split(' ')[1]),
  tasks: s.tasks,
  batches: s.batches,
  wallMs: s.wallMs,
  overhead: Math.max(0, 1 - s.efficiency),
  peakBytes: s.peakBytes,
}));
results.sort((a, b) => a.graph.localeCompare(b.graph) || a.chunk - b.chunk);
printTable(
  `sum of square roots of ${n} uniforms, ${executor.workers} workers, median of 5`,
  results.map((r) => ({
    graph: r.graph,
    chunk: r.chunk,
    tasks: r.tasks,
    batches: r.batches,
    seconds: seconds(r.wallMs),
    'ns/element': ((r.wallMs * 1e6) / n).toFixed(2),
    'us/task': ((r.wallMs * 1e3) / r.tasks).toFixed(2),
    overhead: percent(r.overhead),
    'peak MiB': mebibytes(r.peakBytes),
  })),
);
saveJson('chunk-size', { n, results });

const panel = (title, unit, pick) => ({
  title,
  unit,
  series: ['fused', 'unfused'].map((graph) => ({
    name: graph,
    points: results.filter((r) => r.graph === graph).map((r) => [r.chunk, pick(r)]),
  })),
});
saveText(
  'chunk-size.svg',
  logPlot({
    title: `Chunk size: sum(sqrt(u)) of ${n.toExponential(0)} uniforms`,
    xLabel: 'elements a chunk',
    panels: [
      panel('time', 's', (r) => r.wallMs / 1000),
      panel('share of worker time not spent in kernels', '%', (r) => 100 * r.overhead),
      panel('peak of blocks held', 'MiB', (r) => r.peakBytes / 2 ** 20),
    ],
  }),
);
