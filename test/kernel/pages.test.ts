/** Random streams whose words change with every page: blocks that lie in one page, in several, and far apart. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Builder } from '#src/kernel/builder.js';
import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import type { Fold, Kernel, Output } from '#src/kernel/ir.js';
import { weyl64 } from '#src/kernel/random/weyl64.js';
import { bits, drawBits, streamKey } from '#src/kernel/random.js';
import type { Runner } from '#src/kernel/run.js';
import { folds } from './folds.js';

const page = 2 ** weyl64.pageBits;
const keys = [3n, 4n].map((seed) => streamKey(seed, 0, 'weyl64'));

/** Two streams over two axes, the second one going its own way; `reduced`: what is added up. */
function kernelOf(coefs: readonly (readonly number[])[], offsets: readonly number[], reduced: number[]): Kernel {
  const b = new Builder();
  const drawn = keys.map((key, k) => {
    const element = b.push({
      op: 'index',
      dtype: 'int64',
      offset: offsets[k] as number,
      coefs: coefs[k] as readonly number[],
    });
    return bits(b, { generator: 'weyl64', key }, element, k);
  });
  const value = b.prim('xor', drawn[0] as number, drawn[1] as number);
  const output: Output =
    reduced.length === 0
      ? { kind: 'store', dtype: 'uint64', value }
      : { kind: 'reduce', fold: folds.intSum as Fold, feed: 'values', values: [b.cast(value, 'int64')], finish: true };
  return { rank: 2, loads: [], body: b.body(), reduced, outputs: [output] };
}

function valuesOf(runner: Runner, kernel: Kernel, extent: readonly number[]): bigint[] {
  const kept = extent.map((n, axis) => (kernel.reduced.includes(axis) ? 1 : n)) as [number, number];
  const data = new BigUint64Array(kept[0] * kept[1]);
  runner({ origin: [0, 0], extent, inputs: [], outputs: [{ data: [data], offset: 0, strides: [kept[1], 1] }] });
  return [...data];
}

type Pair = readonly [number, number];

interface Case {
  readonly coefs: readonly [Pair, Pair];
  readonly offsets: Pair;
  readonly extent: Pair;
  readonly reduced: number[];
}

/** What the definition gives, element by element. */
function expectedOf({ coefs, offsets, extent, reduced }: Case): bigint[] {
  const kept = extent.map((n, axis) => (reduced.includes(axis) ? 1 : n)) as [number, number];
  const out = new BigUint64Array(kept[0] * kept[1]);
  for (let i = 0; i < extent[0]; i++) {
    for (let j = 0; j < extent[1]; j++) {
      const [x, y] = keys.map((key, k) => {
        const [down, right] = coefs[k] as Pair;
        return drawBits('weyl64', key, BigInt((offsets[k] as number) + down * i + right * j), k);
      }) as [bigint, bigint];
      const at = (kept[0] === 1 ? 0 : i * kept[1]) + (kept[1] === 1 ? 0 : j);
      out[at] = (out[at] as bigint) + (x ^ y);
    }
  }
  return [...out];
}

function expectRight(each: Case): void {
  const kernel = kernelOf(each.coefs, each.offsets, each.reduced);
  const expected = expectedOf(each);
  for (const simd of [true, false]) {
    expect(valuesOf(instantiate(compileKernel(kernel, { simd })), kernel, each.extent)).toEqual(expected);
  }
}

describe('weyl64', () => {
  const step = fc.constantFrom(0, 1, 3, -1, 100, 2 ** 10, 2 ** 17, page - 1, page, -page, 5 * page + 1);
  const steps = fc.tuple(step, step);
  const offset = fc.constantFrom(0, -1, page - 30, 3 * page - 1, 2 ** 40);
  const extent = fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }));
  const reduced = fc.subarray([0, 1]);
  const any: fc.Arbitrary<Case> = fc.record({
    coefs: fc.tuple(steps, steps),
    offsets: fc.tuple(offset, offset),
    extent,
    reduced,
  });

  test('is the same in blocks of one page and of many', () => {
    fc.assert(fc.property(any, expectRight), { numRuns: 40 });
  });

  const still: Pair = [0, 0];
  test.each<[string, Case]>([
    ['a long row over an edge', { coefs: [[0, 1], still], offsets: [page - 2000, 0], extent: [1, 5000], reduced: [1] }],
    ['rows over edges', { coefs: [[page / 2, 1], still], offsets: [page - 50, 0], extent: [40, 100], reduced: [0, 1] }],
    ['kept columns', { coefs: [[page, 1], still], offsets: [page - 50, 0], extent: [40, 100], reduced: [0] }],
    [
      'kept rows',
      {
        coefs: [
          [1, page],
          [1, 0],
        ],
        offsets: [page - 50, 0],
        extent: [100, 40],
        reduced: [1],
      },
    ],
    [
      'kept rows far apart',
      {
        coefs: [
          [50_000, 10],
          [50_000, 10],
        ],
        offsets: [0, 5],
        extent: [60, 100],
        reduced: [1],
      },
    ],
    [
      'kept columns far apart',
      {
        coefs: [
          [10, 50_000],
          [3, page],
        ],
        offsets: [0, 5],
        extent: [90, 61],
        reduced: [0],
      },
    ],
    [
      'stored across',
      {
        coefs: [
          [1, page],
          [page, 1],
        ],
        offsets: [7, 9],
        extent: [90, 91],
        reduced: [],
      },
    ],
    [
      'below zero',
      {
        coefs: [
          [-1, -1],
          [-page, 1],
        ],
        offsets: [20, 5],
        extent: [60, 60],
        reduced: [0, 1],
      },
    ],
  ])('%s', (_, each) => expectRight(each));

  test('a runner goes from page to page and back', () => {
    const kernel = kernelOf([[0, 1], still], [0, 0], [0, 1]);
    const runner = instantiate(compileKernel(kernel));
    for (const origin of [0, 2 * page, 0, page - 3]) {
      const data = new BigUint64Array(1);
      runner({
        origin: [0, origin],
        extent: [1, 6],
        inputs: [],
        outputs: [{ data: [data], offset: 0, strides: [0, 0] }],
      });
      const expected = expectedOf({ coefs: [[0, 1], still], offsets: [origin, 0], extent: [1, 6], reduced: [0, 1] });
      expect([...data]).toEqual(expected);
    }
  });

  test('splits its pages beside a generator that has only one', () => {
    const kernel: Kernel = {
      rank: 1,
      loads: [],
      body: [
        { op: 'index', dtype: 'int64', offset: -3, coefs: [5] },
        { op: 'bits', dtype: 'uint64', generator: 'weyl64', key: ['3', '4'], word: 0, args: [0] },
        { op: 'bits', dtype: 'uint64', generator: 'splitmix64', key: ['3', '4'], word: 0, args: [0] },
        { op: 'xor', dtype: 'uint64', args: [1, 2] },
      ],
      reduced: [],
      outputs: [{ kind: 'store', dtype: 'uint64', value: 3 }],
    };
    const data = new BigUint64Array(2);
    const outputs = [{ data: [data], offset: 0, strides: [1] }];
    instantiate(compileKernel(kernel))({ origin: [0], extent: [2], inputs: [], outputs });
    const expected = [-3n, 2n].map((element) => {
      const [a, b] = (['weyl64', 'splitmix64'] as const).map((g) => drawBits(g, ['3', '4'], element, 0));
      return (a as bigint) ^ (b as bigint);
    });
    expect([...data]).toEqual(expected);
  });
});
