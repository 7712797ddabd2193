/** Kernels of one call each, run over arrays by every backend: what the tests and ulp.mjs here share. */
import { makeArray } from '#src/core/dtype.js';
import { Builder } from '#src/kernel/builder.js';
import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';

/** The kernel of `name` over inputs of `dtype`. */
export function kernelOf(name, dtype, arity) {
  const b = new Builder();
  const args = Array.from({ length: arity }, (_, load) => b.push({ op: 'load', dtype, load }));
  const value = b.call(name, dtype, ...args);
  const map = [{ axis: 0, start: 0, step: 1 }];
  const loads = args.map((_, input) => ({ input, plane: 0, dtype, map }));
  return { rank: 1, loads, body: b.body(), reduced: [], outputs: [{ kind: 'store', dtype, value }] };
}

export const backends = {
  interpreter: interpret,
  scalar: (kernel) => instantiate(compileKernel(kernel, { simd: false })),
  simd: (kernel) => instantiate(compileKernel(kernel)),
};

/** name(...inputs), element by element. */
export function apply(name, dtype, inputs, backend = 'simd') {
  const extent = [inputs[0].length];
  const out = makeArray(dtype, extent[0]);
  const inputRegions = inputs.map((data) => ({ origin: [0], data: [data], offset: 0, strides: [1] }));
  const outputs = [{ data: [out], offset: 0, strides: [1] }];
  backends[backend](kernelOf(name, dtype, inputs.length))({ origin: [0], extent, inputs: inputRegions, outputs });
  return out;
}

const word = new DataView(new ArrayBuffer(8));

export function fromHex(text) {
  word.setBigUint64(0, BigInt(`0x${text}`));
  return word.getFloat64(0);
}

/** One ulp of a double. */
export function ulpOf(x) {
  word.setFloat64(0, Math.abs(x));
  const exponent = Number(word.getBigUint64(0) >> 52n);
  return exponent <= 1 ? 2 ** -1074 : 2 ** (exponent - 1075);
}

/** Rows of reference.py: the arguments, one array each, the correctly rounded values, and the error of an answer. */
export function readRows(rows) {
  const fields = rows.map((row) => row.split(' '));
  const arity = fields[0].length - 2;
  const inputs = Array.from({ length: arity }, (_, i) => Float64Array.from(fields, (f) => fromHex(f[i])));
  const rounded = Float64Array.from(fields, (f) => fromHex(f[arity]));
  const rests = Float64Array.from(fields, (f) => Number(f[arity + 1]) / 100);
  const error = (answer, i) => Math.abs((answer - rounded[i]) / ulpOf(rounded[i]) - rests[i]);
  return { inputs, rounded, error };
}
