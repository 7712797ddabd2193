import { compose } from '../../core/affine.js';
import type { Rule } from '../rule.js';

/** Index maps are closed under composition, so any tower of views is one view. */
export const composeViews: Rule = {
  name: 'compose-views',
  says: 'slice(slice(x)) -> slice(x)',
  apply(e) {
    const [inner] = e.inputs;
    if (e.kind !== 'view' || inner?.kind !== 'view') return undefined;
    return Object.freeze({ ...e, inputs: inner.inputs, map: compose(inner.map, e.map) });
  },
};
