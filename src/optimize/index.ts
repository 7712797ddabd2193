/** From what users wrote to what is worth running: an ordered list of passes, each a list of rules. */
import type { Expr } from '../expr/types.js';
import { type Pass, run, type Trace } from './rule.js';
import { composeViews } from './rules/composeViews.js';
import { dropIdentity } from './rules/dropIdentity.js';
import { flattenConcats } from './rules/flattenConcats.js';
import { fuseMaps } from './rules/fuseMaps.js';
import { fuseReduces } from './rules/fuseReduces.js';
import { fuseViews } from './rules/fuseViews.js';
import { knownSums } from './rules/knownSums.js';
import { mergeRechunks } from './rules/mergeRechunks.js';
import { mergeReshapes } from './rules/mergeReshapes.js';
import { reshapeSources } from './rules/reshapeSources.js';
import { shareEqual } from './rules/shareEqual.js';
import { simplifyBodies } from './rules/simplifyBodies.js';
import { sliceConcats } from './rules/sliceConcats.js';
import { splitReduces } from './rules/splitReduces.js';

export type { Context, Pass, Rule, Trace } from './rule.js';

export interface OptimizeOptions {
  /** 'none': only what running needs, one layer at a time as it was written. */
  readonly level?: 'full' | 'none';
  /** Told of every rewriting. */
  readonly trace?: Trace;
}

/** In the order they run. What no result needs any more is left behind by every one of them. */
export const passes: readonly Pass[] = Object.freeze([
  { name: 'share', always: true, rules: [shareEqual] },
  {
    name: 'arrange',
    always: false,
    rules: [dropIdentity, composeViews, mergeRechunks, mergeReshapes, reshapeSources, flattenConcats, sliceConcats],
  },
  // What was made anew for several readers, such as the parts of a concat that two slices touch, is one again.
  { name: 'share again', always: false, rules: [shareEqual] },
  { name: 'split', always: true, rules: [splitReduces] },
  { name: 'fuse', always: false, rules: [fuseMaps, fuseViews, fuseReduces] },
  { name: 'simplify', always: false, rules: [simplifyBodies, dropIdentity, knownSums] },
]);

/** The same values, bit for bit, in an order of fewer and larger steps. */
export function optimize(roots: readonly Expr[], options: OptimizeOptions = {}): readonly Expr[] {
  const { level = 'full', trace } = options;
  return passes
    .filter((pass) => pass.always || level === 'full')
    .reduce((exprs, pass) => run(pass, exprs, trace), roots);
}
