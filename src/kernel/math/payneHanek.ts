/**
 * Reduction of huge arguments modulo pi/2 (Payne and Hanek, 1983) in integer arithmetic: the product of the argument's
 * 53-bit significand with the 192 bits of 2/pi that matter, modulo 4, so that 62 bits may cancel.
 */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { arithmetic } from './arithmetic.js';
import { fastTwoSum, type Pair, pairProduct, twoSum } from './double.js';

/** 2/pi, after 64 zero bits, in words of 32 bits. */
const twoOverPi = [
  0, 0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561, 0xb7246e3a,
  0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41,
  0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf,
  0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08,
  0x56033046, 0xfc7b6bab,
].map((w) => String(w));

/** x = quadrant pi/2 + r modulo 2 pi, |r| <= pi/4, for x >= 1; quadrant is uint64. r is NaN for infinity and NaN. */
export function reduceHuge(b: Builder, x: Value): { readonly quadrant: Value; readonly r: Pair } {
  const m = arithmetic(b);
  const { c, word, add, sub, mul, and, or, shr, shl, bits } = m;
  const mask = word(0xffffffffn);
  const low = (v: Value) => and(v, mask);

  const significand = or(and(bits(x), word(0xfffffffffffffn)), word(0x10000000000000n));
  const start = sub(shr(bits(x), 52), word(1013n));
  const first = shr(start, 5);
  const shift = and(start, word(31n));
  const entry = (i: number) => {
    const at = b.bitcast(add(first, word(BigInt(i))), 'int64');
    return b.push({ op: 'table', dtype: 'uint64', values: twoOverPi, args: [at] });
  };
  const aligned = (i: number) => low(b.prim('shiftRight', or(shl(entry(i), 32), entry(i + 1)), sub(word(32n), shift)));

  const factors = [low(significand), shr(significand, 32)] as const;
  const window = [5, 4, 3, 2, 1, 0].map(aligned);
  const limbs: Value[] = [];
  let carry = word(0n);
  window.forEach((w, i) => {
    const below = window[i - 1];
    const twoBelow = window[i - 2];
    let sum = add(carry, low(mul(factors[0], w)));
    if (below !== undefined) sum = add(sum, shr(mul(factors[0], below), 32), low(mul(factors[1], below)));
    if (twoBelow !== undefined) sum = add(sum, shr(mul(factors[1], twoBelow), 32));
    limbs.push(low(sum));
    carry = shr(sum, 32);
  });

  const top = or(shl(limbs[5] as Value, 32), limbs[4] as Value);
  const quadrant = shr(add(top, word(1n << 61n)), 62);
  const rest = b.bitcast(sub(top, shl(quadrant, 62)), 'int64');
  const term = (v: Value, exponent: number) => mul(b.cast(v, 'float64'), c(2 ** exponent));
  const lead = twoSum(m, term(shr(rest, 32), -30), term(and(rest, b.const(0xffffffffn, 'int64')), -62));
  const tail = add(term(limbs[3] as Value, -94), term(limbs[2] as Value, -126));
  const turns = fastTwoSum(m, lead.hi, add(lead.lo, tail));
  const r = pairProduct(m, turns, { hi: c(Math.PI / 2), lo: c(6.123233995736766e-17) });
  const outside = sub(x, x);
  return { quadrant, r: { hi: add(r.hi, outside), lo: add(r.lo, outside) } };
}
