/**
 * Random arrays. A value depends on the seed, on which array of its generator it belongs to, and on its place in the
 * array alone: never on chunks, executor or retries.
 */
import { Generator } from './random/generator.js';
import type { Seed, SeedOptions } from './random/options.js';

export { Generator } from './random/generator.js';
export type { Seed, SeedOptions, SizeOptions } from './random/options.js';

/** A generator of its own, for arrays that belong together: with a seed it gives the same arrays every time. */
export const generator = (seed?: Seed, options: Omit<SeedOptions, 'seed'> = {}): Generator =>
  new Generator(seed, options.bitGenerator);

const names = [
  'uniform',
  'random',
  'normal',
  'standardNormal',
  'exponential',
  'integers',
  'gamma',
  'beta',
  'poisson',
  'binomial',
] as const;

/** The methods of a generator on their own: each call draws the first array of the seed in its options, or of a fresh one. */
type Draws = Pick<Generator<SeedOptions>, (typeof names)[number]>;

const isOptions = (x: unknown): x is SeedOptions => typeof x === 'object' && x !== null && !Array.isArray(x);

const draws: Draws = Object.fromEntries(
  names.map((name) => [
    name,
    (...args: readonly unknown[]) => {
      const { seed, bitGenerator } = args.find(isOptions) ?? {};
      const fresh = new Generator(seed, bitGenerator);
      return (fresh[name] as (...given: unknown[]) => unknown).apply(fresh, [...args]);
    },
  ]),
) as unknown as Draws;

export const { uniform, random, normal, standardNormal, exponential, integers, gamma, beta, poisson, binomial } = draws;
