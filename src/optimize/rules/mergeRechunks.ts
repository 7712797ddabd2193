import type { Expr } from '../../expr/types.js';
import type { Rule } from '../rule.js';

/** Only the last chunks of a tower count: regions of any chunks can be read. A rechunked view is a view in other chunks. */
export const mergeRechunks: Rule = {
  name: 'merge-rechunks',
  says: 'rechunk(rechunk(x)) -> rechunk(x); slice(rechunk(x)) -> slice(x); rechunk(slice(x)) -> slice(x)',
  apply(e) {
    const inner = e.inputs[0] as Expr;
    if (e.kind === 'rechunk' && inner.kind === 'view') {
      return Object.freeze({ ...inner, chunks: e.chunks, name: e.name, label: e.label });
    }
    if ((e.kind !== 'rechunk' && e.kind !== 'view') || inner.kind !== 'rechunk') return undefined;
    return Object.freeze({ ...e, inputs: inner.inputs });
  },
};
