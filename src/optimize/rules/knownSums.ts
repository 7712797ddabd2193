import { sizeOf } from '../../core/shape.js';
import { type Range, Ranges } from '../../kernel/ranges.js';
import { cheaperSums } from '../../ops/sums.js';
import type { Rule } from '../rule.js';

/** Whole numbers up to here, added so many times, stay below 2^53, where float64 holds every one. */
const greatest = 2 ** 16;
const mostWholes = 2 ** 36;

const isSmallWhole = ({ least, most, whole }: Range): boolean => whole && Math.max(-least, most) <= greatest;

/**
 * How many times as large as the smallest element the largest may be: the second halves of a sum that begins there are then
 * exact for the first 2^17 elements, even if all are the smallest.
 */
const spread = 2 ** 36;
/** Sums of what is larger could overflow, and second halves of what is smaller be subnormal. */
const extreme = 2 ** 500;

const isBounded = ({ least, most, smallest }: Range): boolean =>
  least >= 0 && most < extreme && smallest * extreme > 1 && most <= smallest * spread;

/** Counts, what `where` chooses from a few numbers, uniform numbers and what is made of them: less has to be kept of the rounding. */
export const knownSums: Rule = {
  name: 'known-sums',
  says: 'sum(where(x, 4, 0)) -> the same with one addition an element; sum(sqrt(uniform)) with four',
  apply(e) {
    if (e.kind !== 'reduce' || (e.phase !== 'partial' && e.phase !== 'whole')) return undefined;
    const sums = cheaperSums(e.fold);
    if (sums === undefined) return undefined;
    const range = new Ranges(e.body).of(e.values[0] as number);
    if (range === undefined) return undefined;
    if (isSmallWhole(range) && sizeOf(e.domain) <= mostWholes) return Object.freeze({ ...e, fold: sums.wholes });
    return isBounded(range) ? Object.freeze({ ...e, fold: sums.upTo(range.most) }) : undefined;
  },
};
