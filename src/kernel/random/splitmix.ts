/**
 * SplittableRandom's generator on a counter: draw i of a stream is mix64(start + gamma * i), with an odd gamma of the
 * stream's own. Each word of an element is a stream of its own. Source: see mixing.ts.
 */
import { buildMix64, mix64 } from './mixing.js';
import type { WeylMethod } from './weyl.js';

export const splitmix64: WeylMethod = {
  pageBits: 64,
  count: 1,
  sequence: (seed) => seed,
  buildSequence: (_, seed) => seed,
  mix: ([x]) => mix64(x as bigint),
  buildMix: (b, [x]) => buildMix64(b, x as number),
};
