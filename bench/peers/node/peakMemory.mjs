/** Most memory of W1 over `n` elements on two threads, above what the process has when idle. `peakMemory.mjs n` */
import * as da from 'chunkwise';

const n = Number(process.argv[2]);
const rng = da.random.generator(1);
const executor = await da.threads({ workers: 2 });
await da.arange(1e6).sum().compute({ executor });
const idle = process.memoryUsage().rss;
let top = idle;
const watch = setInterval(() => {
  top = Math.max(top, process.memoryUsage().rss);
}, 5);
const [a, b, c] = [rng.uniform(5, 10, n), rng.uniform(10, 20, n), rng.uniform(-0.1, 0.1, n)];
await da.expr`(-${b} + sqrt(${b}**2 - 4*${a}*${c})) / (2*${a})`.mean().compute({ executor });
clearInterval(watch);
console.log(JSON.stringify({ peakMiB: (Math.max(top, process.memoryUsage().rss) - idle) / 2 ** 20 }));
await executor.close();
