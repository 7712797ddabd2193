/** What does fusing a graph into few kernels gain? `node bench/fusion.mjs [n]` */
import * as da from 'chunkwise';
import { turnByTurn } from './report/measure.mjs';
import { mebibytes, printTable, saveJson, seconds } from './report/print.mjs';

const n = Number(process.argv[2] ?? 2e7);
const side = Math.round(Math.sqrt(n / 10));
const executor = await da.threads();
const rng = da.random.generator(1);
const [x, y] = [rng.uniform(0, 1, n), rng.uniform(0, 1, n)];
const [a, b, c] = [rng.uniform(5, 10, n), rng.uniform(10, 20, n), rng.uniform(-0.1, 0.1, n)];
const chunks = [Math.ceil(side / 10), Math.ceil(side / 10), 5];
const [u, v] = [rng.random([side, side, 10], { chunks }), rng.random([side, side, 10], { chunks })];

const workloads = {
  'mean of sqrt': x.sqrt().mean(),
  quadratic: da.expr`(-${b} + sqrt(${b}**2 - 4*${a}*${c})) / (2*${a})`.mean(),
  pi: da.where(x.square().add(y.square()).sqrt().less(1), 4, 0).mean(),
  'arcsin + arccos': u.arcsin().add(v.arccos()).sum([1, 2]),
};
const results = [];
for (const [name, array] of Object.entries(workloads)) {
  const { fused, unfused } = await turnByTurn({
    fused: () => array.profile({ executor }),
    unfused: () => array.profile({ executor, optimizeGraph: false }),
  });
  results.push({ name, fused, unfused, times: unfused.wallMs / fused.wallMs });
}
await executor.close();

printTable(
  `${n} points, ${executor.workers} workers, median of 5 turns`,
  results.map(({ name, fused, unfused, times }) => ({
    workload: name,
    'unfused s': seconds(unfused.wallMs),
    'fused s': seconds(fused.wallMs),
    faster: `${times.toFixed(1)} x`,
    'tasks before': unfused.tasks,
    after: fused.tasks,
    'MiB before': mebibytes(unfused.peakBytes),
    'after ': mebibytes(fused.peakBytes),
  })),
);
saveJson('fusion', { n, results });
