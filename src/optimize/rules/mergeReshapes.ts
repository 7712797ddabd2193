import type { Rule } from '../rule.js';

/** Row-major order is kept by every reshape, so only the last shape counts. */
export const mergeReshapes: Rule = {
  name: 'merge-reshapes',
  says: 'reshape(reshape(x)) -> reshape(x)',
  apply(e) {
    const [inner] = e.inputs;
    if (e.kind !== 'reshape' || (inner?.kind !== 'reshape' && inner?.kind !== 'rechunk')) return undefined;
    return Object.freeze({ ...e, inputs: inner.inputs });
  },
};
