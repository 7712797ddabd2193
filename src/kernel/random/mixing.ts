/**
 * The numbers of SplittableRandom: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014),
 * with Stafford's finaliser 13 as in their SplitMix64.
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

/** x ^ (x >> by), in primitives. */
export const fold = (b: Builder, x: Value, by: bigint): Value =>
  b.prim('xor', x, b.prim('shiftRight', x, b.const(by, 'uint64')));

/** mix64 in primitives. */
export function buildMix64(b: Builder, x: Value): Value {
  const mixed = stafford13.reduce(
    (z, [by, factor]) => b.prim('multiply', fold(b, z, by), b.const(factor, 'uint64')),
    x,
  );
  return fold(b, mixed, 31n);
}

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
