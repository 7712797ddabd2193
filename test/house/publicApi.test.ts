import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as da from 'chunkwise';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { root } from './sources.js';

/** One name a line, with what it is; what it holds where it is a namespace. */
function surface(): string {
  const free = Object.entries(da).flatMap(([name, value]) => describeExport(name, value));
  const methods = Object.entries(Object.getOwnPropertyDescriptors(da.ChunkedArray.prototype))
    .filter(([name]) => name !== 'constructor')
    .map(([name, { value }]) => `ChunkedArray#${name}${typeof value === 'function' ? '()' : ''}`);
  return `${[...free.sort(), ...methods.sort()].join('\n')}\n`;
}

function describeExport(name: string, value: unknown): string[] {
  if (typeof value === 'function') return [/^[A-Z]/.test(name) ? `class ${name}` : `${name}()`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${name}: ${typeof value}`];
  return [`${name}:`, ...Object.keys(value).map((key) => `${name}.${key}`)];
}

test('what users may import is what the committed list says; update it with `vitest run -u`', async () => {
  await expect(surface()).toMatchFileSnapshot('./publicApi.txt');
});

test('the surface of the first version is there', () => {
  const lines = new Set(surface().split('\n'));
  const wanted = readFileSync(join(root, 'test/house/wanted.txt'), 'utf8').trim().split(/\s+/);
  expect(wanted.filter((name) => ![`${name}()`, `${name}:`, name].some((line) => lines.has(line)))).toEqual([]);
});

test('every entry point of the package is built', async () => {
  const entries = Object.values(packageJson.exports).flatMap((e) =>
    typeof e === 'string' ? [] : [e.default, e.types],
  );
  const paths = [...entries, ...Object.values(packageJson.bin ?? {})];
  expect(paths.filter((path) => !exists(path))).toEqual([]);
});

function exists(path: string): boolean {
  try {
    readFileSync(join(root, path));
    return true;
  } catch {
    return false;
  }
}
