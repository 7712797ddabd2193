/** From the words of a superaccumulator, 56 bits each, to the nearest float: of the sum, or of the sum over a count. */
import type { DType } from '../core/dtype.js';
import type { Builder } from '../kernel/builder.js';
import type { PrimitiveName, Value } from '../kernel/ir.js';

const wordBits = 56;
const wordMask = (1n << 56n) - 1n;
/** The weight of the lowest bit of word 0. */
const lowest = -1074;

export type WordArithmetic = ReturnType<typeof wordArithmetic>;

/** Short names for int64 arithmetic. Shifts by less than 0 or more than 63 give 0, for values that are not negative. */
export function wordArithmetic(b: Builder) {
  const binary = (op: PrimitiveName) => (x: Value, y: Value) => b.prim(op, x, y);
  const c = (value: bigint) => b.const(value, 'int64');
  const and = binary('and');
  const shr = binary('shiftRight');
  return {
    c,
    add: binary('add'),
    sub: binary('subtract'),
    mul: binary('multiply'),
    div: binary('floorDivide'),
    rem: binary('remainder'),
    min: binary('minimum'),
    max: binary('maximum'),
    eq: binary('equal'),
    ne: binary('notEqual'),
    lt: binary('less'),
    gt: binary('greater'),
    and,
    or: binary('or'),
    shl: binary('shiftLeft'),
    shr,
    select: (condition: Value, yes: Value, no: Value) => b.select(condition, yes, no),
    bits: (x: Value) => b.bitcast(x, 'int64'),
    /** What a word keeps, and what goes to the word above. */
    low: (x: Value) => and(x, c(wordMask)),
    carry: (x: Value) => shr(x, c(BigInt(wordBits))),
  };
}

/** All carries moved up: words between 0 and 2^56, the uppermost with the sign. */
function propagated(m: WordArithmetic, words: readonly Value[]): Value[] {
  let carry = m.c(0n);
  return words.map((word, j) => {
    const sum = m.add(word, carry);
    carry = m.carry(sum);
    return j === words.length - 1 ? sum : m.low(sum);
  });
}

/** A positive number from its leading words: (high, middle, low) * 2^exponent, and more below where `sticky` is not 0. */
interface Leading {
  readonly high: Value;
  readonly middle: Value;
  readonly low: Value;
  readonly sticky: Value;
  readonly exponent: Value;
}

/** The uppermost word that is not 0, the two below it, and whether anything is left. */
function leading(m: WordArithmetic, words: readonly Value[]): Leading {
  const zero = m.c(0n);
  let [high, middle, low, sticky, exponent] = [zero, zero, zero, zero, zero];
  const below: Value[] = [];
  words.forEach((word, j) => {
    const there = m.ne(word, zero);
    high = m.select(there, word, high);
    middle = m.select(there, words[j - 1] ?? zero, middle);
    low = m.select(there, words[j - 2] ?? zero, low);
    sticky = m.select(there, below[j - 3] ?? zero, sticky);
    exponent = m.select(there, m.c(BigInt(wordBits * (j - 2) + lowest)), exponent);
    below.push(j === 0 ? word : m.or(below[j - 1] as Value, word));
  });
  return { high, middle, low, sticky, exponent };
}

/** Digits of 8 bits: the remainder by a count below 2^54 with one more digit fits a word. */
const digitBits = 8;

/** `number` over a count, word by word from above. */
function divided(m: WordArithmetic, number: Leading, count: Value): Leading {
  let rest = m.c(0n);
  const overCount = (word: Value): Value => {
    let quotient = m.c(0n);
    for (let shift = wordBits - digitBits; shift >= 0; shift -= digitBits) {
      const digit = m.and(m.shr(word, m.c(BigInt(shift))), m.c(0xffn));
      const part = m.add(m.shl(rest, m.c(BigInt(digitBits))), digit);
      quotient = m.add(m.shl(quotient, m.c(BigInt(digitBits))), m.div(part, count));
      rest = m.rem(part, count);
    }
    return quotient;
  };
  const [high, middle, low] = [overCount(number.high), overCount(number.middle), overCount(number.low)];
  return raised(m, { ...number, high, middle, low, sticky: m.or(number.sticky, rest) });
}

/** Moved up by a word where the uppermost is 0. */
function raised(m: WordArithmetic, { high, middle, low, sticky, exponent }: Leading): Leading {
  const zero = m.c(0n);
  const empty = m.eq(high, zero);
  return {
    high: m.select(empty, middle, high),
    middle: m.select(empty, low, middle),
    low: m.select(empty, zero, low),
    sticky,
    exponent: m.select(empty, m.sub(exponent, m.c(BigInt(wordBits))), exponent),
  };
}

