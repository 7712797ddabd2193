import { describe, expect, test } from 'vitest';
import { type DType, makeArray } from '#src/core/dtype.js';
import { Builder } from '#src/kernel/builder.js';
import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import type { GeneratorName, Kernel, Value } from '#src/kernel/ir.js';
import { exponential, integers, normal } from '#src/kernel/random/distributions.js';
import { mix64, mixGamma } from '#src/kernel/random/mixing.js';
import { philox4x32 } from '#src/kernel/random/philox.js';
import { bits, drawBits, generators, type Stream, streamKey, uniform } from '#src/kernel/random.js';
import type { Runner } from '#src/kernel/run.js';

const names = Object.keys(generators) as GeneratorName[];
const streamOf = (generator: GeneratorName, seed = 1n): Stream => ({ generator, key: streamKey(seed, 0, generator) });

/** A kernel of one axis that stores what `write` makes of the element's index. */
function kernelOf(write: (b: Builder, element: Value) => Value): Kernel {
  const b = new Builder();
  const value = write(b, b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: [1] }));
  return {
    rank: 1,
    loads: [],
    body: b.body(),
    reduced: [],
    outputs: [{ kind: 'store', dtype: b.dtypeOf(value), value }],
  };
}

function values(runner: Runner, kernel: Kernel, length: number, origin = 0): (number | bigint)[] {
  const out = makeArray((kernel.outputs[0] as { dtype: DType }).dtype, length);
  runner({ origin: [origin], extent: [length], inputs: [], outputs: [{ data: [out], offset: 0, strides: [1] }] });
  return Array.from(out as Float64Array);
}

const compiledValues = (kernel: Kernel, length: number, origin = 0): number[] =>
  values(instantiate(compileKernel(kernel)), kernel, length, origin) as number[];

const moments = (x: readonly number[]): { mean: number; variance: number } => {
  const mean = x.reduce((s, v) => s + v, 0) / x.length;
  return { mean, variance: x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length };
};

describe('philox4x32', () => {
  const ones = 0xffffffffn;
  test.each([
    [
      [0n, 0n, 0n, 0n],
      [0n, 0n],
      [0x6627e8d5n, 0xe169c58dn, 0xbc57ac4cn, 0x9b00dbd8n],
    ],
    [
      [ones, ones, ones, ones],
      [ones, ones],
      [0x408f276dn, 0x41c83b0en, 0xa20bc7c6n, 0x6d5451fdn],
    ],
    [
      [0x243f6a88n, 0x85a308d3n, 0x13198a2en, 0x03707344n],
      [0xa4093822n, 0x299f31d0n],
      [0xd16cfe09n, 0x94fdccebn, 0x5001e420n, 0x24126ea1n],
    ],
  ] as const)('gives the known answer for counter %s', (counter, key, expected) => {
    expect(philox4x32(counter, key)).toEqual(expected);
    const pair = (low: bigint, high: bigint): bigint => low | (high << 32n);
    const stream = [pair(key[0], key[1]).toString(), pair(counter[2], counter[3]).toString()] as const;
    const element = BigInt.asIntN(64, pair(counter[0], counter[1]));
    const words = [0, 1].map((word) => {
      const kernel = kernelOf((b) =>
        bits(b, { generator: 'philox4x32', key: stream }, b.const(element, 'int64'), word),
      );
      return compiledValues(kernel, 1)[0];
    });
    expect(words).toEqual([pair(expected[0], expected[1]), pair(expected[2], expected[3])]);
  });
});

describe('splitmix64', () => {
  test('is SplitMix64 of the golden gamma', () => {
    const first = [0, 1, 2].map((i) => mix64(0x9e3779b97f4a7c15n * BigInt(i + 1)));
    expect(first.map((x) => x.toString(16))).toEqual(['e220a8397b1dcdaf', '6e789e6aa1b965f4', '6c45d188009454f']);
  });

  test('has odd gammas with enough changes between neighbouring bits', () => {
    for (let seed = 0n; seed < 2000n; seed++) {
      const gamma = mixGamma(seed);
      expect(gamma & 1n).toBe(1n);
      const changes = (gamma ^ (gamma >> 1n)).toString(2).replaceAll('0', '').length;
      expect(changes).toBeGreaterThanOrEqual(23);
    }
  });
});

describe.each(names)('%s', (generator) => {
  test('is the same compiled, interpreted and from its definition, anywhere', () => {
    const stream = streamOf(generator);
    for (const word of [0, 1, 2, 5]) {
      for (const origin of [0, 3, 2 ** 32 - 2, 2 ** 52]) {
        const kernel = kernelOf((b, element) => bits(b, stream, element, word));
        const expected = Array.from({ length: 7 }, (_, i) => drawBits(generator, stream.key, BigInt(origin + i), word));
        expect(compiledValues(kernel, 7, origin)).toEqual(expected);
        expect(values(interpret(kernel), kernel, 7, origin)).toEqual(expected);
      }
    }
  });

  test('gives words, elements, seeds and streams that have half their bits in common', () => {
    const draws: bigint[] = [];
    for (const seed of [0n, 1n, 2n, 1n << 64n]) {
      for (const number of [0, 1, 2]) {
        const key = streamKey(seed, number, generator);
        for (const element of [0n, 1n, 1n << 40n]) {
          for (const word of [0, 1, 2]) draws.push(drawBits(generator, key, element, word));
        }
      }
    }
    expect(new Set(draws).size).toBe(draws.length);
    let [same, pairs] = [0, 0];
    draws.forEach((x, i) => {
      for (const y of draws.slice(0, i)) {
        same += 64 - (x ^ y).toString(2).replaceAll('0', '').length;
        pairs++;
      }
    });
    expect(Math.abs(same / pairs - 32)).toBeLessThan(0.2);
  });

  test('is uniform on (0, 1), ends excluded', () => {
    for (const dtype of ['float64', 'float32'] as const) {
      const kernel = kernelOf((b, element) => uniform(b, streamOf(generator), element, dtype));
      const x = compiledValues(kernel, 100_000);
      const { mean, variance } = moments(x);
      expect(Math.min(...x.slice(0, 50_000))).toBeGreaterThan(0);
      expect(Math.max(...x.slice(0, 50_000))).toBeLessThan(1);
      expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.004);
      expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002);
    }
  });
});

