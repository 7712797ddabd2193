/** Most memory of W1 over `n` elements on two threads, above what the process has when idle. `peakMemory.mjs n` */
import * as da from 'chunkwise';
import { quadratic } from './quadratic.mjs';

const n = Number(process.argv[2]);
const executor = await da.threads({ workers: 2 });
await da.arange(1e6).sum().compute({ executor });
const idle = process.memoryUsage().rss;
let top = idle;
const watch = setInterval(() => {
  top = Math.max(top, process.memoryUsage().rss);
}, 5);
await quadratic(da, da.random.generator(1), n).compute({ executor });
clearInterval(watch);
console.log(JSON.stringify({ peakMiB: (Math.max(top, process.memoryUsage().rss) - idle) / 2 ** 20 }));
await executor.close();
