/**
 * The same sum in 10 000, 100, 10 and 1 chunks: the same digits, in about the same time.
 *
 *   node dist-examples/a05-chunk-size.js [n]
 */
import * as da from 'chunkwise';

const n = Number(process.argv[2] ?? 10_000_000);
for (const chunks of [n / 10_000, n / 100, n / 10, -1]) {
  const { value, stats } = await da.random.random(n, { chunks, seed: 5 }).sum().profile();
  console.log(
    chunks,
    value,
    `${stats.tasks} tasks`,
    `${stats.wallMs.toFixed(1)} ms`,
    `${(100 * stats.efficiency).toFixed(0)} % busy`,
  );
}
