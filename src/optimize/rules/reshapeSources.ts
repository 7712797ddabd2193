import { stridesOf } from '../../core/shape.js';
import type { Rule } from '../rule.js';

const isRowMajor = (strides: readonly number[], shape: readonly number[]): boolean => {
  const dense = stridesOf(shape);
  return strides.every((stride, axis) => shape[axis] === 1 || stride === dense[axis]);
};

/** Where no element has to move, kernels read the array where it lies rather than by pieces of its old shape. */
export const reshapeSources: Rule = {
  name: 'reshape-sources',
  says: 'reshape(row-major array in memory) -> the array in that shape',
  apply(e) {
    const [inner] = e.inputs;
    if (e.kind !== 'reshape' || inner?.kind !== 'source' || inner.source.kind !== 'memory') return undefined;
    const { source } = inner;
    if (!isRowMajor(source.strides, inner.shape)) return undefined;
    const { label, name, shape, dtype, chunks, layers } = e;
    const made = layers === undefined ? {} : { layers };
    const reshaped = Object.freeze({ ...source, strides: stridesOf(shape) });
    return Object.freeze({ kind: 'source', label, name, inputs: [], shape, dtype, chunks, source: reshaped, ...made });
  },
};
