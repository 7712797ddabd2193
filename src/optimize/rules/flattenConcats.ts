import type { Rule } from '../rule.js';

/** Nested parts stand side by side; parts of no length are no parts. */
export const flattenConcats: Rule = {
  name: 'flatten-concats',
  says: 'concat(concat(x, y), z) -> concat(x, y, z); empty parts are dropped',
  apply(e) {
    if (e.kind !== 'concat') return undefined;
    const { axis } = e;
    const nested = e.inputs.some((part) => part.kind === 'concat' && part.axis === axis);
    const empty = e.shape[axis] !== 0 && e.inputs.some((part) => part.shape[axis] === 0);
    if (!nested && !empty) return undefined;
    const flat = e.inputs.flatMap((part) => (part.kind === 'concat' && part.axis === axis ? part.inputs : [part]));
    const inputs = empty ? flat.filter((part) => part.shape[axis] !== 0) : flat;
    return Object.freeze({ ...e, inputs: Object.freeze(inputs) });
  },
};
