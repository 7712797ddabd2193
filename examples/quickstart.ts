/**
 * The main job on this machine's cores: a billion random numbers, two formulas over 200 million points, and a file.
 *
 *   npm run quickstart              as in the README
 *   npm run quickstart -- 0.01      a hundredth of the points
 */
import { readFile } from 'node:fs/promises';
import * as da from 'chunkwise';
import { drawing } from './quickstart/drawing.js';
import { type Row, table, watchMemory } from './quickstart/table.js';

const scale = Number(process.argv[2] ?? 1);
const n = Math.round(2e8 * scale);
const error = 1 / Math.sqrt(scale);
const executor = await da.threads();

/** Computes `x`, and holds it against what is known. */
async function row(what: string, x: da.ChunkedArray<da.DType, 'scalar'>, truth: number, within: number): Promise<Row> {
  const memory = watchMemory();
  const { value, stats } = await x.profile({ executor });
  return { what, answer: Number(value), truth, within, stats, memory: memory.stop() };
}

const oneLiner = da.random
  .uniform(0, 1, 5 * n, { seed: 1 })
  .sqrt()
  .mean();

const coefficients = da.random.generator(2);
const a = coefficients.uniform(5, 10, n);
const b = coefficients.uniform(10, 20, n);
const c = coefficients.uniform(-0.1, 0.1, n);
const root = da.expr`(-${b} + sqrt(${b}**2 - 4*${a}*${c})) / (2*${a})`.mean();

const darts = da.random.generator(2017);
const [x, y] = [darts.uniform(0, 1, n), darts.uniform(0, 1, n)];
const pi = da.where(x.square().add(y.square()).lessEqual(1), 4, 0).mean();

const data = new URL('../examples/data/', import.meta.url);
const known = JSON.parse(await readFile(new URL('cells.json', data), 'utf8'));
const cells = await da.fromNpy(new URL('cells.npy', data), { chunks: [12, 96, 128] });
const projection = cells.max(0);

const billions = ((5 * n) / 1e9).toPrecision(2);
const millions = (n / 1e6).toPrecision(3);
console.log(`chunkwise on Node ${process.versions.node}, ${executor.workers} worker threads\n`);
const rows = [
  await row(`mean(sqrt(u)), ${billions}e9 uniforms`, oneLiner, 2 / 3, 3e-5 * error),
  await row(`mean root of ax²+bx+c, ${millions} M`, root, -9.37e-6, 1.2e-6 * error),
  await row(`π from ${millions} M darts`, pi, Math.PI, (4 * 1.64 * error) / Math.sqrt(2e8)),
  await row('cells.npy: mean', cells.mean(), known.mean, 1e-13),
  await row('cells.npy: standard deviation', cells.std(), known.std, 1e-13),
  await row('cells.npy: sum of max over frames', projection.sum(), known.projectionSum, 0),
];
console.log(table(rows));
console.log('cells.npy, brightest over its 48 frames:\n');
console.log(drawing(await projection.compute({ executor })));
await executor.close();
process.exitCode = rows.every((r) => Math.abs(r.answer - r.truth) <= r.within) ? 0 : 1;
