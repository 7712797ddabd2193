import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  alikeFrom,
  blocks,
  type Cuts,
  concatCuts,
  cutsOf,
  evenly,
  find,
  listOf,
  maxBlock,
  range,
  regular,
  sameCuts,
  sizeOf,
  sliceCuts,
  startOf,
  whole,
} from '#src/core/cuts.js';

const sizes = fc.array(fc.nat(6), { minLength: 1, maxLength: 9 });
const regularCuts = fc
  .tuple(fc.nat(40), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .map(([length, size, first]) => regular(length, Math.max(size, first), first));
const cuts: fc.Arbitrary<Cuts> = fc.oneof(sizes.map(cutsOf), regularCuts);

describe('cuts', () => {
  test('the list gives the cuts back, in the same form', () => {
    fc.assert(
      fc.property(cuts, sizes, (c, list) => {
        expect(cutsOf(listOf(c))).toEqual(c);
        expect(listOf(cutsOf(list))).toEqual(list);
      }),
    );
  });

  test('blocks lie end to end and fill the axis', () => {
    fc.assert(
      fc.property(cuts, (c) => {
        let at = 0;
        for (let i = 0; i < blocks(c); i++) {
          expect(startOf(c, i)).toBe(at);
          at += sizeOf(c, i);
        }
        expect(at).toBe(c.length);
        expect(maxBlock(c)).toBe(Math.max(...listOf(c)));
      }),
    );
  });

  test('blocks alike are counted up to the first of another length', () => {
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 9 }), (c, most) => {
        const list = listOf(c);
        for (const [i, length] of list.entries()) {
          const rest = list.slice(i);
          const other = rest.findIndex((n) => n !== length);
          expect(alikeFrom(c, i, most)).toBe(Math.min(most, other < 0 ? rest.length : other));
        }
      }),
    );
  });

  test('find is the inverse of start and size, range of find', () => {
    fc.assert(
      fc.property(cuts, (c) => {
        const owner = listOf(c).flatMap((n, i) => new Array<number>(n).fill(i));
        for (const [index, block] of owner.entries()) expect(find(c, index)).toBe(block);
        for (let start = 0; start < c.length; start++) {
          for (let stop = start + 1; stop <= c.length; stop++) {
            expect(range(c, start, stop)).toEqual({ from: owner[start], to: (owner[stop - 1] as number) + 1 });
          }
        }
        expect(range(c, 1, 1)).toEqual({ from: 0, to: 0 });
      }),
      { numRuns: 40 },
    );
  });

  test('a slice keeps the borders of its source', () => {
    const step = fc.integer({ min: -5, max: 5 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(cuts, step, fc.nat(), fc.nat(), (c, stride, a, n) => {
        fc.pre(c.length > 0);
        const start = a % c.length;
        const most = stride > 0 ? Math.ceil((c.length - start) / stride) : Math.floor(start / -stride) + 1;
        const count = 1 + (n % most);
        const runs: number[] = [];
        let previous = -1;
        for (let i = 0; i < count; i++) {
          const block = find(c, start + stride * i);
          if (block === previous) runs[runs.length - 1] = (runs.at(-1) as number) + 1;
          else runs.push(1);
          previous = block;
        }
        expect(listOf(sliceCuts(c, start, stride, count))).toEqual(runs);
      }),
      { numRuns: 500 },
    );
  });

  test('concatenation keeps all borders, and regular cuts regular', () => {
    fc.assert(
      fc.property(fc.array(cuts, { minLength: 1, maxLength: 4 }), (parts) => {
        const joined = concatCuts(parts);
        const full = parts.filter((c) => c.length > 0);
        if (full.length > 0) expect(joined).toEqual(cutsOf(full.flatMap(listOf)));
        expect(joined.length).toBe(parts.reduce((n, c) => n + c.length, 0));
      }),
    );
  });

  test('equality is that of the lists', () => {
    fc.assert(
      fc.property(cuts, cuts, (a, b) => {
        expect(sameCuts(a, b)).toBe(listOf(a).join() === listOf(b).join());
        expect(sameCuts(a, cutsOf(listOf(a)))).toBe(true);
      }),
    );
  });

  test('a million blocks take no room', () => {
    const huge = regular(1e12, 1e6);
    expect(blocks(huge)).toBe(1e6);
    expect(find(huge, 1e12 - 1)).toBe(999_999);
    expect(sliceCuts(huge, 5, 1, 1e12 - 12)).toEqual({ length: 1e12 - 12, size: 1e6, first: 1e6 - 5 });
    expect(blocks(sliceCuts(huge, 1e12 - 1, -1, 1e12))).toBe(1e6);
    expect(blocks(sliceCuts(huge, 0, 3, 333_333_333_334))).toBeCloseTo(1e6, -1);
  });

  test('even cuts and whole axes', () => {
    expect(listOf(evenly(10, 3))).toEqual([4, 4, 2]);
    expect(listOf(evenly(0, 0))).toEqual([0]);
    expect(listOf(whole(0))).toEqual([0]);
    expect(listOf(whole(7))).toEqual([7]);
  });
});
