/**
 * A graph of calls that are put off, then the results of ten tasks in ten threads as they come.
 *
 *   node dist-examples/a06-delayed-futures.js
 */
import * as da from 'chunkwise';

const inc = da.delayed((i: number) => i + 1);
const add = da.delayed((p: number, q: number) => p + q);
const out = add(inc(1), inc(12));
await out.visualize({ rankdir: 'LR', filename: 'simple.svg' });
console.log('Result:', await out.compute()); // 15

await using pool = await da.threads({ workers: 10 });
const slow = da.task<[id: number], number>(new URL('./tasks/slow.js', import.meta.url), 'sleepThenId');
const futures = pool.map(slow, Array(10).keys());
for await (const f of da.asCompleted(futures)) console.log(f.key, await f.result());
