/** What is known of the values of bodies, held against the values. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeArray } from '#src/core/dtype.js';
import { Builder } from '#src/kernel/builder.js';
import { compileKernel } from '#src/kernel/compile.js';
import { expand } from '#src/kernel/expand.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import type { Kernel, Node, PrimitiveName, Value } from '#src/kernel/ir.js';
import { arithmetic } from '#src/kernel/math/arithmetic.js';
import { notNormal } from '#src/kernel/math/log.js';
import { streamKey, uniform } from '#src/kernel/random.js';
import { type Range, Ranges } from '#src/kernel/ranges.js';
import type { Runner } from '#src/kernel/run.js';
import { type Draw, drawer, randomData } from './randomKernels.js';

const length = 64;
const loads = (['bool', 'int8', 'uint8', 'uint16', 'float64'] as const).map((dtype, input) => ({
  input,
  plane: 0,
  dtype,
  map: [{ axis: 0, start: 0, step: 1 }],
}));

/** A kernel that stores every node of a body, and a block to run it over; `at` gives what was stored, by node. */
function storing(b: Builder, draw: Draw) {
  const body = b.body();
  const outputs = body.map(({ dtype }, value) => ({ kind: 'store' as const, dtype, value }));
  const kernel: Kernel = { rank: 1, loads, body, reduced: [], outputs };
  const inputs = loads.map(({ dtype }) => {
    const data = randomData(draw, dtype, length);
    return { origin: [0], data: [data], offset: 0, strides: [1] };
  });
  const run = (runner: Runner) => {
    const targets = outputs.map(({ dtype }) => ({ data: [makeArray(dtype, length)], offset: 0, strides: [1] }));
    runner({ origin: [0], extent: [length], inputs, outputs: targets });
    return targets.map(({ data: [data] }) => data as Float64Array);
  };
  return { kernel, run };
}

/** Every node's values at `length` places. */
function valuesOf(b: Builder, draw: Draw): number[][] {
  const { kernel, run } = storing(b, draw);
  return run(interpret(kernel)).map((data) => [...data].map(Number));
}

const primitives: readonly PrimitiveName[] = [
  ...(['add', 'subtract', 'multiply', 'divide', 'minimum', 'maximum'] as const),
  ...(['negative', 'abs', 'sqrt', 'floor', 'ceil', 'trunc', 'round'] as const),
];
const unary = new Set<PrimitiveName>(primitives.slice(6));
const functions = ['exp', 'expm1', 'log', 'log1p', 'asin', 'acos', 'atan', 'tanh', 'sin'];

/** A node whose first argument is a recent one. */
function grow(draw: Draw, b: Builder): void {
  const a = b.nodes.length - 1 - draw.upTo(Math.min(8, b.nodes.length) - 1);
  const float = (v: Value): Value => (b.dtypeOf(v) === 'float64' ? v : b.cast(v, 'float64'));
  const other = (): Value => float(draw.upTo(b.nodes.length - 1));
  const kind = draw.upTo(9);
  if (kind < 6) {
    const op = draw.of(primitives);
    b.prim(op, float(a), ...(unary.has(op) ? [] : [other()]));
  } else if (kind === 6) b.call(draw.of(functions), 'float64', float(a));
  else if (kind === 7) b.select(b.prim('less', float(a), other()), float(a), other());
  else if (kind === 8) b.cast(a, draw.of(['float32', 'int8', 'uint8', 'bool', 'int32', 'uint64']));
  else b.const(draw.of([0, -0, 1, 0.1, -2.5, 3, 1e-9, 255, 1e17]), 'float64');
}

function body(draw: Draw): Builder {
  const b = new Builder();
  for (const [load, { dtype }] of loads.entries()) b.push({ op: 'load', dtype, load });
  const element = b.push({ op: 'index', dtype: 'int64', offset: draw.upTo(1000), coefs: [1] });
  const stream = { generator: 'weyl64', key: streamKey(BigInt(draw.upTo(7)), 0, 'weyl64') } as const;
  uniform(b, stream, element);
  uniform(b, stream, element, 'float32', 1);
  for (let nodes = draw.upTo(30); nodes > 0; nodes--) grow(draw, b);
  return b;
}

