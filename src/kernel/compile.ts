/** Kernel to callable: expanded, encoded as WebAssembly, compiled once, instantiated where it runs. */

import { digest } from '../core/hash.js';
import { keepRecent } from '../core/recent.js';
import { expand } from './expand.js';
import { interpret } from './interpret.js';
import { type Body, type Fold, type Kernel, productIn } from './ir.js';
import { productRunner } from './product.js';
import { generators } from './random.js';
import type { Runner } from './run.js';
import { runnerOf } from './tiles.js';
import type { Home } from './wasm/encoder.js';
import { type EncodedKernel, encodeExpanded, recounted } from './wasm/module.js';
import { type EncodedProduct, encodeProduct } from './wasm/product.js';

export interface CompileOptions {
  /** Four elements at a time; without it, one. True unless said otherwise. */
  readonly simd?: boolean;
  /** 'shared': it works in a part of a shared memory, and reads arrays there where they lie. 'own' unless said otherwise. */
  readonly home?: Home;
}

type Encoded = EncodedKernel | EncodedProduct;

/** What a kernel became: structured-cloneable, so that it is compiled once and posted to workers. */
export interface CompiledKernel extends Pick<Encoded, 'constants' | 'size'> {
  readonly layout: Encoded['layout'];
  readonly hash: string;
  readonly home: Home;
  readonly module: WebAssembly.Module;
}

/** Part of a shared memory, for one kernel in one thread. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  readonly base: number;
}

const hashes = new WeakMap<object, string>();

/** The digest of `value`, which is frozen, made once. */
function hashOnce<T extends object>(value: T, make: (value: T) => string): string {
  const hash = hashes.get(value) ?? make(value);
  hashes.set(value, hash);
  return hash;
}

const hashOfFold = (fold: Fold): string => hashOnce(fold, digest);

const digestOf = ({ outputs, ...rest }: Kernel): string =>
  digest({
    ...rest,
    outputs: outputs.map((output) => ('fold' in output ? { ...output, fold: hashOfFold(output.fold) } : output)),
  });

/** Equal for equal kernels, on every machine. Folds are many times as long as what they fold, and shared. */
export const kernelHash = (kernel: Kernel): string => hashOnce(kernel, digestOf);

/** Equal for kernels that differ in keys of random numbers alone, where these do not change the code. */
function codeHash(kernel: Kernel): string {
  const keys: string[] = [];
  const body = kernel.body.map((node) => {
    if (node.op !== 'bits' || !generators[node.generator].counts) return node;
    const key = node.key.join();
    if (!keys.includes(key)) keys.push(key);
    return { ...node, key: keys.indexOf(key) };
  });
  return digestOf({ ...kernel, body: body as Body });
}

/** Scans go from element to element, and so one by one. */
const isScan = ({ outputs }: Kernel): boolean => outputs.some(({ kind }) => kind === 'scan');

/** The module's bytes, and where its memory holds what. */
export function encodeKernel(kernel: Kernel, { simd = true, home = 'own' }: CompileOptions = {}): Encoded {
  const product = productIn(kernel);
  if (product !== undefined) return encodeProduct(kernel, product, simd);
  return encodeExpanded(expand(kernel), simd && !isScan(kernel) ? 4 : 1, home);
}

const compiled = new Map<string, CompiledKernel>();
/** Modules are kept for as many kernels; the oldest goes first. */
const keptModules = 512;

interface Written {
  readonly module: WebAssembly.Module;
  readonly encoded: Omit<EncodedKernel, 'bytes'> | Omit<EncodedProduct, 'bytes'>;
}

/** By `codeHash`: kernels that differ in seeds share a module, and the fast code that the engine has made of it. */
const written = new Map<string, Written>();

export function compileKernel(kernel: Kernel, options: CompileOptions = {}): CompiledKernel {
  const { simd = true } = options;
  const home = productIn(kernel) === undefined ? (options.home ?? 'own') : 'own';
  const kind = [...(simd ? [] : ['scalar']), ...(home === 'own' ? [] : [home])];
  const hash = [kernelHash(kernel), ...kind].join('-');
  const known = compiled.get(hash);
  if (known !== undefined) return known;
  const code = [codeHash(kernel), ...kind].join('-');
  const { module, encoded } = reseeded(written.get(code), kernel) ?? write(code, kernel, options);
  const { layout, constants, size } = encoded;
  const made: CompiledKernel = { hash, home, module, layout, constants, size };
  keepRecent(compiled, hash, made, keptModules);
  return made;
}

function reseeded(known: Written | undefined, kernel: Kernel): Written | undefined {
  if (known === undefined || !('counters' in known.encoded)) return undefined;
  const constants = recounted(known.encoded, expand(kernel));
  return constants && { ...known, encoded: { ...known.encoded, constants } };
}

function write(code: string, kernel: Kernel, options: CompileOptions): Written {
  const { bytes, ...encoded } = encodeKernel(kernel, options);
  const made: Written = { module: new WebAssembly.Module(bytes), encoded };
  keepRecent(written, code, made, keptModules);
  return made;
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
