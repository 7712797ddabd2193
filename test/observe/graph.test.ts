import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { regular } from '#src/core/chunks.js';
import type { Expr } from '#src/expr/types.js';
import type { Builder } from '#src/kernel/builder.js';
import { explain } from '#src/observe/explain.js';
import { layerGraph } from '#src/observe/graph.js';
import { repr } from '#src/observe/repr.js';
import { visualize } from '#src/observe/visualize.js';
import { chunked, map, reduce, source, uniform, view } from '../oracle/graph.js';

const root = (b: Builder, x: number) => b.prim('sqrt', x);
const add = (b: Builder, x: number, y: number) => b.prim('add', x, y);
const lines = (text: string) => text.replace(/-[0-9a-f]{4}/g, '-#').split('\n');

const mean = reduce(map('sqrt', [uniform([1200], [regular(1200, 100)])], root), [0], 4, 'mean');

function arcs(): Expr {
  const shape = [10_000, 10_000, 10];
  const chunks = chunked(shape, [1000, 1000, 5]);
  const arc = (label: string) => map(label, [uniform(shape, chunks)], (b, x) => b.call('asin', 'float64', x));
  return reduce(map('add', [arc('arcsin'), arc('arccos')], add), [1, 2], 2);
}

it('lists layers with tasks and bytes, before and after fusion', () => {
  expect(lines(String(layerGraph([mean])))).toEqual([
    'LayerGraph with 5 layers, 40 tasks',
    ' 0. uniform-#                12 tasks  9.38 KiB',
    ' 1. sqrt-#                   12 tasks  9.38 KiB',
    ' 2. mean_chunk-#             12 tasks  96 B',
    ' 3. mean_combine-partial-#…  3 tasks   24 B',
    ' 4. mean_agg-aggregate-#     1 task    8 B',
  ]);
  expect(String(layerGraph([mean], { optimized: true }))).toMatch(
    /^LayerGraph with 3 layers, 16 tasks\n 0\. mean_chunk/,
  );
});

it('counts tasks as Dask does', () => {
  expect(layerGraph([arcs()]).tasks).toBe(1310);
  expect(layerGraph([arcs()], { optimized: true }).tasks).toBe(310);
});

it('shows an array at the console without computing it', () => {
  expect(repr(arcs(), { title: 'ChunkedArray', workers: 2 }).split('\n').slice(0, 5)).toEqual([
    'ChunkedArray  sum(axis=[1, 2])  float64',
    '            array        chunk',
    '  shape     (10000)      (1000)      10 blocks',
    '  bytes     78.13 KiB    7.81 KiB',
    '  graph     10 layers, 1310 tasks -> 310 after fusion',
  ]);
  expect(repr(arcs(), { workers: 2 })).toMatch(
    /memory .* for tasks of 2 workers {6}inputs 2 x 7.45 GiB, random, never stored$/,
  );
  const x = source([12], chunked([12], 5));
  expect(repr(view(x, [], [{ axis: -1, start: 3, step: 0 }]))).toContain('shape     ()');
});

it('explains: as written, as optimized, by which rules, in which stages', () => {
  const text = explain([mean]);
  expect(text).toContain(
    'as written: 5 layers, 40 tasks\n  0  uniform  float64 (1200,) in 12 blocks of (100,)  12 tasks',
  );
  expect(text).toContain('as optimized: 3 layers, 16 tasks');
  expect(text).toContain('= uniform, sqrt, mean_chunk');
  expect(text).toContain('fuse-reduces: partial(map(x)) -> partial(x)');
  expect(text).toMatch(
    /stages: 3, 16 tasks\n {2}0 {2}mean_chunk {2}12 tasks, .* each; reads nothing; kernel of \d+ nodes/,
  );
  expect(text).toContain('reads stage 1');
});

it('draws SVG that follows light and dark pages, and text in DOT and JSON', async () => {
  const svg = await visualize([mean], { rankdir: 'LR' });
  expect(svg).toMatch(/^<svg role="img" aria-label="Graph of 5 layers and 40 tasks"/);
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg.match(/class="node /g)).toHaveLength(5);
  expect(svg.match(/class="edge"/g)).toHaveLength(4);
  const dot = await visualize([mean], { format: 'dot', optimizeGraph: true, rankdir: 'LR' });
  expect(dot).toContain('rankdir=LR');
  expect(dot).toContain('n0 -> n1;');
  expect(dot).toContain('mean_chunk\\nof uniform sqrt\\n');
  expect(JSON.parse(await visualize([mean], { format: 'json' }))).toMatchObject({
    tasks: 40,
    layers: [{ label: 'uniform' }, {}, {}, {}, {}],
  });
});

it('writes the picture by its extension, whole or not at all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graph-'));
  try {
    for (const name of ['a.svg', 'b.dot', 'c.json']) {
      const text = await visualize([mean], { filename: join(folder, name) });
      expect(await readFile(join(folder, name), 'utf8')).toBe(text);
    }
    await expect(visualize([mean], { filename: join(folder, 'd.png') })).rejects.toThrow(
      /'png' is not a graph format; there are svg, dot, json/,
    );
    expect((await readdir(folder)).sort()).toEqual(['a.svg', 'b.dot', 'c.json']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
