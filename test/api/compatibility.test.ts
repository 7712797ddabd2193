import { readFileSync } from 'node:fs';
import * as da from 'chunkwise';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (group|dtypes) /.test(line))
  .map((line) => line.split('|').slice(1, 4));
const names = (cell = ''): string[] => [...cell.matchAll(/`([A-Za-z]\w*)`/g)].map(([, name]) => name as string);
const members = new Set([...Object.keys(da), ...Object.keys(da.random)]);

test('what the compatibility page calls done is there', () => {
  const done = rows
    .flatMap(([, cell]) => names(cell))
    .filter((name) => !['null', 'profile', 'blocks', 'explain', 'graph', 'visualize'].includes(name));
  expect(done.length).toBeGreaterThan(120);
  expect(done.filter((name) => !members.has(name))).toEqual([]);
});

test('what it calls later is not', () => {
  const later = rows.flatMap(([, , cell]) => names(cell));
  expect(later.filter((name) => name in da)).toEqual([]);
});

test('its list of aliases is whole', () => {
  const paragraph = /Aliases in[\s\S]*?\n\n/.exec(page)?.[0];
  expect(names(paragraph).filter((name) => !members.has(name))).toEqual([]);
});
