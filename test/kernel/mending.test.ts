/** Loops in passes take all elements for usual, and mend the others afterwards: few of them, all of them, one after another. */
import { describe, expect, test } from 'vitest';
import { Builder } from '#src/kernel/builder.js';
import { compileKernel } from '#src/kernel/compile.js';
import { expand } from '#src/kernel/expand.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import type { Kernel, Output, Value } from '#src/kernel/ir.js';
import { arithmetic, rarely } from '#src/kernel/math/arithmetic.js';
import { bits } from '#src/kernel/random.js';
import type { Runner } from '#src/kernel/run.js';
import { loopBodyOf } from '#src/kernel/wasm/loop-body.js';
import { passesOf } from '#src/kernel/wasm/passes.js';
import { doubleSum } from './folds.js';

/** So many additions that depend on each other: `length (length - 1) / 16` more than `from`. */
function chain(b: Builder, from: Value, length: number): Value {
  const { add, c } = arithmetic(b);
  let value = from;
  for (let i = 0; i < length; i++) value = add(value, c(i / 8));
  return value;
}

/** `usual`, but the negative of `x` less 1000 where x is `limit` or more. */
const unlikely = (b: Builder, x: Value, limit: number, usual: Value): Value => {
  const { ge, c } = arithmetic(b);
  return rarely(b, ge(x, c(limit)), usual, [x], (inner, v) => {
    const m = arithmetic(inner);
    return m.sub(m.neg(v), m.c(1000));
  });
};

type Write = (b: Builder, x: Value, limit: number) => Value;

/** Bodies of chains so long that they are cut: `write` says what of x is stored and added up. */
const bodies: Record<string, Write> = {
  'at the end': (b, x, limit) => unlikely(b, x, limit, chain(b, x, 30)),
  'in the middle': (b, x, limit) => chain(b, unlikely(b, x, limit, chain(b, x, 20)), 20),
  'one after the other': (b, x, limit) => {
    const first = unlikely(b, x, limit, chain(b, x, 20));
    return unlikely(b, first, limit + 23.75, chain(b, first, 20));
  },
  'side by side': (b, x, limit) => {
    const m = arithmetic(b);
    const twice = m.mul(x, m.c(2));
    return m.add(unlikely(b, x, limit, chain(b, x, 25)), unlikely(b, twice, limit, chain(b, twice, 20)));
  },
  'what is also wanted as it usually is': (b, x, limit) => {
    const usual = chain(b, x, 25);
    return arithmetic(b).mul(unlikely(b, x, limit, usual), usual);
  },
  'decided late, of something early': (b, x, limit) => {
    const [m, late] = [arithmetic(b), chain(b, x, 25)];
    return m.add(unlikely(b, late, limit + 37.5, x), late);
  },
  'of a random word': (b, x, limit) => {
    const m = arithmetic(b);
    const element = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: [1] });
    const word = bits(b, { generator: 'splitmix64', key: ['3', '4'] }, element, 0);
    const drawn = chain(b, m.add(b.cast(m.shr(word, 60), 'float64'), x), 25);
    return m.add(unlikely(b, drawn, limit + 52.5, drawn), b.cast(m.and(word, m.word(7n)), 'float64'));
  },
};

function kernelOf(write: Write, limit: number, reduced: boolean): Kernel {
  const b = new Builder();
  const x = b.push({ op: 'load', dtype: 'float64', load: 0 });
  const value = write(b, x, limit);
  const output: Output = reduced
    ? { kind: 'reduce', fold: doubleSum, feed: 'values', values: [value], finish: true }
    : { kind: 'store', dtype: 'float64', value };
  const loads = [{ input: 0, plane: 0, dtype: 'float64', map: [{ axis: 0, start: 0, step: 1 }] }] as const;
  return { rank: 1, loads, body: b.body(), reduced: reduced ? [0] : [], outputs: [output] };
}

function valuesOf(runner: Runner, data: Float64Array, reduced: boolean): number[] {
  const result = new Float64Array(reduced ? 1 : data.length);
  runner({
    origin: [0],
    extent: [data.length],
    inputs: [{ origin: [0], data: [data], offset: 0, strides: [1] }],
    outputs: [{ data: [result], offset: 0, strides: [reduced ? 0 : 1] }],
  });
  return [...result];
}

describe.each(Object.entries(bodies))('rare elements %s', (_, write) => {
  test('are cut into passes that keep them', () => {
    const loop = loopBodyOf(expand(kernelOf(write, 0, false)));
    const rare = passesOf(loop).kept.flatMap((kept) => [...kept.keys()].filter((v) => loop.body[v]?.op === 'rare'));
    expect(rare).toHaveLength(loop.body.filter(({ op }) => op === 'rare').length);
  });

  /** Nothing reaches the first limit, a lane here and there and the last one the second, and most the third. */
  test.each([1e9, 0.999, -1])('are what the interpreter says, from %d on', (limit) => {
    for (const length of [1, 3, 4, 6, 513, 3000]) {
      const data = Float64Array.from({ length }, (_, i) => (i % 500 > 497 || i === length - 1 ? 1 : (i % 89) / 100));
      for (const reduced of [false, true]) {
        const kernel = kernelOf(write, limit, reduced);
        const expected = valuesOf(interpret(kernel), data, reduced);
        expect(valuesOf(instantiate(compileKernel(kernel)), data, reduced)).toEqual(expected);
      }
    }
  });
});
