/**
 * SplittableRandom's generator on a counter: draw i of a stream is mix64(key + gamma * i), with an odd gamma of the
 * stream's own. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014), with
 * Stafford's finaliser 13 as in their SplitMix64. Each word of an element is a stream of its own.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';

const mask = (1n << 64n) - 1n;

/** 2^64 divided by the golden ratio, odd. */
export const golden = 0x9e3779b97f4a7c15n;

const stafford13 = [
  [30n, 0xbf58476d1ce4e5b9n],
  [27n, 0x94d049bb133111ebn],
] as const;

const murmur3 = [
  [33n, 0xff51afd7ed558ccdn],
  [33n, 0xc4ceb9fe1a85ec53n],
] as const;

function mixWith(rounds: typeof stafford13 | typeof murmur3, last: bigint, x: bigint): bigint {
  let z = x & mask;
  for (const [shift, factor] of rounds) z = ((z ^ (z >> shift)) * factor) & mask;
  return z ^ (z >> last);
}

/** The output function: a bijection of 64-bit words. */
export const mix64 = (x: bigint): bigint => mixWith(stafford13, 31n, x);

function bitCount(x: bigint): number {
  let count = 0;
  for (let rest = x; rest !== 0n; rest &= rest - 1n) count++;
  return count;
}

/** An odd increment whose bits change often enough for the low bits of the counter to reach everywhere. */
export function mixGamma(x: bigint): bigint {
  const gamma = mixWith(murmur3, 33n, x) | 1n;
  return bitCount(gamma ^ (gamma >> 1n)) < 24 ? gamma ^ 0xaaaaaaaaaaaaaaaan : gamma;
}

/** Where word `word`'s stream starts and how far apart its states are. */
function streamOf(key: readonly [string, string], word: number): { start: bigint; gamma: bigint } {
  const [start, seed] = [BigInt(key[0]), BigInt(key[1])];
  if (word === 0) return { start, gamma: mixGamma(seed) };
  const shift = BigInt(word) * golden;
  return { start: mix64(start ^ mix64(shift)), gamma: mixGamma(seed + shift) };
}

export function splitmixBits(key: readonly [string, string], element: bigint, word: number): bigint {
  const { start, gamma } = streamOf(key, word);
  return mix64(start + gamma * element);
}

/** The same in primitives; `element` is int64. */
export function buildSplitmix(b: Builder, key: readonly [string, string], element: Value, word: number): Value {
  const { start, gamma } = streamOf(key, word);
  const u = (x: bigint): Value => b.const(x, 'uint64');
  const state = b.prim('add', b.prim('multiply', b.cast(element, 'uint64'), u(gamma)), u(start));
  const fold = (z: Value, shift: bigint): Value => b.prim('xor', z, b.prim('shiftRight', z, u(shift)));
  const mixed = stafford13.reduce((z, [shift, factor]) => b.prim('multiply', fold(z, shift), u(factor)), state);
  return fold(mixed, 31n);
}
