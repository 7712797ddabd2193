import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Formula, type Meaning } from '#src/api/formula.js';
import { ArgumentError } from '#src/core/errors.js';

/** Formulas read back as calls. */
const calls: Meaning<string> = {
  number: (n) => (typeof n === 'bigint' ? `${n}n` : String(n)),
  call: (name, operands) => `${name}(${operands.join(', ')})`,
  known: (name) => ['sqrt', 'maximum', 'where'].includes(name),
};
const read = (text: string, values: readonly string[] = []): string =>
  new Formula(text.split('$')).evaluate(values, calls);

describe('precedence is Python’s', () => {
  test.each([
    ['-2 ** 2', 'negative(pow(2, 2))'],
    ['2 ** -1', 'pow(2, negative(1))'],
    ['2 ** 3 ** 2', 'pow(2, pow(3, 2))'],
    ['1 - 2 - 3', 'subtract(subtract(1, 2), 3)'],
    ['1 + 2 * 3', 'add(1, multiply(2, 3))'],
    ['8 / 4 / 2', 'divide(divide(8, 4), 2)'],
    ['7 // 2 % 3', 'remainder(floorDivide(7, 2), 3)'],
    ['-1 // 2', 'floorDivide(negative(1), 2)'],
    ['1 << 2 + 3', 'bitwiseLeftShift(1, add(2, 3))'],
    ['1 | 2 ^ 3 & 4', 'bitwiseOr(1, bitwiseXor(2, bitwiseAnd(3, 4)))'],
    ['1 & 2 == 2', 'equal(bitwiseAnd(1, 2), 2)'],
    ['~1 + 2', 'add(bitwiseInvert(1), 2)'],
    ['--1', 'negative(negative(1))'],
    ['(1 + 2) * 3', 'multiply(add(1, 2), 3)'],
    ['1 <= 2', 'lessEqual(1, 2)'],
    ['.5e1 * 1. + 2n', 'add(multiply(5, 1), 2n)'],
    ['where(1 < 2, sqrt(3), maximum(4, 5))', 'where(less(1, 2), sqrt(3), maximum(4, 5))'],
  ])('%s', (text, expected) => expect(read(text)).toBe(expected));

  test('placeholders stand for values', () => {
    expect(read('(-$ + sqrt($**2 - 4*$*$)) / (2*$)', ['b', 'b', 'a', 'c', 'a'])).toBe(
      'divide(add(negative(b), sqrt(subtract(pow(b, 2), multiply(multiply(4, a), c)))), multiply(2, a))',
    );
  });
});

test('arithmetic of random formulas is that of JavaScript', () => {
  const numbers: Meaning<number> = {
    number: Number,
    call: (name, [a = 0, b = 0]) =>
      ({ add: a + b, subtract: a - b, multiply: a * b, negative: -a, positive: a, pow: a ** b, divide: a / b })[
        name
      ] as number,
    known: () => false,
  };
  const text = fc.letrec<{ sum: string; factor: string; atom: string }>((tie) => ({
    sum: fc
      .array(fc.tuple(fc.constantFrom('+', '-', '*', '/'), tie('factor')), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.map(([op, f], i) => (i === 0 ? f : ` ${op} ${f}`)).join('')),
    factor: fc.oneof(
      { maxDepth: 3 },
      tie('atom'),
      fc.tuple(tie('atom'), tie('atom')).map(([a, b]) => `${a} ** ${b}`),
    ),
    atom: fc.oneof(
      { maxDepth: 3 },
      fc.nat(5).map(String),
      tie('sum').map((s) => `(${s})`),
      fc.nat(3).map((n) => `(-${n})`),
    ),
  })).sum;
  fc.assert(
    fc.property(text, (formula) => {
      expect(new Formula([formula]).evaluate([], numbers)).toBe(runInThisContext(formula));
    }),
    { numRuns: 200 },
  );
});

describe('what cannot be read is refused with its place', () => {
  test.each([
    ['1 +', 'a value was expected, not the end', 4],
    ['1 2', 'an operator was expected, not 2', 3],
    ['(1 + 2', 'not closed', 1],
    ['sqr(2)', 'there is no function sqr', 1],
    ['sqrt + 1', 'sqrt is a function', 1],
    ['1 < 2 < 3', 'comparisons do not chain', 7],
    ['1 @ 2', '"@" has no meaning here', 3],
    ['sqrt(1', 'not closed', 1],
    ['1.5n', 'no integer', 1],
    ['', 'a value was expected', 1],
    ['1 + toString(2)', 'there is no function toString', 5],
  ])('%s', (text, problem, at) => {
    expect(() => read(text)).toThrow(ArgumentError);
    expect(() => read(text)).toThrow(problem);
    expect(() => read(text)).toThrow(`at character ${at}\n`);
  });
});
