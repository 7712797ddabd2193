/**
 * The same sum in 10 000, 100, 10 and 1 chunks: the same digits, in about the same time.
 *
 *   node dist-examples/a05-chunk-size.js [n]
 */
import * as da from 'chunkwise';

const n = Number(process.argv[2] ?? 10_000_000);
// Threads are started and code is compiled once in a process: that is not what chunks cost.
await using executor = await da.threads();
for (let i = 0; i < 8; i++)
  await da.random
    .random(n, { chunks: n / 10_000, seed: 5 })
    .sum()
    .compute({ executor });

for (const chunks of [n / 10_000, n / 100, n / 10, -1]) {
  const { value, stats } = await da.random.random(n, { chunks, seed: 5 }).sum().profile({ executor });
  console.log(
    chunks,
    value,
    `${stats.tasks} tasks`,
    `${stats.wallMs.toFixed(1)} ms`,
    `${(100 * stats.efficiency).toFixed(0)} % busy`,
  );
}