test('uniform reaches from half a step above 0 to half a step below 1', () => {
  const ends = (dtype: 'float64' | 'float32', raw: bigint): number => {
    const b = new Builder();
    const element = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: [0] });
    const value = uniform(b, streamOf('splitmix64'), element, dtype);
    const body = b
      .body()
      .map((node) => (node.op === 'bits' ? ({ op: 'const', dtype: 'uint64', value: raw.toString() } as const) : node));
    const kernel: Kernel = { rank: 1, loads: [], body, reduced: [], outputs: [{ kind: 'store', dtype, value }] };
    return compiledValues(kernel, 1)[0] as number;
  };
  const all = (1n << 64n) - 1n;
  expect([ends('float64', 0n), ends('float64', all)]).toEqual([2 ** -53, 1 - 2 ** -53]);
  expect([ends('float32', 0n), ends('float32', all)]).toEqual([2 ** -24, 1 - 2 ** -24]);
});

describe('streamKey', () => {
  test('tells seeds, streams and generators apart', () => {
    const keys = new Set<string>();
    for (const generator of names) {
      for (const seed of [0n, 1n, 2n, -1n, 1n << 64n, (1n << 64n) + 1n, 1n << 200n]) {
        for (const stream of [0, 1, 2, 10n ** 18n]) keys.add(streamKey(seed, stream, generator).join());
      }
    }
    expect(keys.size).toBe(names.length * 7 * 4);
  });

  test('never changes: results are reproduced by seed', () => {
    expect(streamKey(0n, 0, 'splitmix64')).toMatchInlineSnapshot(`
      [
        "13766587384403719000",
        "10811315001306464305",
      ]
    `);
    expect(streamKey(12345n, 7, 'philox4x32')).toMatchInlineSnapshot(`
      [
        "8210131841233560978",
        "7503015686009233826",
      ]
    `);
  });
});

/** Lemire's method as it is written on paper, with as many draws as it takes. */
function integerOf(stream: Stream, element: bigint, low: bigint, high: bigint): bigint {
  const span = high - low;
  for (let word = 0; ; word++) {
    const product = drawBits(stream.generator, stream.key, element, word) * span;
    if (BigInt.asUintN(64, product) >= 2n ** 64n % span) return low + (product >> 64n);
  }
}

describe('integers', () => {
  test.each([
    [0n, 6n, 'int64'],
    [-5n, 5n, 'int8'],
    [0n, 1n << 32n, 'uint32'],
    [0n, 3n * 2n ** 60n, 'int64'],
    [0n, 2n ** 63n + 1n, 'uint64'],
    [-(2n ** 63n), 2n ** 63n, 'int64'],
    [7n, 8n, 'uint8'],
    [0n, 10n ** 12n, 'int64'],
  ] as const)('from %s to below %s are those of the paper', (low, high, dtype) => {
    const stream = streamOf('splitmix64', 99n);
    const kernel = kernelOf((b, element) => integers(b, stream, element, low, high, dtype));
    const expected = Array.from({ length: 50 }, (_, i) => integerOf(stream, BigInt(i), low, high));
    for (const got of [compiledValues(kernel, 50), values(interpret(kernel), kernel, 50)]) {
      expect(got.map(BigInt)).toEqual(expected);
    }
  });

  test('of a die are even', () => {
    const kernel = kernelOf((b, element) => integers(b, streamOf('splitmix64'), element, 1n, 7n, 'int32'));
    const counts = new Array<number>(7).fill(0);
    for (const x of compiledValues(kernel, 60_000)) (counts[x] as number)++;
    expect(counts[0]).toBe(0);
    for (const count of counts.slice(1)) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });
});

describe('distributions', () => {
  const sample = (write: (b: Builder, stream: Stream, element: Value) => Value): number[] =>
    compiledValues(
      kernelOf((b, element) => write(b, streamOf('splitmix64'), element)),
      200_000,
    );

  test('normal has the moments of a normal', () => {
    const x = sample(normal);
    const { mean, variance } = moments(x);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(moments(x.map((v) => v ** 3)).mean)).toBeLessThan(0.04);
    expect(Math.abs(moments(x.map((v) => v ** 4)).mean - 3)).toBeLessThan(0.08);
    expect(Math.abs(x.filter((v) => v > 1.959964).length / x.length - 0.025)).toBeLessThan(0.0015);
  });

  test('exponential has the moments of an exponential', () => {
    const x = sample(exponential);
    const { mean, variance } = moments(x);
    expect(Math.abs(mean - 1)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(x.every((v) => v > 0)).toBe(true);
    expect(Math.abs(x.filter((v) => v > 3).length / x.length - Math.exp(-3))).toBeLessThan(0.0015);
  });
});
