import { describe, expect, it } from 'vitest';
import { regular } from '#src/core/chunks.js';
import type { Expr } from '#src/expr/types.js';
import type { Builder } from '#src/kernel/builder.js';
import { optimize, passes } from '#src/optimize/index.js';
import { postorder } from '#src/optimize/rule.js';
import { evaluate } from '../oracle/evaluate.js';
import { chunked, concat, map, rechunk, reduce, reshape, source, taskCount, uniform, view } from '../oracle/graph.js';

const half = (b: Builder, x: number) => b.prim('multiply', x, b.const(0.5, 'float64'));
const add = (b: Builder, x: number, y: number) => b.prim('add', x, y);
const expensive = (b: Builder, x: number) => {
  let v = x;
  for (let i = 0; i < 8; i++) v = b.prim('divide', b.const(i + 1, 'float64'), b.prim('sqrt', b.prim('abs', v)));
  return v;
};
const one = (e: Expr): Expr => optimize([e])[0] as Expr;
const kinds = (...roots: Expr[]): string[] => postorder(roots).map((e) => (e.kind === 'reduce' ? e.phase : e.kind));
const slice = (input: Expr, start: number, step: number, length: number): Expr =>
  view(input, [length], [{ axis: 0, start, step }]);

describe('the quadratic formula', () => {
  const chunks = [regular(1200, 100)];
  const [a, b, c] = [uniform([1200], chunks), uniform([1200], chunks), uniform([1200], chunks)];
  const disc = map(
    'sub',
    [
      map('pow', [b], (k, x) => k.prim('multiply', x, x)),
      map('mul', [map('mul', [a], half), c], (k, x, y) => k.prim('multiply', x, y)),
    ],
    (k, x, y) => k.prim('subtract', x, y),
  );
  const root = map('sqrt', [disc], (k, x) => k.prim('sqrt', k.prim('abs', x)));
  const top = map('add', [map('neg', [b], (k, x) => k.prim('negative', x)), root], add);
  const quotient = map('div', [top, map('mul', [a], half)], (k, x, y) => k.prim('divide', x, y));
  const mean = reduce(quotient, [0], 4, 'mean');

  it('has 15 layers of which fusion leaves 3, and 16 tasks of 160', () => {
    const [plain] = optimize([mean], { level: 'none' }) as [Expr];
    const [fused] = optimize([mean]) as [Expr];
    expect(postorder([plain])).toHaveLength(15);
    expect(taskCount(postorder([plain]))).toBe(160);
    expect(kinds(fused)).toEqual(['partial', 'merge', 'finish']);
    expect(taskCount(postorder([fused]))).toBe(16);
    expect(postorder([fused]).map((e) => e.label)).toEqual([
      'mean_chunk',
      'mean_combine-partial',
      'mean_agg-aggregate',
    ]);
  });

  it('computes each generator once in the fused kernel and remembers its layers', () => {
    const partial = postorder([one(mean)])[0] as Expr;
    expect(partial.kind === 'reduce' && partial.body.filter((n) => n.op === 'bits')).toHaveLength(3);
    expect(partial.layers).toHaveLength(13);
    expect(partial.layers?.at(-1)).toMatch(/^mean_chunk-/);
  });
});

it('counts tasks as Dask does: 1310 before fusion, 310 after', () => {
  const shape = [10_000, 10_000, 10];
  const chunks = chunked(shape, [1000, 1000, 5]);
  const arc = (label: string) => map(label, [uniform(shape, chunks)], (b, x) => b.call('asin', 'float64', x));
  const z = reduce(map('add', [arc('arcsin'), arc('arccos')], add), [1, 2], 2);
  expect(taskCount(postorder(optimize([z], { level: 'none' })))).toBe(1310);
  expect(taskCount(postorder(optimize([z])))).toBe(310);
});

describe('views', () => {
  const x = source([12], chunked([12], 5));

  it('are composed, and dropped where they change nothing', () => {
    const e = one(slice(slice(x, 10, -1, 9), 1, 2, 4));
    expect(e).toMatchObject({ kind: 'view', inputs: [x], map: [{ axis: 0, start: 9, step: -2 }] });
    expect(one(view(x, [12], [{ axis: 0, start: 0, step: 1 }], x.chunks))).toBe(x);
    expect(one(rechunk(rechunk(x, chunked([12], 3)), x.chunks))).toBe(x);
  });

  it('of a map become the map where they look', () => {
    const e = one(slice(map('half', [x], half), 2, 3, 3));
    expect(e).toMatchObject({
      kind: 'map',
      shape: [3],
      inputs: [x],
      loads: [{ map: [{ axis: 0, start: 2, step: 3 }] }],
    });
  });

  it('leave the parts of a concat that they do not touch', () => {
    const parts: [Expr, Expr, Expr] = [x, source([4], chunked([4], 4)), source([5], chunked([5], 5))];
    const e = one(slice(concat(parts, 0), 13, 1, 2));
    expect(e).toMatchObject({ kind: 'view', inputs: [parts[1]], map: [{ start: 1 }] });
    const two = slice(concat(parts, 0), 15, 1, 3);
    expect(one(two).inputs[0]?.inputs).toEqual([parts[1], parts[2]]);
    expect(evaluate(one(two))).toEqual(evaluate(two));
  });

  it('do not repeat expensive work: a broadcast of few dear elements reads them', () => {
    const dear = map('dear', [x], expensive);
    const wide = view(dear, [10_000, 12], [{ axis: 1, start: 0, step: 1 }]);
    expect(kinds(one(map('half', [wide], half)))).toEqual(['source', 'map', 'map']);
    const cheap = view(map('half', [x], half), [10_000, 12], [{ axis: 1, start: 0, step: 1 }]);
    expect(kinds(one(map('half', [cheap], half)))).toEqual(['source', 'map']);
  });
});

