/** Kernels made ready to run in this thread. */
import { type CompiledKernel, compileKernel, hasSimd, instantiate } from '../kernel/compile.js';
import { interpret } from '../kernel/interpret.js';
import type { Kernel } from '../kernel/ir.js';
import type { Runner } from '../kernel/run.js';

/** What a thread needs to run a kernel without compiling it; undefined where there is no WebAssembly. */
export type ReadyKernel = CompiledKernel | undefined;

const hasWasm = typeof WebAssembly === 'object';

/** Compiled once, for all threads. */
export const prepare = (kernel: Kernel): ReadyKernel =>
  hasWasm ? compileKernel(kernel, { simd: hasSimd }) : undefined;

/** Runners of this thread by the kernel's hash: each has memory of its own. */
const runners = new Map<string, Runner>();
/** As many are kept; the one unused for longest goes first. */
const keptRunners = 128;

export function runnerOf(kernel: Kernel, ready: ReadyKernel): Runner {
  if (ready === undefined) return interpret(kernel);
  const { hash } = ready;
  const runner = runners.get(hash) ?? instantiate(ready);
  runners.delete(hash);
  runners.set(hash, runner);
  if (runners.size > keptRunners) runners.delete(runners.keys().next().value as string);
  return runner;
}
