/** Every rule keeps every bit: random expressions mean the same before and after. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AffineMap } from '#src/core/affine.js';
import { regular } from '#src/core/chunks.js';
import { sameShape } from '#src/core/shape.js';
import type { Expr } from '#src/expr/types.js';
import { sumFold } from '#src/ops/sums.js';
import { optimize, passes } from '#src/optimize/index.js';
import { postorder, run } from '#src/optimize/rule.js';
import { evaluate } from '../oracle/evaluate.js';
import {
  chunked,
  concat,
  generated,
  map,
  plainSum,
  rechunk,
  reduce,
  reshape,
  source,
  uniform,
  view,
} from '../oracle/graph.js';

/** Random choices, one after the other. */
class Choices {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return (this.#numbers[this.#next++ % this.#numbers.length] as number) % Math.max(1, n);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

const pairSum = sumFold({
  of: 'float64',
  takes: 'float64',
  gives: 'float64',
  count: 0,
  correction: 0,
  ord: 2,
  weighted: false,
});

const quarter = (i: number) => (i % 7 === 0 ? -0 : (i % 23) * 0.25 - 2);

function leaf(c: Choices): Expr {
  const shape = Array.from({ length: 1 + c.below(2) }, () => c.of([1, 2, 5, 6, 0, 7]));
  const chunks = chunked(shape, 1 + c.below(4));
  if (c.below(3) === 0) return uniform(shape, chunks);
  if (c.below(3) === 0) return generated(shape, chunks, (b, i) => b.cast(i, 'float64'), 'arange');
  return source(shape, chunks, quarter);
}

/** A slice, flip, transpose, dropped, new or broadcast axis. */
function someView(x: Expr, c: Choices): Expr {
  const axes = x.shape.map((n) => {
    const step = c.of([1, -1, 2, 1]);
    const length = Math.min(n, c.below(Math.ceil(n / Math.abs(step)) + 1));
    const span = Math.abs(step) * Math.max(0, length - 1) + 1;
    const low = c.below(Math.max(1, n - span + 1));
    return { step, length, start: step > 0 ? low : low + span - 1, drop: n > 0 && c.below(5) === 0 };
  });
  const kept = axes.flatMap((a, axis) => (a.drop ? [] : [axis]));
  if (c.below(3) === 0) kept.reverse();
  const wider = c.below(4) === 0 && kept.length < 3 ? 1 : 0;
  const shape = [...(wider ? [c.of([1, 3])] : []), ...kept.map((axis) => axes[axis]?.length as number)];
  const where: AffineMap = axes.map((a, axis) =>
    a.drop
      ? { axis: -1, start: Math.min(a.start, (x.shape[axis] as number) - 1), step: 0 }
      : { axis: kept.indexOf(axis) + wider, start: a.start, step: a.step },
  );
  return view(x, shape, where, chunked(shape, 1 + c.below(4)));
}

function someMap(x: Expr, known: readonly Expr[], c: Choices): Expr {
  const label = c.of(['half', 'negative', 'roundTrip', 'neutral', 'add', 'dear']);
  const y = known.find((other) => sameShape(other.shape, x.shape) && c.below(2) === 0) ?? x;
  return map(label, label === 'add' ? [x, y] : [x], (b, v, w) => {
    if (label === 'half') return b.prim('multiply', v, b.const(0.5, 'float64'));
    if (label === 'negative') return b.prim('negative', v);
    if (label === 'roundTrip') return b.cast(b.cast(v, 'int32'), 'float64');
    if (label === 'neutral') return b.prim('multiply', b.prim('add', v, b.const(-0, 'float64')), b.const(1, 'float64'));
    if (label === 'add') return b.prim('add', v, w as number);
    return Array.from({ length: 12 }).reduce((u: number) => b.prim('sqrt', b.prim('abs', u)), v);
  });
}

function grow(c: Choices, steps: number): Expr[] {
  const known: Expr[] = [leaf(c), leaf(c)];
  for (let i = 0; i < steps; i++) {
    const x = c.of(known);
    switch (c.below(6)) {
      case 0:
      case 1:
        known.push(someMap(x, known, c));
        break;
      case 2:
        known.push(someView(x, c));
        break;
      case 3:
        known.push(rechunk(x, chunked(x.shape, 1 + c.below(4))));
        break;
      case 4: {
        const y = known.find(
          (other) => other.shape.length === x.shape.length && sameShape(other.shape.slice(1), x.shape.slice(1)),
        );
        if (x.shape.length > 0) known.push(concat([x, y ?? x, x], 0));
        break;
      }
      default:
        known.push(reshape(x, [x.shape.reduce((n, d) => n * d, 1)]));
    }
  }
  return known;
}

/** Results: the last expressions, and sums whose terms a double adds without rounding. */
function results(c: Choices): Expr[] {
  const known = grow(c, 9);
  const last = known.slice(-2);
  const x = last[1] as Expr;
  if (x.shape.length === 0) return last;
  const terms = map('terms', [x], (b, v) => b.cast(b.cast(v, 'int16'), 'float64'));
  const axes = x.shape.flatMap((_, axis) => (axis === 0 || c.below(2) === 0 ? [axis] : []));
  return [...last, reduce(terms, axes, 2 + c.below(2), 'sum', c.below(2) === 0, c.of([plainSum, pairSum]))];
}

const bits = (e: Expr) => {
  const { data, shape } = evaluate(e);
  return { shape, bits: [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)] };
};

const graphs = fc.array(fc.nat(1000), { minLength: 40, maxLength: 80 }).map((numbers) => results(new Choices(numbers)));

for (const pass of passes) {
  it(`${pass.name}: ${pass.rules.map((rule) => rule.name).join(', ')}`, () => {
    // A pass meets what the passes before it leave.
    const before = passes.slice(0, passes.indexOf(pass));
    fc.assert(
      fc.property(graphs, (roots) => {
        const given = before.reduce((exprs, p) => run(p, exprs), roots as readonly Expr[]);
        expect(run(pass, given).map(bits)).toEqual(given.map(bits));
      }),
      { numRuns: 150 },
    );
  });
}

it('all passes together, in the same shapes, dtypes and chunks, under the same names', () => {
  fc.assert(
    fc.property(graphs, (roots) => {
      const after = optimize(roots);
      expect(after.map(bits)).toEqual(roots.map(bits));
      const outside = ({ shape, dtype, chunks }: Expr) => ({ shape, dtype, chunks });
      expect(after.map(outside)).toEqual(roots.map(outside));
    }),
    { numRuns: 300 },
  );
});

it('every rule is met by these expressions', () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(graphs, (roots) => {
      optimize(roots, { trace: (rule) => met.add(rule) });
      const twins = [...roots, { ...(roots[0] as Expr) }];
      optimize(twins, { trace: (rule) => met.add(rule) });
    }),
    { numRuns: 300, seed: 1 },
  );
  expect([...met].sort()).toEqual(
    passes
      .flatMap((p) => p.rules.map((rule) => rule.name))
      .filter((n, i, all) => all.indexOf(n) === i)
      .sort(),
  );
});

it('shares the parts of a concat that two slices touch', () => {
  const [a, b, c] = [uniform([1], [regular(1, 1)]), uniform([7], [regular(7, 1)]), uniform([1], [regular(1, 1)])];
  const whole = concat([a, b, c], 0);
  const slices = [0, 1].map((start) => view(whole, [2], [{ axis: 0, start, step: 1 }]));
  const names = postorder(optimize(slices)).map((e) => e.name);
  expect(new Set(names).size).toBe(names.length);
});

it('leaves nothing that no result needs, and no name twice', () => {
  fc.assert(
    fc.property(graphs, (roots) => {
      const names = postorder(optimize(roots)).map((e) => e.name);
      expect(new Set(names).size).toBe(names.length);
    }),
    { numRuns: 150 },
  );
});
