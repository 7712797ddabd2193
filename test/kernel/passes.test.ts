import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Builder } from '#src/kernel/builder.js';
import { expand } from '#src/kernel/expand.js';
import type { Body, Fold, Kernel, Routine, Value } from '#src/kernel/ir.js';
import { loopBodyOf } from '#src/kernel/wasm/loop-body.js';
import { type Passes, passesOf } from '#src/kernel/wasm/passes.js';
import { drawer, randomCase } from './randomKernels.js';

const kernelOf = (body: Body): Kernel => ({
  rank: 1,
  loads: [{ input: 0, plane: 0, dtype: 'float64', map: [{ axis: 0, start: 0, step: 1 }] }],
  body,
  reduced: [],
  outputs: [{ kind: 'store', dtype: 'float64', value: body.length - 1 }],
});

/** x + 1, times x, `length` times over. */
function chain(length: number): Body {
  const b = new Builder();
  const x = b.push({ op: 'load', dtype: 'float64', load: 0 });
  let value: Value = x;
  for (let i = 0; i < length; i++) value = b.prim('multiply', b.prim('add', value, b.const(i, 'float64')), x);
  return b.body();
}

const passesFor = (kernel: Kernel): Passes => passesOf(loopBodyOf(expand(kernel)));

describe('passes', () => {
  test('are one where operations hardly wait for each other', () => {
    expect(passesFor(kernelOf(chain(4)))).toMatchObject({ count: 1, slots: 0 });
    const b = new Builder();
    const x = b.push({ op: 'load', dtype: 'float64', load: 0 });
    const terms = Array.from({ length: 64 }, (_, i) => b.prim('add', x, b.const(i, 'float64')));
    while (terms.length > 1) terms.push(b.prim('add', terms.shift() as Value, terms.shift() as Value));
    expect(passesFor(kernelOf(b.body())).count).toBe(1);
  });

  test('are more the longer the chain', () => {
    const counts = [5, 20, 40, 100].map((length) => passesFor(kernelOf(chain(length))).count);
    expect(counts[0]).toBe(1);
    for (const [i, count] of counts.entries()) if (i > 0) expect(count).toBeGreaterThan(counts[i - 1] as number);
  });

  test('have roots in one place and quotients in another, of one unit', () => {
    const b = new Builder();
    const c = (value: number): Value => b.const(value, 'float64');
    const x = b.push({ op: 'load', dtype: 'float64', load: 0 });
    const links = Array.from({ length: 8 }, (_, i) => c(i));
    const roots = [1, 2, 3, 4].map((i) => b.prim('sqrt', b.prim('add', x, c(i))));
    const later = roots.map((root) => links.reduce((v, link) => b.prim('multiply', b.prim('add', v, link), v), root));
    later.map((v) => b.prim('divide', c(1), v)).reduce((sum, v) => b.prim('add', sum, v));
    const body = b.body();
    const { kept, count } = passesFor(kernelOf(body));
    expect(count).toBeGreaterThan(1);
    const isKeptFirst = (op: string): boolean => [...(kept[0]?.keys() ?? [])].some((v) => body[v]?.op === op);
    expect(isKeptFirst('divide')).toBe(false);
    expect(kept[0]?.size).toBeGreaterThanOrEqual(1);
    const isBetween = (v: Value): boolean => v > Math.max(...roots) && v <= Math.max(...later);
    expect(kept.flatMap((values) => [...values.keys()]).filter(isBetween)).not.toEqual([]);
  });

  test('are one where the chain is that of a state, which goes from element to element', () => {
    const b = new Builder();
    const [state, x] = [0, 1].map((arg) => b.push({ op: 'arg', dtype: 'float64', arg })) as [Value, Value];
    let next = b.prim('add', state, x);
    for (let i = 0; i < 40; i++) next = b.prim('multiply', b.prim('add', next, state), state);
    const step: Routine = { args: ['float64', 'float64'], body: b.body(), results: [next] };
    const finish: Routine = { args: ['float64'], body: b.body().slice(0, 1), results: [0] };
    const fold: Fold = { name: 'chain', state: ['float64'], init: [0], step, merge: step, finish };
    const kernel: Kernel = {
      ...kernelOf(chain(1)),
      reduced: [0],
      outputs: [{ kind: 'reduce', fold, feed: 'values', values: [0], finish: false }],
    };
    expect(passesFor(kernel)).toMatchObject({ count: 1, slots: 0 });
  });

  test('keep the one value that a chain goes on with, and load what lies in memory anew', () => {
    const { kept } = passesFor(kernelOf(chain(20)));
    expect(kept.map((values) => values.size)).toEqual([1, 1, 1, 0]);
  });

  test('give each value that a pass keeps a slot of its own', () => {
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const { kernel } = randomCase(drawer(g), { rank: 1, extents: [4], nodes: 60, recent: 3 });
        const { count, kept, slots } = passesFor(kernel);
        expect(kept).toHaveLength(count);
        expect(kept.at(-1)?.size).toBe(0);
        const held = kept.flatMap((values) => [...values.values()]);
        expect(new Set(held).size).toBe(slots);
        for (const values of kept) expect(new Set(values.values()).size).toBe(values.size);
      }),
      { numRuns: 100 },
    );
  });
});
