import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as da from 'chunkwise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSite, type Site } from '../remote/processes.js';
import { describeWithRedis, startRedis, type TestRedis } from '../remote/redis.js';
import { filesUnder, readSource, root } from './sources.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunkwise-examples-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs an example in a folder of its own, and gives what it printed. */
async function run(name: string, ...args: string[]): Promise<string> {
  const script = join(root, 'dist-examples', `${name}.js`);
  if (!existsSync(script)) throw new Error(`${script} is not built: npm run build:examples`);
  const flags = ['--disallow-code-generation-from-strings', script, ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, { cwd: folder, timeout: 60_000 });
  expect(stderr).toBe('');
  return stdout;
}

const numbers = (text: string): number[] => (text.match(/-?\d+\.\d+(e[-+]?\d+)?/g) ?? []).map(Number);

/** Ten tasks of which odd ones end soon, in their order, and even ones late, the last first. */
const expectAsTheyCome = (text: string): void => {
  const [first, ...rest] = text.trim().split('\n');
  expect(first).toBe('Result: 15');
  const ids = rest.map((line) => Number(/^sleepThenId-\d+ (\d)$/.exec(line)?.[1]));
  expect([...ids].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(ids.indexOf(0)).toBeGreaterThan(ids.indexOf(1));
};

describe('the examples, at small sizes and without code from strings', () => {
  test('a01: the mean of square roots', async () => {
    const lines = (await run('a01-one-liner', '1000000')).trim().split('\n');
    expect(lines[0]).toMatch(/ChunkedArray.*mean/);
    expect(Number(lines.at(-1))).toBeCloseTo(2 / 3, 2);
  });

  test('a02: the quadratic formula, fused, plain and written twice', async () => {
    const text = await run('a02-quadratic', '200000');
    expect(text).toMatch(/LayerGraph with \d+ layers/);
    expect(text).toMatch(/fused and plain agree: true\nformula and methods agree: true/);
    expect(readFileSync(join(folder, 'quadratic.svg'), 'utf8')).toMatch(/^(<\?xml[^>]*>\s*)?<svg[\s\S]*<\/svg>\s*$/);
  });

  test('a02: 15 layers at the size that is written there', () => {
    const [a, b, c] = [
      da.random.uniform(5, 10, 2e8),
      da.random.uniform(10, 20, 2e8),
      da.random.uniform(-0.1, 0.1, 2e8),
    ];
    const root = da.expr`(-${b} + sqrt(${b}**2 - 4*${a}*${c})) / (2*${a})`.mean();
    expect(String(root.graph)).toMatch(/^LayerGraph with 15 layers/);
  });

  test('a03: 1310 tasks as written, 310 after fusion', async () => {
    const text = await run('a03-arcsin', '100');
    expect(text).toMatch(/310 tasks, 1310 before fusion/);
    expect(text).toMatch(/1310 tasks/);
  });

  test('a04: both ways count the same hits', async () => {
    const [fused, counted] = numbers(await run('a04-pi', '200000'));
    expect(fused).toBeCloseTo(Math.PI, 1);
    expect(counted).toBeCloseTo(fused as number, 12);
  });

  test('a05: the same digits for all chunks', async () => {
    const lines = (await run('a05-chunk-size', '100000')).trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(new Set(lines.map((line) => line.split(' ')[1])).size).toBe(1);
  });

  test('a06: calls put off, then results as they come', async () => {
    expectAsTheyCome(await run('a06-delayed-futures'));
    expect(readFileSync(join(folder, 'simple.svg'), 'utf8')).toContain('Graph of 3 calls');
  });

  test('a07: the same bytes for all executors', async () => {
    expect(await run('a07-executors', '300')).toMatch(/same bytes everywhere: true\n0\.3\d+/);
  });

  test('quickstart: every answer is as it should be', async () => {
    const text = await run('quickstart', '0.002');
    expect(text.match(/✔/g)).toHaveLength(6);
    expect(text).not.toMatch(/✘/);
    expect(Math.max(...text.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(100);
  });

  test('none is left out: a test runs each, or vitest itself does', () => {
    const runners = ['vitest.config.ts', ...filesUnder('test', '.test.ts')].map((path) => readSource(path).text).join();
    const scripts = filesUnder('examples', '.ts').filter((path) => path.split('/').length === 2);
    const names = scripts.map((path) => path.replace(/^examples\/|\.ts$/g, ''));
    expect(names.filter((name) => !runners.includes(name))).toEqual([]);
  });
});

describeWithRedis('the examples that take the address of a queue', () => {
  let redis: TestRedis;
  let site: Site;
  beforeAll(async () => {
    redis = await startRedis();
    site = makeSite(redis);
    const allowModules = [`${join(root, 'dist-examples/tasks')}/`];
    await Promise.all([1, 2].map(() => site.worker({ store: redis.url, slots: 5, allowModules })));
  });
  afterAll(async () => {
    await site.close();
    await redis.stop();
  });

  test('a06: results as they come, from worker processes', async () => {
    expectAsTheyCome(await run('a06-delayed-futures', redis.url));
  });

  test('a07: the same bytes, from worker processes too', async () => {
    expect(await run('a07-executors', '300', redis.url)).toMatch(/same bytes everywhere: true\n0\.3\d+/);
  });

  test('leave nothing behind', async () => {
    expect(await redis.keys('{chunkwise}*')).toEqual(['{chunkwise}:store']);
  });
});
