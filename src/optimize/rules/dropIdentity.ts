import { isIdentity } from '../../core/affine.js';
import { sameChunks } from '../../core/chunks.js';
import { sameShape } from '../../core/shape.js';
import type { Expr } from '../../expr/types.js';
import type { Rule } from '../rule.js';

/** Whether `e` gives the elements of its first input in the same places. */
function changesNothing(e: Expr, inner: Expr): boolean {
  const ndim = inner.shape.length;
  if (!sameShape(e.shape, inner.shape)) return false;
  if (e.kind === 'view') return isIdentity(e.map, ndim);
  if (e.kind === 'concat') return e.inputs.length === 1;
  if (e.kind === 'map') {
    const [load] = e.loads;
    return e.body.length === 1 && e.body[0]?.op === 'load' && load !== undefined && isIdentity(load.map, ndim);
  }
  return e.kind === 'rechunk' || e.kind === 'reshape';
}

/** In the same chunks it is the input; in other chunks, a rechunk. */
export const dropIdentity: Rule = {
  name: 'drop-identity',
  says: 'x[:] -> x; rechunk, reshape or concat of x that changes nothing -> x',
  apply(e) {
    const [inner] = e.inputs;
    if (inner === undefined || !changesNothing(e, inner)) return undefined;
    if (sameChunks(e.chunks, inner.chunks)) return inner;
    if (e.kind === 'rechunk') return undefined;
    const { label, name, shape, dtype, chunks, layers } = e;
    const made = layers === undefined ? {} : { layers };
    return Object.freeze({ kind: 'rechunk', label, name, inputs: e.inputs, shape, dtype, chunks, ...made });
  },
};