/** Why the values are not in the range; undefined where they are. */
function outside({ least, most, smallest, whole }: Range, values: readonly number[]): string | undefined {
  const wrong = values.find(
    (x) => !(x >= least && x <= most) || (x !== 0 && Math.abs(x) < smallest) || (whole && !Number.isInteger(x)),
  );
  return wrong === undefined ? undefined : `${wrong}`;
}

test('property: no value is outside what is known of its node', () => {
  let known = 0;
  fc.assert(
    fc.property(fc.gen(), (g) => {
      const draw = drawer(g);
      const b = body(draw);
      const values = valuesOf(b, draw);
      const ranges = new Ranges(b.nodes);
      b.nodes.forEach((_, v) => {
        const range = ranges.of(v);
        if (range === undefined) return;
        known++;
        const wrong = outside(range, values[v] as number[]);
        expect(wrong, `${JSON.stringify(b.nodes[v])} in ${JSON.stringify(range)}`).toBeUndefined();
      });
    }),
    { numRuns: Number(process.env.CHUNKWISE_RUNS ?? 300) },
  );
  expect(known).toBeGreaterThan(1000);
});

/** Something that may be known of a float64, as elementary functions ask it. */
function ask(draw: Draw, b: Builder): void {
  const m = arithmetic(b);
  const float = (): Value => {
    const v = draw.upTo(b.nodes.length - 1);
    return b.dtypeOf(v) === 'float64' ? v : b.cast(v, 'float64');
  };
  const comparison = draw.of(['less', 'lessEqual', 'greater', 'greaterEqual', 'equal', 'notEqual'] as const);
  const questions: (() => Value)[] = [
    () => b.prim(comparison, float(), float()),
    () => m.select(b.prim(comparison, float(), m.c(draw.of([-0, 0, 0.5, 1, 2 ** -53, 1e-9]))), float(), float()),
    () => m.abs(float()),
    () => m.flip(float(), m.signBit(float())),
    () => m.bitsAbove(float(), draw.of([0n, 0x3fe0000000000000n, 0x3ca0000000000000n, 0x7ff0000000000000n])),
    () => notNormal(m, float()),
    () => b.call(draw.of(['log', 'exp', 'asin', 'acos', 'log1p', 'sin']), 'float64', float()),
  ];
  draw.of(questions)();
}

test('property: what is left out because the answer is known changes no bit', () => {
  fc.assert(
    fc.property(fc.gen(), (g) => {
      const draw = drawer(g);
      const b = body(draw);
      for (let questions = draw.upTo(8); questions > 0; questions--) ask(draw, b);
      const { kernel, run } = storing(b, draw);
      const wanted = run(interpret(kernel));
      const given = run(instantiate(compileKernel(kernel)));
      // Two ways to compute a NaN may give it other bits.
      const isNumber = Array.from({ length }, (_, i) => wanted.every((data) => !Number.isNaN(data[i])));
      wanted.forEach((data, v) => {
        const other = data.findIndex((x, i) => isNumber[i] === true && !Object.is(x, (given[v] as Float64Array)[i]));
        expect(other, `${JSON.stringify(b.nodes[v])}: ${data[other]} and ${given[v]?.[other]}`).toBe(-1);
      });
    }),
    { numRuns: Number(process.env.CHUNKWISE_RUNS ?? 300) },
  );
});