/** x with all but its lowest `count` bits cleared. */
const lowBits = (m: WordArithmetic, x: Value, count: Value): Value =>
  m.and(x, m.sub(m.shl(m.c(1n), m.max(count, m.c(0n))), m.c(1n)));

/** 1 where x is not 0: what rounding must know of the bits that are gone. */
const trace = (m: WordArithmetic, x: Value): Value => m.select(m.eq(x, m.c(0n)), m.c(0n), m.c(1n));

/** x >> count, the lowest bit set where any bit was lost. */
const shiftedOut = (m: WordArithmetic, x: Value, count: Value): Value =>
  m.or(m.shr(x, count), trace(m, lowBits(m, x, count)));

/** Some 60 bits of a number and the exponent of the lowest, which is set where bits below are not 0. */
function top60(b: Builder, { high, middle, low, sticky, exponent }: Leading): { bits: Value; exponent: Value } {
  const m = wordArithmetic(b);
  const c = (n: number): Value => m.c(BigInt(n));
  const size = m.sub(m.shr(m.bits(b.cast(high, 'float64')), c(52)), c(1022));
  const shift = m.sub(c(61), size);
  const [fromMiddle, fromLow] = [m.sub(c(wordBits), shift), m.sub(c(2 * wordBits), shift)];
  const kept = [
    m.shl(high, shift),
    m.shr(middle, fromMiddle),
    m.shl(middle, m.sub(shift, c(wordBits))),
    m.shr(low, fromLow),
  ];
  const lost = [sticky, lowBits(m, middle, fromMiddle), lowBits(m, low, m.min(fromLow, c(wordBits)))];
  const bits = m.or(kept.reduce(m.or), trace(m, lost.reduce(m.or)));
  return { bits, exponent: m.sub(m.add(exponent, c(2 * wordBits)), shift) };
}

/** x * 2^exponent for a whole exponent between -1100 and 1100: two steps, of which only the last may round. */
function scaled(b: Builder, x: Value, exponent: Value): Value {
  const m = wordArithmetic(b);
  const power = (e: Value): Value => b.bitcast(m.shl(m.add(e, m.c(1023n)), m.c(52n)), 'float64');
  const half = m.shr(exponent, m.c(1n));
  return b.prim('multiply', b.prim('multiply', x, power(half)), power(m.sub(exponent, half)));
}

/** Two bits below the least float64: what rounding to a subnormal needs to see. */
const guard = lowest - 2;

/** The nearest float64. Subnormals are rounded as integers, so that no second rounding follows. */
function nearestDouble(b: Builder, bits: Value, exponent: Value): Value {
  const m = wordArithmetic(b);
  const excess = m.min(m.max(m.sub(m.c(BigInt(guard)), exponent), m.c(0n)), m.c(63n));
  const cut = shiftedOut(m, bits, excess);
  const usual = scaled(b, b.cast(cut, 'float64'), m.max(exponent, m.c(BigInt(guard))));
  const even = m.and(m.shr(cut, m.c(2n)), m.c(1n));
  const units = m.shr(m.add(m.add(cut, m.c(1n)), even), m.c(2n));
  const subnormal = scaled(b, b.cast(units, 'float64'), m.c(BigInt(lowest)));
  return b.select(m.lt(cut, m.c(1n << 55n)), subnormal, usual);
}

/** A float64 of 50 bits whose last is set where bits are missing: rounding it to float32 is rounding once. */
function oddDouble(b: Builder, bits: Value, exponent: Value): Value {
  const m = wordArithmetic(b);
  const kept = shiftedOut(m, bits, m.c(11n));
  return scaled(b, b.cast(kept, 'float64'), m.add(exponent, m.c(11n)));
}

/** The words' value, over `count` where it is given, as float64 that is (or rounds to) the nearest `gives`. */
export function roundedQuotient(b: Builder, words: readonly Value[], gives: DType, count?: Value): Value {
  const m = wordArithmetic(b);
  const settled = propagated(m, words);
  const negative = m.lt(settled.at(-1) as Value, m.c(0n));
  const turned = settled.map((word) => m.select(negative, m.sub(m.c(0n), word), word));
  const number = leading(m, propagated(m, turned));
  const { bits, exponent } = top60(b, count === undefined ? number : divided(m, number, count));
  const size = gives === 'float32' ? oddDouble(b, bits, exponent) : nearestDouble(b, bits, exponent);
  return b.select(negative, b.prim('negative', size), size);
}
