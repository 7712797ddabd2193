import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyBox } from '#src/store/copy.js';

/** Every index of a box, in row-major order. */
function* indices(extent: readonly number[]): Generator<number[]> {
  const [length, ...rest] = extent;
  if (length === undefined) return yield [];
  for (let i = 0; i < length; i++) for (const tail of indices(rest)) yield [i, ...tail];
}

const at = (offset: number, strides: readonly number[], index: readonly number[]): number =>
  index.reduce((n, i, axis) => n + i * (strides[axis] as number), offset);

/** A box laid out with its axes in any order, gaps between them, and any of them backwards. */
const layouts = (extent: readonly number[]) =>
  fc
    .tuple(
      fc.shuffledSubarray(
        extent.map((_, axis) => axis),
        { minLength: extent.length },
      ),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: extent.length, maxLength: extent.length }),
      fc.array(fc.boolean(), { minLength: extent.length, maxLength: extent.length }),
    )
    .map(([order, gaps, backwards]) => {
      const strides = extent.map(() => 0);
      let [step, offset] = [1, 0];
      order.forEach((axis, i) => {
        const span = step * Math.max(0, (extent[axis] as number) - 1);
        strides[axis] = backwards[axis] ? -step : step;
        if (backwards[axis]) offset += span;
        step = (step + span) * (1 + (gaps[i] as number));
      });
      return { offset, strides, length: step };
    });

const cases = fc
  .array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 })
  .filter((extent) => extent.reduce((a, b) => a * b, 1) < 4000)
  .chain((extent) => fc.tuple(fc.constant(extent), layouts(extent), layouts(extent)));

describe('copyBox', () => {
  test('puts every element in its place and touches nothing else', () => {
    fc.assert(
      fc.property(cases, ([extent, from, to]) => {
        const source = Float64Array.from({ length: from.length }, (_, i) => i + 1);
        const target = new Float64Array(to.length);
        const expected = new Float64Array(to.length);
        for (const index of indices(extent)) {
          expected[at(to.offset, to.strides, index)] = source[at(from.offset, from.strides, index)] as number;
        }
        copyBox(extent, { data: source, ...from }, { data: target, ...to });
        expect([...target]).toEqual([...expected]);
      }),
    );
  });

  test('repeats what has stride 0', () => {
    const target = new Int32Array(6);
    copyBox(
      [2, 3],
      { data: Int32Array.of(7, 8), offset: 0, strides: [1, 0] },
      { data: target, offset: 0, strides: [3, 1] },
    );
    expect([...target]).toEqual([7, 7, 7, 8, 8, 8]);
  });

  test('copies 64-bit integers', () => {
    const target = new BigInt64Array(2);
    copyBox(
      [2],
      { data: BigInt64Array.of(1n, 2n ** 60n), offset: 1, strides: [-1] },
      { data: target, offset: 0, strides: [1] },
    );
    expect([...target]).toEqual([2n ** 60n, 1n]);
  });
});
