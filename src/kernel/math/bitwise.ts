/** sign and nextafter, which look at the representation or at the order alone. */
import type { Builder } from '../builder.js';
import type { Value } from '../ir.js';

/** -1, 0 or 1; NaN stays, and so does the sign of a zero. */
export function sign(b: Builder, x: Value): Value {
  const dtype = b.dtypeOf(x);
  const zero = b.const(0, dtype);
  const positive = b.select(b.prim('greater', x, zero), b.const(1, dtype), x);
  if (dtype.startsWith('uint')) return positive;
  return b.select(b.prim('less', x, zero), b.const(-1, dtype), positive);
}

/** The neighbour of x toward y, in the dtype of x. */
export function nextafter(b: Builder, x: Value, y: Value): Value {
  const dtype = b.dtypeOf(x);
  const word = dtype === 'float32' ? 'int32' : 'int64';
  const zero = b.const(0, dtype);
  const bits = b.bitcast(x, word);
  const outward = b.prim('equal', b.prim('greater', y, x), b.prim('greater', x, zero));
  const step = b.select(outward, b.const(1, word), b.const(-1, word));
  const moved = b.bitcast(b.prim('add', bits, step), dtype);
  const leastMagnitude = b.bitcast(b.const(1, word), dtype);
  const fromZero = b.prim('copysign', leastMagnitude, y);
  const neighbour = b.select(b.prim('equal', x, zero), fromZero, moved);
  const unordered = b.prim('or', b.prim('notEqual', x, x), b.prim('notEqual', y, y));
  return b.select(unordered, b.prim('add', x, y), b.select(b.prim('equal', x, y), y, neighbour));
}
