/** Kernels made ready to run in this thread. */
import { Addresses } from '../core/addresses.js';
import { keepRecent } from '../core/recent.js';
import { type CompiledKernel, hasSimd, hasWasm, instantiate, type Place } from '../kernel/instantiate.js';
import type { Kernel } from '../kernel/ir.js';
import type { Runner } from '../kernel/run.js';
import { theCompiler, theInterpreter } from './onDemand.js';

/** What a thread needs to run a kernel without compiling it; undefined where there is no WebAssembly. */
export type ReadyKernel = CompiledKernel | undefined;

/** Part of a memory that is shared, lent to one thread for its kernels to work in. */
export interface Workshop {
  readonly memory: WebAssembly.Memory;
  readonly at: number;
  readonly length: number;
}

/** Compiled once, for all threads. With `inPlace` it can read arrays in shared memory where they lie. */
export const prepare = (kernel: Kernel, inPlace = false): ReadyKernel =>
  hasWasm ? theCompiler().compileKernel(kernel, { simd: hasSimd, home: inPlace ? 'shared' : 'own' }) : undefined;

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
  if (ready === undefined) return theInterpreter().interpret(kernel);
  const { hash } = ready;
  const runner = runners.get(hash) ?? madeReady(ready);
  keepRecent(runners, hash, runner, keptRunners);
  return runner;
}

/** In shared memory if the kernel was compiled for that; where there is no place left, in memory of its own. */
function madeReady(ready: CompiledKernel): Runner {
  const place = ready.home === 'own' ? undefined : placeFor(ready);
  const runner = instantiate(ready, place);
  if (place !== undefined) left.register(runner, place.base);
  return runner;
}

function placeFor({ size }: CompiledKernel): Place | undefined {
  const base = workshop?.room.take(size);
  return workshop === undefined || base === undefined ? undefined : { memory: workshop.memory, base };
}
