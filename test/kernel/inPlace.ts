import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import type { Kernel } from '#src/kernel/ir.js';
import type { BlockRun, Runner } from '#src/kernel/run.js';

/** A block whose inputs lie in memory that the kernel shares, and the kernel working in it. */
export function inPlace<R extends Omit<BlockRun, 'outputs'>>(kernel: Kernel, run: R): [Runner, R] {
  const bytes = run.inputs.flatMap(({ data }) => data.map((plane) => plane.byteLength));
  const initial = 64 + Math.ceil(bytes.reduce((sum, n) => sum + n, 0) / 65536);
  const memory = new WebAssembly.Memory({ initial, maximum: 65536, shared: true });
  let end = 4096;
  const inputs = run.inputs.map((region) => {
    const addresses = region.data.map((plane) => {
      const at = end;
      new Uint8Array(memory.buffer, at).set(new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength));
      end = Math.ceil((at + plane.byteLength) / 8) * 8;
      return at;
    });
    return { ...region, addresses };
  });
  const place = { memory, base: Math.ceil(end / 64) * 64 + 64 };
  return [instantiate(compileKernel(kernel, { home: 'shared' }), place), { ...run, inputs }];
}
