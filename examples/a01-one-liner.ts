/**
 * The mean of the square roots of 10⁹ uniform numbers: 2/3, in flat memory.
 *
 *   node dist-examples/a01-one-liner.js [n]
 */
import * as da from 'chunkwise';

const n = Number(process.argv[2] ?? 1e9);
const m = da.random.uniform(0, 1, n, { seed: 1 }).sqrt().mean();
console.log(m); // describes the plan; nothing has run
console.log(await m.compute()); // 0.6667
