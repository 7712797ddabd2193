import type { Rule } from '../rule.js';
import { layersOf, takeIn } from './fuse.js';

/** The first step of a reduction computes what it folds; so do both steps of a scan that read it. */
export const fuseReduces: Rule = {
  name: 'fuse-reduces',
  says: 'partial(map(x)) -> partial(x), folding the map as it is computed',
  apply(e, context) {
    if (e.kind !== 'reduce' && e.kind !== 'scan') return undefined;
    const fused = takeIn(e, context, ({ values }) => e.values.map((v) => values[v] as number));
    if (fused === undefined) return undefined;
    const { inputs, loads, body, values } = fused;
    return Object.freeze({ ...e, inputs, loads, body, values, layers: layersOf(e, fused) });
  },
};
