/** Kernel to callable: expanded, encoded as WebAssembly, compiled once, instantiated where it runs. */

import { digest } from '../core/hash.js';
import { keepRecent } from '../core/recent.js';
import { expand } from './expand.js';
import { interpret } from './interpret.js';
import { type Body, type Fold, type Kernel, type Node, productIn } from './ir.js';
import { productRunner } from './product.js';
import type { Key } from './random/weyl.js';
import { generators } from './random.js';
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

type Encoded = EncodedKernel | EncodedProduct;

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

const foldHashes = new WeakMap<Fold, string>();

/** Folds are many times as long as what they fold, and shared. */
function hashOfFold(fold: Fold): string {
  const hash = foldHashes.get(fold) ?? digest(fold);
  foldHashes.set(fold, hash);
  return hash;
}

const digestOf = ({ outputs, ...rest }: Kernel): string =>
  digest({
    ...rest,
    outputs: outputs.map((output) => ('fold' in output ? { ...output, fold: hashOfFold(output.fold) } : output)),
  });

type Bits = Node & { op: 'bits' };

/** Whether the key of a random stream is read from memory. */
const isKeyApart = (node: Node): node is Bits => node.op === 'bits' && generators[node.generator].weyl !== undefined;

/** The keys of random streams that are no part of the code, in the order in which `body` names them. */
function keysIn(body: Body, found = new Map<string, Key>()): Map<string, Key> {
  for (const node of body) {
    if (node.op === 'rare') keysIn(node.slow, found);
    else if (isKeyApart(node)) found.set(node.key.join(), node.key);
  }
  return found;
}

/** `body` with numbers for such keys. */
function withoutKeys(body: Body, keys: readonly string[]): unknown {
  return body.map((node) => {
    if (node.op === 'rare') return { ...node, slow: withoutKeys(node.slow, keys) };
    return isKeyApart(node) ? { ...node, key: keys.indexOf(node.key.join()) } : node;
  });
}

interface Identity {
  /** Equal for kernels whose code is the same. */
  readonly code: string;
  /** Equal for equal kernels, on every machine. */
  readonly hash: string;
  readonly keys: readonly Key[];
}

const identities = new WeakMap<Kernel, Identity>();

function identify(kernel: Kernel): Identity {
  const known = identities.get(kernel);
  if (known !== undefined) return known;
  const keys = keysIn(kernel.body);
  const code = digestOf({ ...kernel, body: withoutKeys(kernel.body, [...keys.keys()]) as Body });
  const hash = keys.size === 0 ? code : `${code}-${digest([...keys.keys()])}`;
  const made = { code, hash, keys: [...keys.values()] };
  identities.set(kernel, made);
  return made;
}

export const kernelHash = (kernel: Kernel): string => identify(kernel).hash;
/** Equal for kernels whose code is the same: those that differ in seeds alone, for one. */
export const kernelCode = (kernel: Kernel): string => identify(kernel).code;

/** Scans go from element to element, and so one by one. */
const isScan = ({ outputs }: Kernel): boolean => outputs.some(({ kind }) => kind === 'scan');

/** The module's bytes, and where its memory holds what. */
export function encodeKernel(kernel: Kernel, { simd = true, home = 'own' }: CompileOptions = {}): Encoded {
  const product = productIn(kernel);
  if (product !== undefined) return encodeProduct(kernel, product, simd);
  const keys = [...keysIn(kernel.body).keys()];
  return encodeExpanded(expand(kernel), simd && !isScan(kernel) ? 4 : 1, home, keys);
}

const compiled = new Map<string, CompiledKernel>();
/** Modules are kept for as many kernels; the oldest goes first. */
const keptModules = 512;

type Written = Omit<CompiledKernel, 'hash' | 'home' | 'keys'>;

/** By `Identity.code`: kernels that differ in seeds share a module, and the fast code that the engine has made of it. */
const written = new Map<string, Written>();

/** Of what is compiled in more than one way. */
const nameOf = (same: string, simd: boolean, home: Home): string =>
  [same, ...(simd ? [] : ['scalar']), ...(home === 'own' ? [] : [home])].join('-');

/** Whether there is a module of that code already, with SIMD where the engine has it. */
export const isCompiled = (code: string): boolean => written.has(nameOf(code, hasSimd, 'own'));

export function compileKernel(kernel: Kernel, options: CompileOptions = {}): CompiledKernel {
  const { simd = true } = options;
  const home = productIn(kernel) === undefined ? (options.home ?? 'own') : 'own';
  const { code, hash: same, keys } = identify(kernel);
  const hash = nameOf(same, simd, home);
  const known = compiled.get(hash);
  if (known !== undefined) return known;
  const made = { ...writtenAs(nameOf(code, simd, home), kernel, options), hash, home, keys };
  keepRecent(compiled, hash, made, keptModules);
  return made;
}

function writtenAs(code: string, kernel: Kernel, options: CompileOptions): Written {
  const known = written.get(code);
  if (known !== undefined) return known;
  const { bytes, ...encoded } = encodeKernel(kernel, options);
  const made: Written = { ...encoded, module: new WebAssembly.Module(bytes) };
  keepRecent(written, code, made, keptModules);
  return made;
}

/** A runner with memory of its own, or at `place`; a thread needs one of each kernel it runs. */
export function instantiate(kernel: CompiledKernel, place?: Place): Runner {
  const { module, layout, constants } = kernel;
  const instance = new WebAssembly.Instance(module, place === undefined ? {} : { home: { ...place } });
  const { memory, base } = place ?? { memory: instance.exports.memory as WebAssembly.Memory, base: 0 };
  for (const { at, bytes } of constants) new Uint8Array(memory.buffer, base + at).set(bytes);
  return 'kind' in layout ? productRunner(layout, instance) : runnerOf(layout, kernel, instance, memory, base);
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