describe('shared producers', () => {
  const x = source([100_000], chunked([100_000], 10_000));

  it('are kept when dear, and recomputed when cheap', () => {
    const dear = map('dear', [x], expensive);
    const elsewhere = rechunk(dear, chunked([100_000], 5_000));
    const both = [reduce(dear, [0], 4), reduce(map('half', [elsewhere], half), [0], 4)];
    expect(kinds(...optimize(both)).filter((k) => k === 'map')).toHaveLength(1);
    const random = uniform([100_000], x.chunks);
    const two = optimize([reduce(random, [0], 4), reduce(map('half', [random], half), [0], 4)]);
    expect(kinds(...two)).not.toContain('map');
  });

  it('are taken into kernels over the same blocks, which the planner joins', () => {
    const dear = map('dear', [x], expensive);
    const both = optimize([reduce(dear, [0], 4), reduce(map('half', [dear], half), [0], 4)]);
    expect(kinds(...both)).not.toContain('map');
    expect(kinds(...both).filter((kind) => kind === 'partial')).toHaveLength(2);
  });

  it('are one node when their names are equal', () => {
    const y = map('half', [x], half);
    const twin = { ...y };
    const [e] = optimize([map('add', [y, twin], add)], { level: 'none' }) as [Expr];
    expect(e.inputs[0]).toBe(e.inputs[1]);
  });

  it('that are results stand, and are read rather than computed twice when dear', () => {
    const dear = map('dear', [x], expensive);
    const [first, second] = optimize([dear, map('half', [dear], half)]) as [Expr, Expr];
    expect(second.inputs).toEqual([first]);
  });
});

describe('rechunk', () => {
  it('of a map is the map in other chunks', () => {
    const x = source([12], chunked([12], 5));
    const e = one(rechunk(map('half', [x], half), chunked([12], 4)));
    expect(e).toMatchObject({ kind: 'map', inputs: [x], chunks: [regular(12, 4)] });
  });

  it('before a map is not needed: the map reads regions', () => {
    const x = source([12], chunked([12], 5));
    const e = one(map('half', [rechunk(x, chunked([12], 4))], half));
    expect(e).toMatchObject({ kind: 'map', inputs: [x], chunks: [regular(12, 4)] });
  });
});

describe('bodies', () => {
  const x = source([4], chunked([4], 4), (i) => (i === 0 ? -0 : i));

  it('lose what keeps every bit', () => {
    const e = one(
      map('f', [x], (b, v) => b.prim('multiply', b.prim('add', v, b.const(-0, 'float64')), b.const(1, 'float64'))),
    );
    expect(e).toBe(x);
    const kept = one(map('f', [x], (b, v) => b.prim('add', v, b.const(0, 'float64'))));
    expect(kept.kind).toBe('map');
  });

  it('skip exact casts only', () => {
    const through = (mid: 'float64' | 'int64', to: 'int8' | 'int64') => {
      const bytes = map('bytes', [x], (b, v) => b.cast(v, 'int16'));
      const e = one(map('f', [bytes], (b, v) => b.cast(b.cast(v, mid), to)));
      return e.kind === 'map' ? e.body.filter((n) => n.op === 'cast').length : 0;
    };
    expect(through('int64', 'int8')).toBe(2);
    expect(through('float64', 'int64')).toBe(2);
    expect(through('float64', 'int8')).toBe(3);
  });
});

describe('size', () => {
  it('does not depend on recursion, and bounds kernels', () => {
    let e: Expr = source([8], chunked([8], 4));
    for (let i = 0; i < 10_000; i++) e = map('half', [e], (b, v) => b.prim('add', v, b.const(i, 'float64')));
    const order = postorder([one(e)]);
    const bodies = order.flatMap((m) => (m.kind === 'map' ? [m.body.length] : []));
    expect(Math.max(...bodies)).toBeLessThanOrEqual(400);
    expect(order.length).toBeLessThan(100);
  });

  it('survives a chain that uses its value twice at every step', () => {
    let e: Expr = source([8], chunked([8], 4));
    for (let i = 0; i < 300; i++) e = map('twice', [e, e], (b, v, w) => half(b, b.prim('add', v, w)));
    expect(evaluate(one(e))).toEqual(evaluate(e));
  });
});

it('merges reshapes', () => {
  const x = map('dear', [source([12], chunked([12], 5))], expensive);
  expect(one(reshape(reshape(x, [3, 4]), [4, 3]))).toMatchObject({ kind: 'reshape', inputs: [x], shape: [4, 3] });
});

it('reads an array in memory in the shape that is asked for, if its elements lie in that order', () => {
  const x = source([12], chunked([12], 5));
  const e = reshape(x, [4, 3]);
  expect(one(e)).toMatchObject({ kind: 'source', inputs: [], shape: [4, 3], source: { strides: [3, 1] } });
  expect(one(e)).toMatchObject({ name: e.name, chunks: e.chunks });
  expect(evaluate(one(e))).toEqual(evaluate(e));
  const turned: Expr = Object.freeze({ ...x, source: { ...x.source, strides: [-1], offset: 11 } }) as Expr;
  expect(one(reshape(turned, [4, 3]))).toMatchObject({ kind: 'reshape' });
});

it('names and explains each rule once, and tells what it did', () => {
  const rules = [...new Set(passes.flatMap((pass) => pass.rules))];
  expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
  for (const rule of rules) expect(rule.says).toMatch(/->/);
  const told: string[] = [];
  const x = source([12], chunked([12], 5));
  optimize([reduce(slice(map('half', [x], half), 0, 1, 6), [0], 4)], { trace: (rule) => told.push(rule) });
  expect(told).toEqual(['split-reduces', 'fuse-reduces']);
});
