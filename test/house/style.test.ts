import { describe, expect, test } from 'vitest';
import { filesUnder, nodesOf, readSource, sources, ts } from './sources.js';

const LIMIT = 300;
/** Files that are longer for a reason, with the reason. */
const longer: Readonly<Record<string, string>> = {};

const files = sources();
const nodes = new Map(files.map((file) => [file.path, nodesOf(file.tree)]));

/** 'path:line' of every node for which `wrong` holds. */
const places = (wrong: (node: ts.Node) => boolean, among = files): string[] =>
  among.flatMap((file) =>
    (nodes.get(file.path) ?? nodesOf(file.tree))
      .filter(wrong)
      .map((node) => `${file.path}:${file.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`),
  );

/** An optimizer rule says what it is for in its own words, which `explain` shows too. */
const saysItsRule = (path: string, text: string) => path.startsWith('src/optimize/rules/') && /\bsays:/.test(text);

describe('source files', () => {
  test(`have at most ${LIMIT} lines`, () => {
    const long = files.filter((file) => file.lines > LIMIT && !(file.path in longer));
    expect(long.map((file) => `${file.path}: ${file.lines}`)).toEqual([]);
  });

  test('are on the list of exceptions only while they need it', () => {
    expect(Object.keys(longer).filter((path) => (files.find((f) => f.path === path)?.lines ?? 0) <= LIMIT)).toEqual([]);
  });

  test('make no code from strings', () => {
    const callee = (node: ts.Node) =>
      ts.isCallExpression(node) || ts.isNewExpression(node) ? node.expression.getText() : '';
    expect(places((node) => /^(globalThis\.)?(eval|Function)$/.test(callee(node)))).toEqual([]);
  });

  test('compute no digits by functions that engines round differently', () => {
    const differs = /^Math\.(a?(sin|cos|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|pow)$/;
    const inexact = places((node) => ts.isPropertyAccessExpression(node) && differs.test(node.getText()));
    /** Bounds of what values can be, with a margin. */
    expect(inexact.filter((place) => !place.startsWith('src/kernel/ranges.ts:'))).toEqual([]);
  });

  test('have no hole in their types', () => {
    expect(places((node) => node.kind === ts.SyntaxKind.AnyKeyword)).toEqual([]);
    expect(
      files.filter((file) => /@ts-(ignore|nocheck|expect-error)|biome-ignore/.test(file.text)).map((f) => f.path),
    ).toEqual([]);
  });

  test('leave nothing for later', () => {
    const later = /\b(TODO|FIXME|XXX|HACK|not implemented)\b/;
    const all = [...filesUnder('bench', '.mjs'), ...filesUnder('examples', '.ts')].map(readSource);
    expect([...files, ...all].filter((file) => later.test(file.text)).map((file) => file.path)).toEqual([]);
  });

  test('say at the top what they are for', () => {
    const opening = /^(#!.*\n)?\s*(\/\*\*|\/\/)/;
    const silent = files.filter(({ path, text }) => !opening.test(text) && !saysItsRule(path, text));
    expect(silent.map((file) => file.path)).toEqual([]);
  });

  test('have no vague names', () => {
    const vague = /(^|\/)(utils?|helpers?|misc|common|base|manager)(\.ts|\/)/i;
    expect(files.filter((file) => vague.test(file.path)).map((file) => file.path)).toEqual([]);
    const named = (node: ts.Node) =>
      ts.isClassDeclaration(node) && /(Manager|Helper|Base|Utils?)$/.test(node.name?.text ?? '');
    expect(places(named)).toEqual([]);
  });
});

describe('tests', () => {
  test('are neither focused nor left out', () => {
    const tests = filesUnder('test', '.ts').map(readSource);
    const marked = (node: ts.Node) =>
      ts.isPropertyAccessExpression(node) &&
      /^(it|test|describe)$/.test(node.expression.getText()) &&
      /^(only|skip|todo|fails)$/.test(node.name.text);
    expect(places(marked, tests)).toEqual([]);
  });
});
