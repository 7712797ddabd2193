/**
 * How long the largest kernel of W1 takes from its nodes to a module: written out, encoded and compiled by the engine's
 * baseline tier. Each is drawn with another seed, so that nothing is found in a cache; the first ones, before the
 * encoder itself is compiled, are not counted.
 */
import { planFor } from '../../../dist/compute.js';
import * as da from '../../../dist/index.js';
import { encodeKernel } from '../../../dist/kernel/compile.js';
import { median } from '../../report/measure.mjs';
import { quadratic } from './quadratic.mjs';

function kernelOf(seed) {
  const { stages } = planFor([quadratic(da, da.random.generator(seed), 1e8).expr]);
  return stages.map((stage) => stage.kernel).sort((x, y) => y.body.length - x.body.length)[0];
}

const runs = Array.from({ length: 60 }, (_, seed) => {
  const kernel = kernelOf(seed);
  const begin = performance.now();
  const { bytes } = encodeKernel(kernel);
  const encoded = performance.now();
  new WebAssembly.Module(bytes);
  return { encodeMs: encoded - begin, compileMs: performance.now() - encoded, bytes: bytes.length };
});
const middle = (key) => median(runs.slice(20).map((run) => run[key]));
console.log(
  JSON.stringify({
    kernelEncodeMs: middle('encodeMs'),
    kernelCompileMs: middle('compileMs'),
    kernelFirstMs: runs[0].encodeMs + runs[0].compileMs,
    kernelBytes: middle('bytes'),
  }),
);
process.exit(0);
