/**
 * Two Weyl sequences a page, multiplied: the first is folded before, the second is odd; the product is folded again, and
 * a shift and an addition hide its low bits, which depend on low bits alone. For each factor all that is a bijection.
 * A page's starts and steps are words of SplitMix64 (mixing.ts), so each page has 254 bits of its own. One product does
 * not carry the top bits of a sequence down to the others, but within a page low bits tell elements apart, and pages have
 * nothing in common. After Widynski, "Squares: a fast counter-based RNG" (2020), where Weyl sequences are multiplied too.
 */
import { buildMix64, fold, mix64 } from './mixing.js';
import type { WeylMethod } from './weyl.js';

const mask = (1n << 64n) - 1n;
const half = 32n;
const spread = 21n;

const folded = (x: bigint): bigint => x ^ (x >> half);

export const weyl64: WeylMethod = {
  pageBits: 20,
  count: 2,
  sequence(seed, page, which) {
    const word = (k: bigint): bigint => mix64(seed.start + seed.step * (4n * page + 2n * BigInt(which) + k));
    const [start, step] = [word(0n), word(1n) | 1n];
    return which === 0 ? { start, step } : { start: start | 1n, step: (step << 1n) & mask };
  },
  buildSequence(b, seed, page, which) {
    const u = (x: number): number => b.const(x, 'uint64');
    const word = (k: number): number => {
      const at = b.prim('add', b.prim('multiply', page, u(4)), u(2 * which + k));
      return buildMix64(b, b.prim('add', seed.start, b.prim('multiply', seed.step, at)));
    };
    const odd = (x: number): number => b.prim('or', x, u(1));
    const [start, step] = [word(0), odd(word(1))];
    return which === 0 ? { start, step } : { start: odd(start), step: b.prim('shiftLeft', step, u(1)) };
  },
  mix([x, factor]) {
    const product = folded((folded(x as bigint) * (factor as bigint)) & mask);
    return (product + (product << spread)) & mask;
  },
  buildMix(b, [x, factor]) {
    const product = fold(b, b.prim('multiply', fold(b, x as number, half), factor as number), half);
    return b.prim('add', product, b.prim('shiftLeft', product, b.const(spread, 'uint64')));
  },
};
