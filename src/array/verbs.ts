/** All functions of the tables by name, from what users give to an expression. */
import { ArgumentError } from '../core/errors.js';
import { cumulative, elementwise, type ReductionOptions, reduction, type ScanOptions } from '../expr/build.js';
import type { Expr } from '../expr/types.js';
import { aliases } from '../ops/aliases.js';
import { binary } from '../ops/binary.js';
import { reductions } from '../ops/reduction.js';
import { scans } from '../ops/scans.js';
import { ternary } from '../ops/ternary.js';
import type { ElementwiseRow, Named, ReductionRow, ScanRow } from '../ops/types.js';
import { unary } from '../ops/unary.js';
import { norm } from './norm.js';
import { exprOf, operandOf } from './operands.js';
import { products } from './products.js';
import type { Axis } from './types.js';
import { views } from './views.js';

/** The first argument is the array that methods belong to. */
export type Verb = (...args: readonly unknown[]) => Expr;

const ofRow =
  (row: Named<ElementwiseRow>): Verb =>
  (...operands) => {
    if (operands.length === row.args)
      return elementwise(
        row,
        operands.map((x) => operandOf(row.name, x)),
      );
    throw new ArgumentError(row.name, `${row.name} takes ${row.args} operands, got ${operands.length}`);
  };

/** `clip` with a bound left out is maximum or minimum alone. */
const clip: Verb = (x, low, high) => {
  const absent = (bound: unknown): boolean => bound === undefined || bound === null;
  if (absent(low) && absent(high)) return exprOf('clip', x);
  if (absent(low)) return ofRow(binary.minimum)(x, high);
  return absent(high) ? ofRow(binary.maximum)(x, low) : ofRow(ternary.clip)(x, low, high);
};

const reductionKeys = ['axis', 'keepdims', 'correction', 'ddof', 'splitEvery', 'dtype', 'method'];
const scanKeys = ['axis', 'dtype', 'includeInitial', 'method'];

/** `(axis, options)` or `(options)` as one options object, checked for names that mean nothing. */
function optionsOf<O extends ReductionOptions | ScanOptions>(
  operation: string,
  known: readonly string[],
  first: unknown,
  second: unknown,
): O {
  const positional = first === undefined || first === null || typeof first === 'number' || Array.isArray(first);
  const given = ((positional ? second : first) ?? {}) as O;
  if (typeof given !== 'object' || (!positional && second !== undefined)) {
    throw new ArgumentError(operation, 'axes come first, or in the one options object', {
      hint: `${operation}(0, { dtype: 'float64' }), or ${operation}({ axis: 0, dtype: 'float64' })`,
    });
  }
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new ArgumentError(operation, `there is no option ${unknown}; there are ${known.join(', ')}`);
  }
  if (!positional || first === undefined || first === null) return given;
  if (given.axis !== undefined)
    throw new ArgumentError(operation, 'the axis is given twice, in front and as an option');
  return { ...given, axis: first as Axis };
}

const reductionOptions = (row: Named<ReductionRow>, first: unknown, second: unknown): ReductionOptions =>
  optionsOf(row.name, [...reductionKeys, ...(row.options ?? [])], first, second);

const ofScan =
  (row: Named<ScanRow>): Verb =>
  (x, first, second) =>
    cumulative(row, exprOf(row.name, x), optionsOf<ScanOptions>(row.name, scanKeys, first, second));

const ofReduction =
  (row: Named<ReductionRow>): Verb =>
  (x, first, second) =>
    reduction(row, exprOf(row.name, x), reductionOptions(row, first, second));

const average: Verb = (x, first, second) => {
  const { weights, ...options } = reductionOptions(reductions.average, first, second);
  const given = weights === undefined || weights === null ? undefined : exprOf('average', weights);
  return reduction(reductions.average, exprOf('average', x), { ...options, weights: given });
};

const ofView =
  (name: string, f: (x: Expr, ...args: never[]) => Expr): Verb =>
  (x, ...args) =>
    f(exprOf(name, x), ...(args as never[]));

const ofProduct =
  (name: string, f: (a: Expr, b: Expr, ...rest: never[]) => Expr): Verb =>
  (a, b, ...rest) =>
    f(exprOf(name, a), exprOf(name, b), ...(rest as never[]));

const each = <T>(table: Readonly<Record<string, T>>, make: (entry: T, name: string) => Verb): Record<string, Verb> =>
  Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, make(entry, name)]));

const elementwiseVerbs: Readonly<Record<string, Verb>> = {
  ...each<Named<ElementwiseRow>>({ ...unary, ...binary, ...ternary }, ofRow),
  clip,
};

export const verbs: Readonly<Record<string, Verb>> = Object.freeze({
  ...elementwiseVerbs,
  ...each<string>(aliases, (target) => elementwiseVerbs[target] as Verb),
  ...each<Named<ReductionRow>>(reductions, ofReduction),
  ...each<Named<ScanRow>>(scans, ofScan),
  ...each<(a: Expr, b: Expr, ...rest: never[]) => Expr>(products, (f, name) => ofProduct(name, f)),
  dot: (a, b) => products.dot(operandOf('dot', a), operandOf('dot', b)),
  average,
  norm: (x, first, second) => norm(exprOf('norm', x), reductionOptions(reductions.norm, first, second)),
  ...each<(x: Expr, ...args: never[]) => Expr>(views, (f, name) => ofView(name, f)),
});

/** The names that formulas may call. */
export const isElementwise = (name: string): boolean =>
  Object.hasOwn(elementwiseVerbs, name) || Object.hasOwn(aliases, name);
