import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const file = `${root}hover.ts`;

const tableRows = [
  ['x.sqrt()', 'unary', 'sqrt'],
  ['da.sqrt(x)', 'unary', 'sqrt'],
  ['cbrt(x)', 'unary', 'cbrt'],
  ['x.add(1)', 'binary', 'add'],
  ['da.hypot(x, x)', 'binary', 'hypot'],
  ['x.arcsin()', 'aliases', 'arcsin'],
  ['da.sub(x, 1)', 'aliases', 'sub'],
  ['x.sum(0)', 'reduction', 'sum'],
  ['da.var(x)', 'reduction', 'var'],
  ['x.norm({ ord: 1 })', 'reduction', 'norm'],
  ['da.average(x, { weights: x })', 'reduction', 'average'],
  ['x.cumulativeSum(0)', 'scans', 'cumulativeSum'],
  ['da.where(x, 1, 2)', 'ternary', 'where'],
] as const;
const others = [
  ['x.permuteDims()', /^The axes in another order/],
  ['da.random.uniform(0, 1, 5)', /^Uniform between low and high/],
  ['x.compute()', /^The values/],
] as const;

const calls = [...tableRows, ...others].map(([code]) => code);
const head = "import * as da from 'chunkwise';\nimport { cbrt } from 'chunkwise';\nconst x = da.zeros([3, 4]);\n";
const text = `${head}${calls.join(';\n')};\n`;

const host: ts.LanguageServiceHost = {
  fileExists: ts.sys.fileExists,
  readFile: ts.sys.readFile,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
  readDirectory: ts.sys.readDirectory,
  getScriptFileNames: () => [file],
  getScriptVersion: () => '1',
  getScriptSnapshot: (path) => {
    if (path === file) return ts.ScriptSnapshot.fromString(text);
    return ts.sys.fileExists(path) ? ts.ScriptSnapshot.fromString(readFileSync(path, 'utf8')) : undefined;
  },
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  getCompilationSettings: () => ({
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: [],
  }),
};
const service = ts.createLanguageService(host);

/** What an editor shows over the name that `code` calls. */
function hover(code: string): string {
  const at = text.indexOf(`\n${code};`) + 1 + code.search(/\w+\(/);
  return ts.displayPartsToString(service.getQuickInfoAtPosition(file, at)?.documentation);
}

const rowComment = (table: string, name: string): string | undefined =>
  new RegExp(`/\\*\\* (.*) \\*/\\n  ${name}:`).exec(readFileSync(`${root}src/ops/${table}.ts`, 'utf8'))?.[1];

describe('editors show what the table rows say', () => {
  test.each(tableRows)('%s', (code, table, name) => {
    const comment = rowComment(table, name);
    expect(comment).toBeTruthy();
    expect(hover(code)).toBe(comment);
  });

  test.each(others)('%s', (code, comment) => expect(hover(code)).toMatch(comment));
});
