/**
 * One expression on one thread, on a pool of them, and on other machines: only the executor differs, the bytes do not.
 *
 *   node dist-examples/a07-executors.js [n] [redis://127.0.0.1:6379]
 *
 * With an address, workers must listen there: `npx chunkwise worker redis://127.0.0.1:6379`.
 */
import * as da from 'chunkwise';

const n = Number(process.argv[2] ?? 20_000);
const z = da.random.random([n, n], { seed: 7 }).add(1).log().mean(0);
const address = process.argv[3];
const executors: da.Executor[] = [da.sync(), await da.threads({ workers: 1 }), await da.threads({ workers: 2 })];
if (address !== undefined) executors.push(await da.connect(address));
const results = await Promise.all(executors.map((executor) => z.compute({ executor })));
const [first] = results;
console.log('same bytes everywhere:', first !== undefined && results.every((r) => da.arrayEqual(r, first)));
console.log(first?.get(0)); // about 2 ln 2 - 1 = 0.3863
await Promise.all(executors.map((executor) => executor.close()));
