import { sameChunks } from '../../core/chunks.js';
import type { Rule } from '../rule.js';

/** Common subexpressions: names are made from what is computed, so equal names are one value. */
export const shareEqual: Rule = {
  name: 'share-equal',
  says: 'x, x -> one x',
  apply(e, context) {
    const first = context.first(e);
    return first !== e && first.kind === e.kind && sameChunks(first.chunks, e.chunks) ? first : undefined;
  },
};
