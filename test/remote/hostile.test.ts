/** Jobs and plans from someone who has the server's password and means harm: refused, with bounded memory. */
import { readdirSync } from 'node:fs';
import { Queue } from 'bullmq';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planFor } from '#src/compute.js';
import { ChunkwiseError, MemoryLimitError, RefusedError } from '#src/core/errors.js';
import type { Expr } from '#src/expr/types.js';
import { checkBatch, checkPlan } from '#src/remote/checkPlan.js';
import { type BatchesPayload, openFailure, openPayload, openResult, type Payload, seal } from '#src/remote/protocol.js';
import { readSpec, type Spec, specHash, specText } from '#src/remote/spec.js';
import { quarters, times } from '../conformance/executor.js';
import { chunked, concat, map, reduce, reshape, source, uniform } from '../oracle/graph.js';
import { describeWithRedis } from './redis.js';
import { compute, expectRight, scenes, sums, until } from './scene.js';

const limits = { memory: 2 ** 28, mayRead: () => false };

/** Plans with everything that plans may hold. */
const graphs: Readonly<Record<string, Expr>> = {
  map: quarters([40], 7),
  reduce: reduce(uniform([40, 30], chunked([40, 30], 11)), [0, 1], 2),
  source: map('add', [source([20, 30], chunked([20, 30], 7))], (b, v = 0) => b.prim('add', v, v)),
  arranged: map('negative', [reshape(concat([quarters([6, 4], 3), quarters([2, 4], 2)], 0), [4, 8])], (b, v = 0) =>
    b.prim('negative', v),
  ),
  product: times(quarters([20, 300], 7), quarters([300, 9], 50)),
};
const specs = Object.values(graphs).map((x) => specText(planFor([x], { optimizeGraph: false })));

const accept = (text: string): Spec => {
  const spec = readSpec(text, specHash(text));
  checkPlan(spec, limits);
  return spec;
};

