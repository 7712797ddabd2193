// Computes something short in a fresh process until threads are there for it; prints who computed, first and last.
import * as da from 'chunkwise';

const x = da.random.random(1_000_000, { chunks: 100_000, seed: 5 }).sum();
const first = await x.profile();
let last = first;
while (last.stats.executor !== 'threads') {
  await new Promise((resolve) => setTimeout(resolve, 10));
  last = await x.profile();
}
console.log(first.stats.executor, last.stats.executor, first.value === last.value);
