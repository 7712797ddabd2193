/** Kernel to module: expanded, encoded as WebAssembly, compiled once. */

import { keepRecent } from '../core/recent.js';
import { expand } from './expand.js';
import { identify, keysIn } from './identity.js';
import { type CompiledKernel, type Encoded, hasSimd, hasWasm, instantiate } from './instantiate.js';
import { interpret } from './interpret.js';
import { type Kernel, productIn } from './ir.js';
import type { Runner } from './run.js';
import type { Home } from './wasm/encoder.js';
import { encodeExpanded } from './wasm/module.js';
import { encodeProduct } from './wasm/product.js';

export interface CompileOptions {
  /** Four elements at a time; without it, one. True unless said otherwise. */
  readonly simd?: boolean;
  /** 'shared': it works in a part of a shared memory, and reads arrays there where they lie. 'own' unless said otherwise. */
  readonly home?: Home;
}

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

/** `kernel` made ready in this thread by the best means there is. */
export const prepare = (kernel: Kernel): Runner =>
  hasWasm ? instantiate(compileKernel(kernel, { simd: hasSimd })) : interpret(kernel);
