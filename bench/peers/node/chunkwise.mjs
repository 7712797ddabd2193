/** chunkwise on `--workers=N` threads, with `--generator=NAME` for its random arrays. */
import * as da from 'chunkwise';
import { ownWorkloads } from './ownWorkloads.mjs';
import { serve } from './serve.mjs';

const option = (name, otherwise) =>
  process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
const executor = await da.threads({ workers: Number(option('workers', '2')) });
const bitGenerator = option('generator', 'weyl64');
const threads = executor.workers === 1 ? 'thread' : 'threads';

await serve(`chunkwise, ${bitGenerator}, ${executor.workers} ${threads}`, ownWorkloads(da, executor, bitGenerator));
