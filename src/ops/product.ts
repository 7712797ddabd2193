/** The fold of products. */
import type { Builder } from '../kernel/builder.js';
import type { Fold, Value } from '../kernel/ir.js';
import { type Arithmetic, arithmetic } from '../kernel/math/arithmetic.js';
import { type Pair, pairProduct } from '../kernel/math/double.js';
import { fold, monoid } from './fold.js';
import type { FoldSpec } from './types.js';

/** 2 ** exponent for an int64 exponent of -1022 to 1023. */
const powerOfTwo = (b: Builder, exponent: Value): Value =>
  b.bitcast(b.prim('shiftLeft', b.prim('add', exponent, b.const(1023, 'int64')), b.const(52, 'int64')), 'float64');

/** Whether x has a significand and an exponent to take apart: neither 0 nor infinite nor NaN. */
const isOrdinary = (m: Arithmetic, x: Value): Value => m.and(m.eq(m.sub(x, x), m.c(0)), m.ne(x, m.c(0)));

/** x = m * 2 ** e with 1 <= |m| < 2, subnormals included; 0, infinities and NaN as they are with e = 0. */
function takeApart(b: Builder, x: Value): { significand: Value; exponent: Value } {
  const m = arithmetic(b);
  const word = (n: number | bigint) => b.const(n, 'int64');
  const small = m.lt(m.abs(x), m.c(2 ** -1022));
  const raw = b.bitcast(m.select(small, m.mul(x, m.c(2 ** 54)), x), 'int64');
  const biased = b.prim('and', b.prim('shiftRight', raw, word(52)), word(0x7ff));
  const exponent = b.prim('subtract', biased, b.select(small, word(1023 + 54), word(1023)));
  const kept = b.prim('and', raw, word(-0x7ff0000000000001n));
  const significand = b.bitcast(b.prim('or', kept, word(0x3ff0000000000000n)), 'float64');
  const ordinary = isOrdinary(m, x);
  return { significand: m.select(ordinary, significand, x), exponent: b.select(ordinary, exponent, word(0)) };
}

/** The product of two pairs with their exponents, its hi brought back to [1, 2). */
function times(b: Builder, x: Pair, xExponent: Value, y: Pair, yExponent: Value): Value[] {
  const m = arithmetic(b);
  const product = pairProduct(m, x, y);
  const { exponent } = takeApart(b, product.hi);
  const scale = powerOfTwo(b, b.prim('negative', exponent));
  const zero = m.c(0);
  const ordinary = isOrdinary(m, product.hi);
  const hi = m.select(ordinary, m.mul(product.hi, scale), m.mul(x.hi, y.hi));
  const lo = m.select(ordinary, m.mul(product.lo, scale), zero);
  return [hi, lo, b.prim('add', b.prim('add', xExponent, yExponent), exponent)];
}

/** Beyond it a product is 0 or infinite whatever its significand. */
const exponentLimit = 1200n;

/** hi * 2 ** exponent in two steps, of which the first is exact. */
function assemble(b: Builder, hi: Value, exponent: Value): Value {
  const word = (n: bigint) => b.const(n, 'int64');
  const held = b.prim('maximum', b.prim('minimum', exponent, word(exponentLimit)), word(-exponentLimit));
  const half = b.prim('shiftRight', held, word(1n));
  const first = b.prim('multiply', hi, powerOfTwo(b, half));
  return b.prim('multiply', first, powerOfTwo(b, b.prim('subtract', held, half)));
}

/**
 * Integers wrap in their accumulator. Floats are multiplied as pairs in [1, 2) with the exponent kept apart: no partial
 * product overflows or underflows, and the grouping of the elements does not show.
 */
export function productFold({ takes, gives }: FoldSpec): Fold {
  if (takes !== 'float64') return monoid(`prod ${takes}`, takes, 1, (b, x, y) => b.prim('multiply', x, y));
  return fold({
    name: `prod ${gives}`,
    state: ['float64', 'float64', 'int64'],
    init: [1, 0, 0],
    values: ['float64'],
    step: (b, [hi, lo, e], [x]) => {
      const { significand, exponent } = takeApart(b, x as Value);
      const factor = { hi: significand, lo: b.const(0, 'float64') };
      return times(b, { hi: hi as Value, lo: lo as Value }, e as Value, factor, exponent);
    },
    merge: (b, [hi, lo, e], [hi2, lo2, e2]) =>
      times(b, { hi: hi as Value, lo: lo as Value }, e as Value, { hi: hi2 as Value, lo: lo2 as Value }, e2 as Value),
    finish: (b, [hi, lo, e]) => b.cast(assemble(b, b.prim('add', hi as Value, lo as Value), e as Value), gives),
  });
}
