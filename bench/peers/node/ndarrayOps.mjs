/** ndarray-ops: every operation a pass over whole arrays, here in stretches that stay in the cache. */
import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import { data } from './data.mjs';
import { serve } from './serve.mjs';

const stretch = 1 << 16;
const temporaries = Array.from({ length: 3 }, () => new Float64Array(stretch));

/** The sum over `n` elements of what `write(arrays, from)` leaves in the first of three temporaries. */
const summed = (n, write) => {
  let sum = 0;
  for (let from = 0; from < n; from += stretch) {
    const arrays = temporaries.map((t) => ndarray(t, [Math.min(stretch, n - from)]));
    write(arrays, from);
    sum += ops.sum(arrays[0]);
  }
  return sum;
};

/** `x` filled with numbers in [low, low + span). */
function uniform(x, low, span) {
  ops.random(x);
  if (span !== 1) ops.mulseq(x, span);
  if (low !== 0) ops.addseq(x, low);
}

function length(x, y) {
  ops.muleq(x, x);
  ops.muleq(y, y);
  ops.addeq(x, y);
  ops.sqrteq(x);
}

const taken = (name, n, from, into) => ops.assign(into, ndarray(data(name, n), into.shape, [1], from));

await serve('ndarray-ops', {
  W1: (n) => () =>
    summed(n, ([b, a, c]) => {
      uniform(a, 5, 5);
      uniform(b, 10, 10);
      uniform(c, -0.1, 0.2);
      ops.muleq(c, a);
      ops.mulseq(c, -4);
      ops.mulseq(a, 2);
      const squared = ndarray(new Float64Array(b.size), b.shape);
      ops.mul(squared, b, b);
      ops.addeq(squared, c);
      ops.sqrteq(squared);
      ops.sub(b, squared, b);
      ops.diveq(b, a);
    }) / n,
  W3: (n) => () =>
    summed(n, ([x, y]) => {
      uniform(x, 0, 1);
      uniform(y, 0, 1);
      length(x, y);
      ops.ltseq(x, 1);
      ops.mulseq(x, 4);
    }) / n,
  W4: (n) => () => summed(n, ([x]) => uniform(x, 0, 1)) / n,
  W5: (n) => () =>
    summed(n, ([x]) => {
      uniform(x, 0, 1);
      ops.sqrteq(x);
    }) / n,
  W6a: (n) => () =>
    summed(n, ([x, y], from) => {
      taken('x', n, from, x);
      taken('y', n, from, y);
      length(x, y);
    }) / n,
  W6b: (n) => {
    const x = ndarray(data('x', n), [n]);
    return () => ops.sum(x);
  },
  W6d: (n) => () =>
    summed(n, ([x, y], from) => {
      taken('x', n, from, x);
      taken('y', n, from, y);
      ops.muleq(x, x);
      ops.negeq(x);
      ops.expeq(x);
      ops.sineq(y);
      ops.muleq(x, y);
    }),
  W6e: (n) => () =>
    summed(n, ([x], from) => {
      taken('x', n, from, x);
      ops.logeq(x);
    }),
  W7b: (side) => {
    const x = ndarray(data('x', side * side), [side, side]);
    const sum = ndarray(new Float64Array(side * side), [side, side]);
    return () => {
      ops.add(sum, x, x.transpose(1, 0));
      return ops.sum(sum);
    };
  },
});
