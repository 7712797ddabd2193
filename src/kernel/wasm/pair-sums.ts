/**
 * Sums of pairs by strips. Knuth's step of six operations makes no difference between large and small; where a sum is known to be
 * larger than what is added to it, Dekker's three do. So a strip is summed from an anchor: a power of two above anything that
 * its elements can add up to, made from the largest of the strip before. That it was large enough, and not larger than need be, is
 * seen from the largest element when the strip is done; if it was not, the strip is gone through again by Knuth's steps.
 * Sizes of floats are in the order of their bits, so the largest is found in 32-bit halves, which leaves the adders to sums: the
 * high half is that of the largest element, the low half some element's, and both together at most a millionth above it.
 *
 * With elements up to g, at most 64 of which are added to each lane, an anchor A between 2^7 g and 2^12 g keeps sums between A / 2
 * and 2 A and above all elements. What a step rounds off is then exact, and a multiple of the last place of some element; the sum of all that,
 * at most 2^-46 A, is exact as long as no element is smaller than 2^-34 g, and loses less than 2^-92 A otherwise.
 */
import { type Additions, fastTwoSum, twoSum } from '../math/double.js';
import type { Code, Local } from './encoder.js';
import type { Attempt } from './inner.js';
import { splatBits } from './vector.js';

/** Iterations of a strip, at most and at least: a lane adds an element in each. */
export const attemptIterations = { most: 64, least: 16 };
/** An anchor is 2^`above` times the power of two below the largest element, and may be 2^`tightest` to 2^`loosest` times that. */
const above = 9;
const tightest = 7;
const loosest = 12;

/** The sum and its second half, one v128 for two lanes of a group. */
export interface PairLocals {
  readonly sum: Local;
  readonly rest: Local;
}

const exponentBits = 0x7ff0_0000_0000_0000n;
const sizeBits = 0x7fff_ffff_ffff_ffffn;
const powerOf = (exponent: number): bigint => BigInt(1023 + exponent) << 52n;

/**
 * `main`: the pairs of the fold, one a part of a group; `addedIn` emits what an iteration adds, in a local for each. Both parts have
 * one anchor and one largest element, for more would not stay in registers. `memory` is where the anchor is kept from call to call,
 * 16 bytes that are 0 before the first.
 */
export function pairSums(
  ahead: Code,
  main: readonly PairLocals[],
  memory: number,
  addedIn: (step: Code) => readonly Local[],
): Attempt {
  const fresh = (): Local => ahead.locals.fresh('v128');
  const constant = (bits: bigint): Local => splatBits(ahead, bits, 8).keep('v128');
  const [size, zero] = [constant(sizeBits), constant(0n)];
  const anchor = ahead.base().memory('v128.load', memory).keep('v128');
  const largest = fresh();
  const strip = main.map((): PairLocals => ({ sum: fresh(), rest: fresh() }));

  const enter = ahead.fork().get(zero).set(largest);
  const take = ahead.fork();
  strip.forEach(({ sum, rest }, part) => {
    enter.get(anchor).set(sum).get(zero).set(rest);
    takeOver(take, main[part] as PairLocals, additions(take).sub(sum, anchor), rest);
  });

  const step = ahead.fork();
  const added = addedIn(step);
  strip.forEach(({ sum, rest }, part) => {
    const math = additions(step);
    const { hi, lo } = fastTwoSum(math, sum, added[part] as Local);
    step.get(math.add(rest, lo)).set(rest);
    step.get(hi).set(sum);
  });
  added.forEach((x, part) => {
    step.get(x).get(size).op('v128.and');
    if (part > 0) step.op('i32x4.max_u');
  });
  step.get(largest).op('i32x4.max_u').set(largest);

  const holds = ahead.fork();
  fits(holds, anchor, largest, zero);
  const leave = ahead.fork().base().get(largest);
  splatBits(leave, exponentBits, 8).op('v128.and');
  splatBits(leave, BigInt(above) << 52n, 8)
    .op('i64x2.add')
    .tee(anchor)
    .memory('v128.store', memory);
  return { iterations: attemptIterations, enter, step, holds, take, leave };
}

/** Leaves on the stack whether the anchor fits the largest element in every lane; of zeros alone any does. */
function fits(code: Code, anchor: Local, largest: Local, zero: Local): void {
  const scaled = (exponent: number): Code => splatBits(code.get(anchor), powerOf(-exponent), 8).op('f64x2.mul');
  code.get(largest);
  scaled(tightest).op('f64x2.lt');
  code.get(largest);
  scaled(loosest).op('f64x2.ge').get(largest).get(zero).op('f64x2.eq').op('v128.or');
  code.op('v128.and').op('i64x2.all_true');
}

/** Adds `sum` and `rest` to a pair: Knuth's step. */
function takeOver(code: Code, pair: PairLocals, sum: Local, rest: Local): void {
  const math = additions(code);
  const { hi, lo } = twoSum(math, pair.sum, sum);
  code.get(math.add(math.add(lo, rest), pair.rest)).set(pair.rest);
  code.get(hi).set(pair.sum);
}

/** Additions of vectors, each result in a local of its own. */
function additions(code: Code): Additions {
  const op =
    (name: string) =>
    (x: Local, y: Local): Local =>
      code.get(x).get(y).op(name).keep('v128');
  return { add: op('f64x2.add'), sub: op('f64x2.sub') };
}
