/** Kernel to callable: expanded, encoded as WebAssembly, compiled once, instantiated where it runs. */

import { digest } from '../core/hash.js';
import { keepRecent } from '../core/recent.js';
import { expand } from './expand.js';
import { interpret } from './interpret.js';
import type { Fold, Kernel, Output } from './ir.js';
import { productRunner } from './product.js';
import type { Runner } from './run.js';
import { runnerOf } from './tiles.js';
import type { Home } from './wasm/encoder.js';
import { type EncodedKernel, encodeExpanded } from './wasm/module.js';
import { type EncodedProduct, encodeProduct } from './wasm/product.js';

export interface CompileOptions {
  /** Four elements at a time; without it, one. True unless said otherwise. */
  readonly simd?: boolean;
  /** 'shared': it works in a part of a shared memory, and reads arrays there where they lie. 'own' unless said otherwise. */
  readonly home?: Home;
}

/** What a kernel became: structured-cloneable, so that it is compiled once and posted to workers. */
export type CompiledKernel = Omit<EncodedKernel | EncodedProduct, 'bytes' | 'layout'> & {
  readonly layout: EncodedKernel['layout'] | EncodedProduct['layout'];
  readonly hash: string;
  readonly home: Home;
  readonly module: WebAssembly.Module;
};

/** Part of a shared memory, for one kernel in one thread. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  readonly base: number;
}

const hashes = new WeakMap<object, string>();

/** The digest of `value`, which is frozen, made once: `part` gives what it consists of. */
function hashOnce<T extends object>(value: T, part: (value: T) => unknown): string {
  const hash = hashes.get(value) ?? digest(part(value));
  hashes.set(value, hash);
  return hash;
}

const hashOfFold = (fold: Fold): string => hashOnce(fold, (f) => f);

/** Equal for equal kernels, on every machine. Folds are many times as long as what they fold, and shared. */
export const kernelHash = (kernel: Kernel): string =>
  hashOnce(kernel, ({ outputs, ...rest }) => ({
    ...rest,
    outputs: outputs.map((output) => ('fold' in output ? { ...output, fold: hashOfFold(output.fold) } : output)),
  }));

/** The product that a kernel is, if it is one: then it computes nothing else. */
const productIn = ({ outputs: [output] }: Kernel): (Output & { kind: 'dot' }) | undefined =>
  output?.kind === 'dot' ? output : undefined;

/** Scans go from element to element, and so one by one. */
const isScan = ({ outputs }: Kernel): boolean => outputs.some(({ kind }) => kind === 'scan');

/** The module's bytes, and where its memory holds what. */
export function encodeKernel(
  kernel: Kernel,
  { simd = true, home = 'own' }: CompileOptions = {},
): EncodedKernel | EncodedProduct {
  const product = productIn(kernel);
  if (product !== undefined) return encodeProduct(kernel, product, simd);
  return encodeExpanded(expand(kernel), simd && !isScan(kernel) ? 4 : 1, home);
}

const compiled = new Map<string, CompiledKernel>();
/** Modules are kept for as many kernels; the oldest goes first. */
const keptModules = 512;

export function compileKernel(kernel: Kernel, options: CompileOptions = {}): CompiledKernel {
  const { simd = true } = options;
  const home = productIn(kernel) === undefined ? (options.home ?? 'own') : 'own';
  const hash = [kernelHash(kernel), ...(simd ? [] : ['scalar']), ...(home === 'own' ? [] : [home])].join('-');
  const known = compiled.get(hash);
  if (known !== undefined) return known;
  const { bytes, ...encoded } = encodeKernel(kernel, options);
  const made: CompiledKernel = { hash, home, module: moduleOf(bytes), ...encoded };
  keepRecent(compiled, hash, made, keptModules);
  return made;
}

/** Modules by their bytes: kernels that differ in the seeds of their random numbers alone share one, and its fast code. */
const modules = new Map<string, WebAssembly.Module>();

function moduleOf(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const text = new TextDecoder('latin1').decode(bytes);
  const module = modules.get(text) ?? new WebAssembly.Module(bytes);
  keepRecent(modules, text, module, keptModules);
  return module;
}

/** A runner with memory of its own, or at `place`; a thread needs one of each kernel it runs. */
export function instantiate({ module, layout, constants }: CompiledKernel, place?: Place): Runner {
  const instance = new WebAssembly.Instance(module, place === undefined ? {} : { home: { ...place } });
  const { memory, base } = place ?? { memory: instance.exports.memory as WebAssembly.Memory, base: 0 };
  for (const { at, bytes } of constants) new Uint8Array(memory.buffer, base + at).set(bytes);
  return 'kind' in layout ? productRunner(layout, instance) : runnerOf(layout, instance, memory, base);
}

const hasWasm = typeof WebAssembly === 'object';

/** The smallest module with a v128 instruction: engines without SIMD refuse it. */
const simdProbe = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 22, 1, 20, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11],
]);

export const hasSimd = hasWasm && WebAssembly.validate(simdProbe);

/** `kernel` made ready in this thread by the best means there is. */
export const prepare = (kernel: Kernel): Runner =>
  hasWasm ? instantiate(compileKernel(kernel, { simd: hasSimd })) : interpret(kernel);
