import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { resolveImport, sources } from './sources.js';

/** The rooms from left to right. A file may import its own room and those to its left. */
const order = [
  'core',
  'kernel',
  'ops',
  'expr',
  'optimize',
  'plan',
  'store',
  'exec',
  'compute.ts',
  'observe',
  'array.ts',
  'api',
  'io',
  'remote',
  'cli',
  'index.ts',
];
/** Folders that belong to the room of a file. */
const sameRoom: Readonly<Record<string, string>> = { array: 'array.ts', compute: 'compute.ts' };

const roomOf = (path: string): string => {
  const first = path.split('/')[1] as string;
  return sameRoom[first] ?? first;
};
const files = sources();
/** `#platform` and `#files` stand where package.json says. */
const doors = new Map(
  Object.entries(packageJson.imports).flatMap(([name, target]) =>
    typeof target === 'string' ? [] : [[name, Object.values(target).map(sourceOf)] as const],
  ),
);
function sourceOf(built: string): string {
  return built.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
}

const local = files.flatMap((file) =>
  file.imports.flatMap(({ name, types }) => {
    const targets = name.startsWith('.') ? [resolveImport(file.path, name)] : (doors.get(name) ?? []);
    return targets.map((to) => ({ from: file.path, to, types }));
  }),
);

describe('rooms', () => {
  test('every file stands in a room of the list', () => {
    expect(files.map((file) => file.path).filter((path) => !order.includes(roomOf(path)))).toEqual([]);
  });

  test('imports go from right to left', () => {
    const wrong = local.filter(({ from, to }) => order.indexOf(roomOf(to)) > order.indexOf(roomOf(from)));
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test('every relative import names a source file', () => {
    const known = new Set(files.map((file) => file.path));
    expect(local.filter(({ to }) => !known.has(to)).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test('no file imports itself by way of others', () => expect(cycles()).toEqual([]));

  test('below the API only expressions travel', () => {
    const left = new Set(order.slice(0, order.indexOf('array.ts')));
    const users = files.filter(
      (file) => left.has(roomOf(file.path)) && /\bChunkedArray\b/.test(withoutComments(file.text)),
    );
    expect(users.map((file) => file.path)).toEqual([]);
  });
});

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

/** Each cycle of imports that remain when built, as the path around it. */
function cycles(): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, types } of local) if (!types) next.set(from, [...(next.get(from) ?? []), to]);
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const to of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return found;
}
