/** A compiled kernel made ready to run in this thread. */
import { productRunner } from './product.js';
import type { Key } from './random/weyl.js';
import type { Runner } from './run.js';
import { runnerOf } from './tiles.js';
import { type Home, pageBytes } from './wasm/encoder.js';
import type { EncodedKernel } from './wasm/module.js';
import type { EncodedProduct } from './wasm/product.js';

export type Encoded = EncodedKernel | EncodedProduct;

/** What a kernel became: structured-cloneable, so that it is compiled once and posted to workers. */
export interface CompiledKernel extends Omit<Encoded, 'bytes' | 'layout'> {
  readonly layout: Encoded['layout'];
  /** The keys of its random streams, which its code does not depend on. */
  readonly keys: readonly Key[];
  readonly hash: string;
  readonly home: Home;
  readonly module: WebAssembly.Module;
}

/** Part of a shared memory, for one kernel in one thread. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  readonly base: number;
}

/**
 * A runner with memory of its own, or at `place`, where it reads arrays as they lie; a thread needs one of each kernel that it
 * runs.
 */
export function instantiate(kernel: CompiledKernel, place?: Place): Runner {
  const { module, layout, constants } = kernel;
  const given = place ?? (kernel.home === 'shared' ? ownPlace(kernel) : undefined);
  const instance = new WebAssembly.Instance(module, given === undefined ? {} : { home: { ...given } });
  const { memory, base } = given ?? { memory: instance.exports.memory as WebAssembly.Memory, base: 0 };
  for (const { at, bytes } of constants) new Uint8Array(memory.buffer, base + at).set(bytes);
  if ('kind' in layout) return productRunner(layout, instance);
  return runnerOf(layout, kernel, instance, { memory, base, amongArrays: place !== undefined });
}

/** Memory for a kernel that is compiled to be given some, in which nothing else lies. */
function ownPlace({ size }: CompiledKernel): Place {
  const pages = Math.ceil(size / pageBytes);
  return { memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }), base: 0 };
}

export const hasWasm = typeof WebAssembly === 'object';

/** The smallest module with a v128 instruction: engines without SIMD refuse it. */
const simdProbe = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 22, 1, 20, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11],
]);

export const hasSimd = hasWasm && WebAssembly.validate(simdProbe);
