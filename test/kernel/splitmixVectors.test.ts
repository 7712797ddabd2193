/** SplitMix64's published values, from the mixing function and from a stream whose gamma is the golden one. */
import { describe, expect, test } from 'vitest';
import { Builder } from '#src/kernel/builder.js';
import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import type { Kernel } from '#src/kernel/ir.js';
import { golden, mix64, mixGamma } from '#src/kernel/random/mixing.js';
import { bits, drawBits } from '#src/kernel/random.js';

const mask = (1n << 64n) - 1n;
const seed = 1234567n;
const published = [
  6457827717110365317n,
  3203168211198807973n,
  9817491932198370423n,
  4593380528125082431n,
  16408922859458223821n,
];

/** The inverse of an odd number modulo 2^64, by Newton's iteration. */
function inverse(odd: bigint): bigint {
  let x = odd;
  for (let i = 0; i < 6; i++) x = (x * (2n - odd * x)) & mask;
  return x;
}

/** x from x ^ (x >> 33): the upper half is as it was. */
const unfold = (z: bigint): bigint => z ^ (z >> 33n);

/** What mixGamma makes `gamma` of: the murmur3 finaliser backwards. */
function seedOfGamma(gamma: bigint): bigint {
  const second = (unfold(gamma) * inverse(0xc4ceb9fe1a85ec53n)) & mask;
  return unfold((unfold(second) * inverse(0xff51afd7ed558ccdn)) & mask);
}

describe('splitmix64', () => {
  test('the mixing function gives the published values, its state stepping by the golden gamma', () => {
    expect(published.map((_, i) => mix64(seed + golden * BigInt(i + 1)))).toEqual(published);
  });

  /** SplitMix64 steps before it mixes: its first value is element 0 of a stream that starts one step on. */
  const key = [((seed + golden) & mask).toString(), seedOfGamma(golden).toString()] as const;

  test('a stream of that gamma gives them at elements 0, 1, 2, ...', () => {
    expect(mixGamma(BigInt(key[1]))).toBe(golden);
    expect(published.map((_, i) => drawBits('splitmix64', key, BigInt(i), 0))).toEqual(published);
  });

  test.each([true, false])('so do compiled kernels, SIMD %s', (simd) => {
    const b = new Builder();
    const index = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: [1] });
    const value = bits(b, { generator: 'splitmix64', key }, index);
    const kernel: Kernel = {
      rank: 1,
      loads: [],
      body: b.body(),
      reduced: [],
      outputs: [{ kind: 'store', dtype: 'uint64', value }],
    };
    const out = new BigUint64Array(published.length);
    instantiate(compileKernel(kernel, { simd }))({
      origin: [0],
      extent: [out.length],
      inputs: [],
      outputs: [{ data: [out], offset: 0, strides: [1] }],
    });
    expect([...out]).toEqual(published);
  });

  test('no gamma changes its bits fewer than 24 times from one to the next', () => {
    for (let i = 0n; i < 2000n; i++) {
      const gamma = mixGamma(mix64(i));
      const changes = (gamma ^ (gamma >> 1n)).toString(2).replaceAll('0', '').length;
      expect(gamma % 2n).toBe(1n);
      expect(changes).toBeGreaterThanOrEqual(24);
    }
  });
});