describe('what is known of', () => {
  const b = new Builder();
  const element = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: [1] });
  const u = uniform(b, { generator: 'weyl64', key: ['1', '3'] }, element);
  const single = uniform(b, { generator: 'philox4x32', key: ['1', '3'] }, element, 'float32');
  const byte = b.push({ op: 'load', dtype: 'uint8', load: 0 });
  const number = b.push({ op: 'load', dtype: 'float64', load: 1 });
  const c = (x: number): Value => b.const(x, 'float64');
  const wide = b.cast(byte, 'float64');
  const bitsOf = (v: Value): Value => (b.nodes[v] as Node & { op: 'subtract' }).args[0] as Value;
  const rows: [string, Value, Partial<Range> | undefined][] = [
    ['a uniform number', u, { least: 2 ** -53, most: 1 - 2 ** -53, smallest: 2 ** -24, whole: false }],
    ['one of float32', single, { least: 2 ** -53, most: 1, whole: false }],
    ['its root', b.prim('sqrt', u), { least: Math.sqrt(2 ** -53), most: 1 - 2 ** -53, smallest: 2 ** -12 }],
    ['twice it', b.prim('add', u, u), { smallest: 2 ** -24 }],
    ['a difference', b.prim('subtract', u, u), { least: -(1 - 2 ** -52), smallest: 0 }],
    ['a byte', wide, { least: 0, most: 255, smallest: 1, whole: true }],
    ['a byte less one', b.prim('subtract', wide, c(1)), { least: -1, most: 254, smallest: 0, whole: true }],
    ['its size', b.prim('abs', b.prim('subtract', wide, c(3))), { least: 0, most: 252, whole: true }],
    ['a byte over 255', b.prim('divide', wide, c(255)), { most: 1, smallest: 1 / 255, whole: false }],
    ['one over a byte', b.prim('divide', c(1), wide), undefined],
    ['the root of what may be less than 0', b.prim('sqrt', b.prim('subtract', u, c(0.5))), undefined],
    ['any number', number, undefined],
    ['any number and one that is known', b.prim('add', u, number), undefined],
    ['the bits of a uniform number less something else', b.prim('subtract', bitsOf(u), wide), undefined],
    ['any number, clipped', b.prim('minimum', number, c(1)), undefined],
    ['a floor', b.prim('floor', b.prim('multiply', u, c(6))), { least: 0, most: 5, whole: true }],
    ['a product past all numbers', b.prim('multiply', c(1e300), b.prim('multiply', u, c(1e300))), undefined],
    ['an arc cosine', b.call('acos', 'float64', u), { whole: false }],
    ['an arc cosine of more than 1', b.call('acos', 'float64', b.prim('multiply', u, c(2))), undefined],
    ['a sine', b.call('sin', 'float64', u), undefined],
    ['NaN', c(Number.NaN), undefined],
  ];
  const ranges = new Ranges(b.nodes);
  test.each(rows)('%s', (_, v, expected) => {
    if (expected === undefined) expect(ranges.of(v)).toBeUndefined();
    else expect(ranges.of(v)).toMatchObject(expected);
  });

  test('an arc cosine of a uniform number is far from 0, where it is not 0', () => {
    const at = b.nodes.findIndex((node) => node.op === 'call' && node.fn === 'acos');
    expect(ranges.of(at)?.smallest).toBeGreaterThan(2 ** -27);
  });
});

describe('what is left out of', () => {
  /** The operations of a function of a uniform number, written out; but for those of the number itself. */
  const operationsOf = (write: (b: Builder, x: Value) => Value): string[] => {
    const b = new Builder();
    const element = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: [1] });
    const u = uniform(b, { generator: 'weyl64', key: ['1', '3'] }, element);
    const value = write(b, u);
    const outputs = [{ kind: 'store', dtype: 'float64', value }] as const;
    return expand({ rank: 1, loads: [], body: b.body(), reduced: [], outputs }).body.map(({ op }) => op);
  };
  const rows: [string, (b: Builder, x: Value) => Value, string[]][] = [
    ['an arc sine: the sign', (b, x) => b.call('asin', 'float64', x), ['abs', 'and']],
    ['an arc cosine: what is for numbers below 0', (b, x) => b.call('acos', 'float64', x), ['abs']],
    ['a logarithm: what is for no number above 0', (b, x) => b.call('log', 'float64', x), ['rare']],
    [
      'exp(-u u): what is for large numbers',
      (b, x) => b.call('exp', 'float64', b.prim('negative', b.prim('multiply', x, x))),
      ['rare'],
    ],
    [
      'a choice of what is never so',
      (b, x) => b.select(b.prim('less', x, b.const(2, 'float64')), x, b.prim('floor', x)),
      ['select', 'less', 'floor'],
    ],
  ];
  test.each(rows)('%s', (_, write, gone) => {
    const operations = operationsOf(write);
    for (const op of gone) expect(operations).not.toContain(op);
  });

  test('functions of numbers that may be anything: nothing', () => {
    const operations = operationsOf((b, x) =>
      b.call('asin', 'float64', b.prim('subtract', x, b.const(0.5, 'float64'))),
    );
    expect(operations).toContain('abs');
  });
});
