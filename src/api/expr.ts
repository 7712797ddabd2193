/** Formulas over arrays: a tagged template read into calls of the elementwise functions. */

import { exprOf, isScalar } from '../array/operands.js';
import type { Operand, RankOf } from '../array/types.js';
import { isElementwise, verbs } from '../array/verbs.js';
import { ChunkedArray } from '../array.js';
import type { DType, Scalar } from '../core/dtype.js';
import { ArgumentError } from '../core/errors.js';
import { Formula, type Meaning } from './formula.js';

type Term = ChunkedArray | Scalar;

/** Numbers stay numbers, and so weak, as long as no array is met. */
const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  pow: (a, b) => a ** b,
  negative: (a) => -a,
  positive: (a) => a,
};

function call(name: string, operands: readonly Term[]): Term {
  const plain = Object.hasOwn(arithmetic, name) ? arithmetic[name] : undefined;
  if (plain?.length === operands.length && operands.every((x) => typeof x === 'number')) {
    return plain(...(operands as readonly [number, number]));
  }
  return new ChunkedArray((verbs[name] as (...args: readonly unknown[]) => ChunkedArray['expr'])(...operands));
}

const meaning: Meaning<Term> = { number: (value) => value, call, known: isElementwise };

/** Scalar operands give no axes; arrays of rank 'array' anywhere give one or more. */
type Ranks<V extends readonly unknown[]> = 'array' extends RankOf<V[number]> ? 'array' : 'scalar';

/**
 * A formula over arrays and numbers, with Python's operators and precedences and the elementwise functions by name:
 * expr`(-${b} + sqrt(${b}**2 - 4*${a}*${c})) / (2*${a})`.
 */
export function expr<const V extends readonly Operand[]>(
  strings: TemplateStringsArray,
  ...values: V
): ChunkedArray<DType, Ranks<V>> {
  const terms = values.map((x) => (isScalar(x) ? x : new ChunkedArray(exprOf('expr', x))));
  const result = new Formula(strings).evaluate<Term>(terms, meaning);
  if (result instanceof ChunkedArray) return result as ChunkedArray<DType, Ranks<V>>;
  throw new ArgumentError('expr', `the formula is the number ${result}, without an array`, {
    hint: 'write an array in place of one of its numbers',
  });
}
