/**
 * A graph of calls that are put off, then the results of ten tasks as they come: from threads, or from other machines.
 *
 *   node dist-examples/a06-delayed-futures.js [redis://127.0.0.1:6379]
 *
 * With an address, workers must listen there: `npx chunkwise worker --slots 10 --allow-module dist-examples/tasks/`, which
 * take the address from CHUNKWISE_REDIS_URL.
 */
import * as da from 'chunkwise';

const inc = da.delayed((i: number) => i + 1);
const add = da.delayed((p: number, q: number) => p + q);
const out = add(inc(1), inc(12));
await out.visualize({ rankdir: 'LR', filename: 'simple.svg' });
console.log('Result:', await out.compute()); // 15

const address = process.argv[2];
await using pool = address === undefined ? await da.threads({ workers: 10 }) : await da.connect(address);
const slow = da.task<[id: number], number>(new URL('./tasks/slow.js', import.meta.url), 'sleepThenId');
const futures = pool.map(slow, Array(10).keys());
for await (const f of da.asCompleted(futures)) console.log(f.key, await f.result());
