/**
 * Philox4x32-10 on a counter: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 * The counter is (element low, element high, key1 low ^ word pair, key1 high), the key is key0; the four words that come
 * out are two draws of 64 bits, the earlier words being the lower halves.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';

const rounds = 10;
const multipliers = [0xd2511f53n, 0xcd9e8d57n] as const;
const bumps = [0x9e3779b9n, 0xbb67ae85n] as const;
const low = (x: bigint): bigint => x & 0xffffffffn;
const high = (x: bigint): bigint => (x >> 32n) & 0xffffffffn;

type Four = readonly [bigint, bigint, bigint, bigint];

/** The block function itself, for the known answers of Random123. */
export function philox4x32(counter: Four, key: readonly [bigint, bigint]): Four {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const [p0, p1] = [c0 * multipliers[0], c2 * multipliers[1]];
    [c0, c1, c2, c3] = [high(p1) ^ c1 ^ k0, low(p1), high(p0) ^ c3 ^ k1, low(p0)];
    [k0, k1] = [low(k0 + bumps[0]), low(k1 + bumps[1])];
  }
  return [c0, c1, c2, c3];
}

const upperCounter = (key: readonly [string, string], word: number): [bigint, bigint] => {
  const second = BigInt(key[1]);
  return [low(second) ^ BigInt(word >>> 1), high(second)];
};

export function philoxBits(key: readonly [string, string], element: bigint, word: number): bigint {
  const first = BigInt(key[0]);
  const out = philox4x32([low(element), high(element), ...upperCounter(key, word)], [low(first), high(first)]);
  return word % 2 === 0 ? out[0] | (out[1] << 32n) : out[2] | (out[3] << 32n);
}

/** The same in primitives; `element` is int64. */
export function buildPhilox(b: Builder, key: readonly [string, string], element: Value, word: number): Value {
  const u32 = (x: bigint): Value => b.const(x, 'uint32');
  const upper = (x: Value): Value => b.cast(b.prim('shiftRight', x, b.const(32, 'uint64')), 'uint32');
  const product = (x: Value, factor: bigint): Value =>
    b.prim('multiply', b.cast(x, 'uint64'), b.const(factor, 'uint64'));
  const at = b.cast(element, 'uint64');
  const [third, fourth] = upperCounter(key, word);
  const first = BigInt(key[0]);
  let [c0, c1, c2, c3] = [b.cast(at, 'uint32'), upper(at), u32(third), u32(fourth)];
  let [k0, k1] = [low(first), high(first)];
  for (let round = 0; round < rounds; round++) {
    const [p0, p1] = [product(c0, multipliers[0]), product(c2, multipliers[1])];
    const mixed = (p: Value, c: Value, k: bigint): Value => b.prim('xor', upper(p), b.prim('xor', c, u32(k)));
    [c0, c1, c2, c3] = [mixed(p1, c1, k0), b.cast(p1, 'uint32'), mixed(p0, c3, k1), b.cast(p0, 'uint32')];
    [k0, k1] = [low(k0 + bumps[0]), low(k1 + bumps[1])];
  }
  const [lower, higher] = word % 2 === 0 ? [c0, c1] : [c2, c3];
  const shifted = b.prim('shiftLeft', b.cast(higher, 'uint64'), b.const(32, 'uint64'));
  return b.prim('or', b.cast(lower, 'uint64'), shifted);
}
