/** What a kernel takes: in CPU time, of which other work on the machine takes less than of the clock. */
import { bytesOf, makeArray } from '../../dist/core/dtype.js';
import { compileKernel } from '../../dist/kernel/compile.js';
import { instantiate } from '../../dist/kernel/instantiate.js';
import { planesOf } from '../../dist/kernel/ir.js';
import { filled } from './cases.mjs';

/** The least of `rounds` calls after one that is not counted, in CPU nanoseconds. */
export function leastNanoseconds(call, rounds) {
  call();
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) * 1e3);
  }
  return least;
}

/** Arrays are kept: making them takes longer than most kernels. */
const kept = new Map();
function known(key, make) {
  const array = kept.get(key) ?? make();
  kept.set(key, array);
  return array;
}

/** One block of `length` elements, what the kernel reads in it and where it writes. */
function blockOf({ kernel, low = 0 }, length) {
  const inputs = kernel.loads.map(({ dtype, input }) => {
    const data = known(`${dtype} ${input} ${low}`, () => filled(dtype, length, 1000 * input, low));
    return { origin: [0], data: [data], offset: 0, strides: [1] };
  });
  const outputs = kernel.outputs.map((output, o) => {
    const count = output.kind === 'store' ? length : 1;
    const data = planesOf(output).map((dtype, p) =>
      known(`out ${dtype} ${o} ${p} ${count}`, () => makeArray(dtype, count)),
    );
    return { data, offset: 0, strides: [output.kind === 'store' ? 1 : 0] };
  });
  return { origin: [0], extent: [length], inputs, outputs };
}

/** Nanoseconds an element of one thread. */
export function nanosecondsOf(each, length, rounds) {
  const run = instantiate(compileKernel(each.kernel));
  const block = blockOf(each, length);
  return leastNanoseconds(() => run(block), rounds) / length;
}

/** Bytes an element that a kernel moves from and to memory. */
export function bytesAnElement({ loads, outputs }) {
  const read = loads.reduce((sum, { dtype }) => sum + bytesOf(dtype), 0);
  const written = outputs.filter((output) => output.kind === 'store').flatMap(planesOf);
  return written.reduce((sum, dtype) => sum + bytesOf(dtype), read);
}

/** What a block of 100 elements takes besides its elements: nanoseconds a block of the kernel. */
export function smallBlock({ kernel }) {
  const run = instantiate(compileKernel(kernel));
  const block = { ...blockOf({ kernel }, 100), origin: [0] };
  const blocks = 20_000;
  const all = () => {
    for (let i = 0; i < blocks; i++) {
      block.origin[0] = i * 100;
      run(block);
    }
  };
  return leastNanoseconds(all, 5) / blocks;
}
