/** What is published, as a program sees it that imports it: what is loaded when, and what an error that nobody catches looks like. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const cwd = fileURLToPath(new URL('../..', import.meta.url));

/** Names every file of the package that is loaded, on stderr. */
const hooks = `export async function load(url, context, next) {
  if (url.includes('/dist/node/')) process._rawDebug('loads ' + url.split('/').at(-1));
  return next(url, context);
}`;

function run(script: string): { readonly err: string; readonly loaded: readonly string[] } {
  const { stderr } = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const loaded = [...stderr.matchAll(/^loads (\w+)/gm)].map(([, name]) => name as string);
  return { err: stderr, loaded };
}

/** The files that `body` loads, with the package as `da`. */
const loadedBy = (body: string): readonly string[] =>
  run(`import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
    const da = await import('chunkwise');
    ${body}
    process.exit();`).loaded;

const [interpreter, compiler] = ['interpreter', 'compiler'];

describe('what is loaded', () => {
  test('an import reads neither interpreter nor compiler, nor do expressions', () => {
    const loaded = loadedBy('String(da.arange(1000).add(1).sum().graph);');
    expect(loaded).toContain('program');
    expect(loaded).not.toContain(interpreter);
    expect(loaded).not.toContain(compiler);
  });

  test('a few elements need the interpreter alone', () => {
    const loaded = loadedBy('await da.arange(10).sum().compute();');
    expect(loaded).toContain(interpreter);
    expect(loaded).not.toContain(compiler);
  });

  test('more need the compiler', () => {
    expect(loadedBy('await da.arange(1000).sqrt().sum().compute();')).toContain(compiler);
  });

  test('a thread imports neither', () => {
    const reached = new Set<string>();
    const walk = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      const code = readFileSync(join(cwd, 'dist/node', file), 'utf8');
      for (const [, next] of code.matchAll(/^import [^;]*"\.\/([^"]+)";/gm)) walk(next as string);
    };
    walk('entry.js');
    const names = [...reached].map((file) => file.split('-')[0]);
    expect(names).toContain('thread');
    expect(names).not.toContain(interpreter);
    expect(names).not.toContain(compiler);
  });
});

test('an error that nobody catches shows a line of code, not a file, and functions by their names', () => {
  const { err } = run("const da = await import('chunkwise'); da.zeros([2]).add(da.zeros([3]));");
  expect(err).toMatch(/ShapeError: add: shapes \(2,\) and \(3,\) do not broadcast/);
  expect(err).toMatch(/at broadcastShapes/);
  expect(err.length).toBeLessThan(2000);
});