describe('plans', () => {
  test.each(Object.keys(graphs))('of ours are taken: %s', (name) => {
    for (const optimizeGraph of [true, false]) accept(specText(planFor([graphs[name] as Expr], { optimizeGraph })));
  });

  /** Changes one place of a plan. */
  const changed = (change: (spec: Record<string, never> & Spec) => void, from = 0): string => {
    const spec = JSON.parse(specs[from] as string);
    change(spec);
    return JSON.stringify(spec);
  };

  type Loose = { [key: string]: Loose } & Loose[] & { op: string };
  const loose = (spec: Spec): Loose => spec as unknown as Loose;
  const set = (path: string, value: unknown) => (spec: Spec) => {
    const keys = path.split('.');
    const last = keys.pop() as string;
    let at = loose(spec);
    for (const key of keys) at = at[key] as Loose;
    Object.defineProperty(at, last, { value, enumerable: true });
  };

  test.each<[string, string, unknown, number]>([
    ['an unknown operation', 'stages.0.kernel.body.0.op', 'system', 0],
    [
      'an unknown function',
      'stages.0.kernel.body.0',
      { op: 'call', fn: 'constructor', dtype: 'float64', args: [0] },
      0,
    ],
    ['an unknown dtype', 'stages.0.kernel.body.0.dtype', 'float128', 0],
    ['a value used before it is there', 'stages.0.kernel.body.1.args', [7], 0],
    ['a value of itself', 'stages.0.kernel.body.1.args', [1], 0],
    ['a negative index', 'stages.0.kernel.body.1.args', [-1], 0],
    ['a fraction for an index', 'stages.0.kernel.body.1.args', [0.5], 0],
    ['too few arguments', 'stages.0.kernel.body.2.args', [0], 0],
    ['an output that is not there', 'stages.0.kernel.outputs.0.value', 99, 0],
    ['a length of 1e300', 'stages.0.chunks.0.length', 1e300, 0],
    ['blocks that do not add up', 'stages.0.chunks.0', { length: 40, sizes: [10, 10], starts: [0, 10] }, 0],
    ['blocks of nothing', 'stages.0.chunks.0', { length: 40, size: 0, first: 0 }, 0],
    ['another number than its place', 'stages.0.id', 3, 0],
    ['no stages', 'stages', [], 0],
    ['code', 'stages.0.kernel.code', 'process.exit()', 0],
    ['another version', 'v', 2, 0],
    ['a map to beyond the input', 'stages.0.kernel.loads.0.map.0.start', 1000, 2],
    ['a map of another axis', 'stages.0.kernel.loads.0.map.0.axis', 9, 2],
    ['an input that is not there', 'stages.0.kernel.loads.0.input', 5, 2],
    ['a source that is not there', 'stages.0.reads.0.source', 5, 2],
    ['a source that reaches beyond its elements', 'sources.0.strides', [1000, 1], 2],
    ['a source with a negative reach', 'sources.0.strides', [-30, 1], 2],
    [
      'a path for a source',
      'sources.0',
      {
        kind: 'file',
        url: '../../etc/passwd',
        offset: 0,
        order: 'C',
        littleEndian: true,
        shape: [20, 30],
        dtype: 'float64',
      },
      2,
    ],
    ['a fold with no state', 'stages.1.kernel.outputs.0.fold.state', [], 1],
    ['a fold that adds to a pair which it has not', 'stages.1.kernel.outputs.0.fold.addsToPair', true, 1],
    [
      'a fold that settles to nothing',
      'stages.1.kernel.outputs.0.fold.settle',
      { args: ['float64', 'float64'], body: [], results: [] },
      1,
    ],
    [
      'a fold that settles what is merged',
      'stages.2.kernel.outputs.0.fold.settle',
      {
        args: ['float64', 'float64'],
        body: [0, 1].map((arg) => ({ op: 'arg', dtype: 'float64', arg })),
        results: [0, 1],
      },
      1,
    ],
    ['a product of what is computed', 'stages.2.kernel.body.1', { op: 'const', dtype: 'float64', value: 1 }, 4],
    ['a product of what is not there', 'stages.2.kernel.outputs.0.left', 9, 4],
    ['a product whose left side moves along columns', 'stages.2.kernel.loads.0.map.0.axis', 1, 4],
    ['a product summed along its rows', 'stages.2.kernel.reduced', [0], 4],
    ['a product in a dtype that has none', 'stages.2.kernel.outputs.0.dtype', 'int8', 4],
    ['a product in another dtype', 'stages.2.kernel.outputs.0.dtype', 'float32', 4],
    ['a product without axes', 'stages.2.kernel.rank', 2, 4],
  ])('with %s are refused', (_, path, value, from) => {
    expect(() => accept(changed(set(path, value), from))).toThrow(ChunkwiseError);
  });

  test('that would take too much memory are refused before a byte is taken', () => {
    const huge = 1e12;
    const x = quarters([huge], huge);
    const before = process.memoryUsage().rss;
    expect(() => accept(specText(planFor([x])))).toThrow(MemoryLimitError);
    const many = accept(specText(planFor([quarters([huge], 1000)])));
    expect(() => checkBatch(many, { stage: 0, from: 0, to: 1e9 }, limits.memory)).toThrow(ChunkwiseError);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
  });

  test('with keys that mean something to JavaScript are refused, however they are written', () => {
    for (const key of ['__proto__', '\\u005f_proto__', 'constructor', 'prototype']) {
      const text = (specs[0] as string).replace('"v":1', `"v":1,"${key}":{"polluted":true}`);
      expect(() => accept(text)).toThrow(RefusedError);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('other than the job names, too long or too deep are refused', () => {
    const [text] = specs as [string];
    expect(() => readSpec(text, specHash(`${text} `))).toThrow('not the one');
    const long = `${text}${' '.repeat(9 * 2 ** 20)}`;
    expect(() => readSpec(long, specHash(long))).toThrow(RefusedError);
    const deep = text.replace('"sources":[', `"sources":[${'['.repeat(1e6)}`);
    expect(() => readSpec(deep, specHash(deep))).toThrow(RefusedError);
  });

  test('property: changed anywhere, a plan is taken or refused by a typed error', () => {
    const places = (value: unknown, path: readonly string[]): string[][] =>
      typeof value === 'object' && value !== null
        ? [[...path], ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))]
        : [[...path]];
    const anywhere = fc.constantFrom(...specs.keys()).chain((from) => {
      const all = places(JSON.parse(specs[from] as string), []).filter((path) => path.length > 0);
      return fc.tuple(fc.constant(from), fc.constantFrom(...all));
    });
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        0,
        -1,
        1,
        2,
        1e9,
        1e15,
        2 ** 53,
        1e308,
        -1e15,
        0.5,
        '',
        'add',
        'float32',
        'nan',
        null,
        true,
        [],
        {},
      ),
    );
    fc.assert(
      fc.property(anywhere, values, ([from, path], value) => {
        const text = changed(set(path.join('.'), value), from);
        try {
          accept(text);
        } catch (error) {
          if (!(error instanceof ChunkwiseError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

const payload: BatchesPayload = {
  v: 1,
  kind: 'batches',
  job: 'job',
  run: '0'.repeat(32),
  spec: '0'.repeat(64),
  store: 'store',
  batches: [[0, 0, 1]],
  inline: [],
};

describe('messages', () => {
  test('of ours are read as they were written', () => {
    expect(openPayload(seal(payload, 'key'), 'key')).toEqual(payload);
    expect(openPayload(seal(payload, undefined), undefined)).toEqual(payload);
  });

  test.each([
    ['no version', { v: undefined }],
    ['another version', { v: 2 }],
    ['a path for a run', { run: '../../../../../../../../etc/passwd' }],
    ['a path for a plan', { spec: `${'../'.repeat(21)}a` }],
    ['no batches', { batches: [] }],
    ['too many batches', { batches: Array.from({ length: 1000 }, () => [0, 0, 1]) }],
    ['a negative batch', { batches: [[0, -1, 1]] }],
    ['a block that is no base64', { inline: [[0, 0, '../../x']] }],
    ['a block that is too long', { inline: [[0, 0, 'A'.repeat(20_000)]] }],
    ['another kind', { kind: 'code' }],
    ['more than there should be', { module: 'file:///evil.mjs' }],
  ])('with %s are refused', (_, change) => {
    const text = seal({ ...payload, ...change } as Payload, undefined);
    expect(() => openPayload(text, undefined)).toThrow(RefusedError);
  });

  test('that are not signed, or by another key, or changed since, are refused', () => {
    expect(() => openPayload(seal(payload, undefined), 'key')).toThrow('not signed');
    expect(() => openPayload(seal(payload, 'other'), 'key')).toThrow('signature is wrong');
    const changed = seal(payload, 'key').replace('[[0,0,1]]', '[[0,0,2]]');
    expect(() => openPayload(changed, 'key')).toThrow('signature is wrong');
  });

  test('property: any text is refused by a typed error', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((body) => JSON.stringify({ body })),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(() => openPayload(text, undefined)).toThrow(RefusedError);
        expect(() => openResult(text, undefined)).toThrow(RefusedError);
        openFailure(text);
      }),
      { numRuns: 500 },
    );
  });
});

describeWithRedis('a worker given raw jobs', () => {
  const scene = scenes();

  test('fails them, and works on', async () => {
    const { redis, site, worker, connect } = scene();
    const { pid, output } = await worker();
    const queue = new Queue('chunkwise-v1-default', { connection: { url: redis.url } });
    const huge = specText(planFor([quarters([1e12], 1e12)]));
    const notes = redis.client();
    await notes.set(`{chunkwise}:spec:${specHash(huge)}`, huge);
    await notes.set(`{chunkwise}:spec:${'1'.repeat(64)}`, huge);
    const store =
      (await connect()) && (await (await import('#src/remote/openBlocks.js')).openBlocks(site.store)).identify();
    const good = { ...payload, store: await store };
    const bad: Record<string, unknown> = {
      nothing: undefined,
      number: 7,
      text: { text: 'hello' },
      proto: { text: '{"body":"{\\"__proto__\\":{\\"v\\":1}}"}' },
      long: { text: 'x'.repeat(2 ** 20) },
      otherStore: { text: seal({ ...good, job: 'otherStore', store: 'elsewhere' }, undefined) },
      otherName: { text: seal({ ...good, job: 'x' }, undefined) },
      otherVersion: { text: seal({ ...good, job: 'otherVersion', v: 3 as never }, undefined) },
      traversal: { text: seal({ ...good, job: 'traversal', run: '../../../../tmp/aaaaaaaaaaaaaaaaa' }, undefined) },
      huge: { text: seal({ ...good, job: 'huge', spec: specHash(huge) }, undefined) },
      wrongHash: { text: seal({ ...good, job: 'wrongHash', spec: '1'.repeat(64) }, undefined) },
    };
    const parent = readdirSync(`${site.directory}/..`).length;
    for (const [id, data] of Object.entries(bad)) {
      await queue.add('batches', data as object, { jobId: id, attempts: 1 });
    }
    await until(async () => (await queue.getFailedCount()) === Object.keys(bad).length);
    const x = sums(6);
    await expectRight(await compute(await connect(), x), x);
    expect(() => process.kill(pid, 0)).not.toThrow();
    expect(output()).toBe('');
    expect(site.leftFiles()).toEqual([]);
    expect(readdirSync(`${site.directory}/..`).length).toBeLessThanOrEqual(parent + 20);
    await queue.close();
  });
});
