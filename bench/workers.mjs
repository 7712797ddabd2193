/** How does time fall with workers, and what does Amdahl's law say of the rest? `node bench/workers.mjs [n] [most]` */
import { availableParallelism } from 'node:os';
import * as da from 'chunkwise';
import { turnByTurn } from './report/measure.mjs';
import { percent, printTable, saveJson, seconds } from './report/print.mjs';

const n = Number(process.argv[2] ?? 5e7);
const most = Number(process.argv[3] ?? availableParallelism());
const rng = da.random.generator(1);
const [a, b, c] = [rng.uniform(5, 10, n), rng.uniform(10, 20, n), rng.uniform(-0.1, 0.1, n)];
const root = da.expr`(-${b} + sqrt(${b}**2 - 4*${a}*${c})) / (2*${a})`.mean();

const counts = Array.from({ length: most }, (_, i) => i + 1);
const pools = await Promise.all(counts.map((workers) => da.threads({ workers })));
const stats = await turnByTurn(
  Object.fromEntries(pools.map((executor, i) => [counts[i], () => root.profile({ executor })])),
);
await Promise.all(pools.map((pool) => pool.close()));

/**
 * The serial share s of T(p) / T(1) = s + (1 - s) / p that fits best: T(p)/T(1) - 1/p = s (1 - 1/p), by least squares.
 */
const one = stats[1].wallMs;
const terms = counts.map((p) => ({ ratio: stats[p].wallMs / one - 1 / p, gain: 1 - 1 / p }));
const squares = terms.reduce((sum, { gain }) => sum + gain * gain, 0);
const serial = squares && Math.max(0, terms.reduce((sum, { ratio, gain }) => sum + ratio * gain, 0) / squares);

const results = counts.map((workers) => ({
  workers,
  wallMs: stats[workers].wallMs,
  speedup: one / stats[workers].wallMs,
  predicted: 1 / (serial + (1 - serial) / workers),
  efficiency: stats[workers].efficiency,
}));
printTable(
  `quadratic formula over ${n} points, median of 5 turns`,
  results.map((r) => ({
    workers: r.workers,
    seconds: seconds(r.wallMs),
    'speed-up': r.speedup.toFixed(2),
    'by Amdahl': r.predicted.toFixed(2),
    efficiency: percent(r.efficiency),
  })),
);
const ceiling =
  serial > 1e-4 ? `at most ${(1 / serial).toFixed(0)} x with any number of workers` : 'no ceiling to be seen';
console.log(`serial share ${percent(serial)}: ${ceiling}`);
saveJson('workers', { n, serial, results });
