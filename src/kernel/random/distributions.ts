/** Distributions in nodes: each value is a function of its element's own words, so nothing depends on chunks. */

import type { DType } from '../../core/dtype.js';
import { Builder } from '../builder.js';
import type { Value } from '../ir.js';
import { bits, type Stream, uniform } from '../random.js';

const twoTo64 = 1n << 64n;

/** The upper 64 bits of `x * span`: from halves, as by hand. */
function multiplyHigh(b: Builder, x: Value, span: bigint): Value {
  const u = (n: bigint | number): Value => b.const(n, 'uint64');
  const upper = (v: Value): Value => b.prim('shiftRight', v, u(32));
  const lower = (v: Value): Value => b.cast(b.cast(v, 'uint32'), 'uint64');
  const times = (v: Value, n: bigint): Value => b.prim('multiply', v, u(n));
  const [spanLow, spanHigh] = [span & 0xffffffffn, span >> 32n];
  const middle = b.prim('add', times(upper(x), spanLow), upper(times(lower(x), spanLow)));
  if (spanHigh === 0n) return upper(middle);
  const cross = b.prim('add', times(lower(x), spanHigh), lower(middle));
  return b.prim('add', b.prim('add', times(upper(x), spanHigh), upper(middle)), upper(cross));
}

/** Draws that reject with probability `unfair` / 2^64 each until less than 2^-128 is left, 64 at most. */
function redrawsFor(unfair: bigint): number {
  if (unfair === 0n) return 0;
  const bitsADraw = 64 - Math.log2(Number(unfair));
  return Math.min(64, Math.ceil(128 / bitsADraw));
}

/** The slow body: words 1, 2, ... of the element until one is fair. Written last word first, so selects nest. */
function redraw(stream: Stream, span: bigint, unfair: bigint): Builder {
  const b = new Builder();
  const element = b.push({ op: 'arg', dtype: 'int64', arg: 0 });
  const threshold = b.const(unfair, 'uint64');
  const draw = (word: number): { value: Value; fair: Value } => {
    const x = bits(b, stream, element, word);
    const fair = b.prim('greaterEqual', b.prim('multiply', x, b.const(span, 'uint64')), threshold);
    return { fair, value: multiplyHigh(b, x, span) };
  };
  const count = redrawsFor(unfair);
  let result = draw(count).value;
  for (let word = count - 1; word >= 1; word--) {
    const { value, fair } = draw(word);
    result = b.select(fair, value, result);
  }
  return b;
}

/**
 * Integers in [low, high), each equally likely: Lemire, "Fast random integer generation in an interval" (2019). The
 * upper word of bits * (high - low) is the offset; lower words under 2^64 mod (high - low) are drawn again, at most as
 * often as leaves a bias below 2^-128 (2^-64 for spans close to 2^63).
 */
export function integers(b: Builder, stream: Stream, element: Value, low: bigint, high: bigint, dtype: DType): Value {
  const span = high - low;
  const x = bits(b, stream, element);
  const offset = span === twoTo64 ? x : fairOffset(b, stream, element, x, span);
  return b.cast(b.prim('add', offset, b.const(BigInt.asUintN(64, low), 'uint64')), dtype);
}

function fairOffset(b: Builder, stream: Stream, element: Value, x: Value, span: bigint): Value {
  const quick = multiplyHigh(b, x, span);
  const unfair = twoTo64 % span;
  if (unfair === 0n) return quick;
  const rest = b.prim('multiply', x, b.const(span, 'uint64'));
  const rejected = b.prim('less', rest, b.const(unfair, 'uint64'));
  const slow = redraw(stream, span, unfair).body();
  return b.push({ op: 'rare', dtype: 'uint64', slow, args: [rejected, quick, element] });
}

/** Standard normal: the cosine half of Box and Muller (1958) on the element's words 0 and 1. */
export function normal(b: Builder, stream: Stream, element: Value): Value {
  const c = (x: number): Value => b.const(x, 'float64');
  const radius = b.call('log', 'float64', uniform(b, stream, element, 'float64', 0));
  const angle = b.prim('multiply', uniform(b, stream, element, 'float64', 1), c(2 * Math.PI));
  const length = b.prim('sqrt', b.prim('multiply', radius, c(-2)));
  return b.prim('multiply', length, b.call('cos', 'float64', angle));
}

/** Standard exponential, by inverse transform: -log(u). */
export const exponential = (b: Builder, stream: Stream, element: Value): Value =>
  b.prim('negative', b.call('log', 'float64', uniform(b, stream, element)));
