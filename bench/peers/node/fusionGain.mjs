/** How many times longer W1 over `n` elements takes on two threads when no operation is fused. `fusionGain.mjs n rounds` */
import * as da from 'chunkwise';
import { median } from '../../report/measure.mjs';
import { quadratic } from './quadratic.mjs';

const [n, rounds] = process.argv.slice(2).map(Number);
const executor = await da.threads({ workers: 2 });

let seed = 0;
async function milliseconds(options) {
  const expression = quadratic(da, da.random.generator(++seed), n);
  const begin = performance.now();
  await expression.compute({ executor, ...options });
  return performance.now() - begin;
}
const turn = async () => ({ fused: await milliseconds({}), unfused: await milliseconds({ optimizeGraph: false }) });

await turn();
const turns = [];
for (let round = 0; round < rounds; round++) turns.push(await turn());
console.log(
  JSON.stringify({
    fusedMs: median(turns.map((t) => t.fused)),
    unfusedMs: median(turns.map((t) => t.unfused)),
    fusionGain: median(turns.map((t) => t.unfused / t.fused)),
  }),
);
await executor.close();
