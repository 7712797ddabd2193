/**
 * π by darts, two ways that must count the same hits.
 *
 *   node dist-examples/a04-pi.js [n] [chunks]
 */
import * as da from 'chunkwise';

const n = Number(process.argv[2] ?? 100_000_000);
const chunks = Number(process.argv[3] ?? 0.1 * n); // -1: one chunk
const rng = da.random.generator(2017);
const x = rng.uniform(0, 1, n, { chunks });
const y = rng.uniform(0, 1, n, { chunks });
const inside = x.square().add(y.square()).sqrt().lessEqual(1);

console.log(
  await inside
    .sum()
    .mul(4 / n)
    .compute(),
);
const hits = await inside.countNonzero().compute();
console.log((4 * Number(hits)) / n);
