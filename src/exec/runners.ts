/** Kernels made ready to run in this thread. */
import { Addresses } from '../core/addresses.js';
import { keepRecent } from '../core/recent.js';
import { type CompiledKernel, compileKernel, hasSimd, instantiate, type Place } from '../kernel/compile.js';
import { interpret } from '../kernel/interpret.js';
import type { Kernel } from '../kernel/ir.js';
import type { Runner } from '../kernel/run.js';

/** What a thread needs to run a kernel without compiling it; undefined where there is no WebAssembly. */
export type ReadyKernel = CompiledKernel | undefined;

/** Part of a memory that is shared, lent to one thread for its kernels to work in. */
export interface Workshop {
  readonly memory: WebAssembly.Memory;
  readonly at: number;
  readonly length: number;
}

const hasWasm = typeof WebAssembly === 'object';

/** Compiled once, for all threads. With `inPlace` it can read arrays in shared memory where they lie. */
export const prepare = (kernel: Kernel, inPlace = false): ReadyKernel =>
  hasWasm ? compileKernel(kernel, { simd: hasSimd, home: inPlace ? 'shared' : 'own' }) : undefined;

/** Runners of this thread by the kernel's hash: each has memory of its own. */
const runners = new Map<string, Runner>();
/** As many are kept; the one unused for longest goes first. */
const keptRunners = 128;

/** Where kernels of this thread may work in shared memory. */
let workshop: { readonly memory: WebAssembly.Memory; readonly room: Addresses } | undefined;
/** Gives a runner's place back once nothing runs it any more. */
const left = new FinalizationRegistry<number>((base) => workshop?.room.release(base));

/** From now on, kernels that want to work in shared memory have their places there. */
export function workIn({ memory, at, length }: Workshop): void {
  workshop = { memory, room: new Addresses(at, at + length) };
}

export function runnerOf(kernel: Kernel, ready: ReadyKernel): Runner {
  if (ready === undefined) return interpret(kernel);
  const { hash } = ready;
  const runner = runners.get(hash) ?? madeReady(kernel, ready);
  keepRecent(runners, hash, runner, keptRunners);
  return runner;
}

/** In shared memory if the kernel was compiled for that; where there is no place left, in memory of its own. */
function madeReady(kernel: Kernel, ready: CompiledKernel): Runner {
  if (ready.home === 'own') return instantiate(ready);
  const place = placeFor(ready);
  if (place === undefined) return instantiate(compileKernel(kernel, { simd: hasSimd }));
  const runner = instantiate(ready, place);
  left.register(runner, place.base);
  return runner;
}

function placeFor({ size }: CompiledKernel): Place | undefined {
  const base = workshop?.room.take(size);
  return workshop === undefined || base === undefined ? undefined : { memory: workshop.memory, base };
}
