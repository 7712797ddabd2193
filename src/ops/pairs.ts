/** Sums as unevaluated pairs s + c of float64 values, and what folds of such sums have in common. See sums.ts. */
import type { DType } from '../core/dtype.js';
import type { Value } from '../kernel/ir.js';
import { type Arithmetic, arithmetic } from '../kernel/math/arithmetic.js';
import { type Pair, twoProduct, twoSum } from '../kernel/math/double.js';
import type { FoldParts } from './fold.js';

/** Whether x is neither infinite nor NaN. */
export const finite = (m: Arithmetic, x: Value): Value => m.eq(m.sub(x, x), m.c(0));

/** The pair plus one more value. */
export function plus(m: Arithmetic, [s, c]: readonly [Value, Value], x: Value, error?: Value): [Value, Value] {
  const sum = twoSum(m, s, x);
  const low = m.add(c, sum.lo);
  return [sum.hi, error === undefined ? low : m.add(low, error)];
}

/** s + c as a pair whose hi is the rounded sum; hi is s alone where c is worthless. */
export const settled = (m: Arithmetic, s: Value, c: Value): Pair => twoSum(m, s, m.select(finite(m, c), c, m.c(0)));

/** The value of a pair; its hi alone where the other half overflowed. */
export const rounded = (m: Arithmetic, { hi, lo }: Pair): Value => m.select(finite(m, lo), m.add(hi, lo), hi);

/** What an element adds to a sum, with its rounding error where it has one. */
export interface Term {
  readonly hi: Value;
  readonly lo?: Value;
}

/** The parts that `n` sums of pairs have in common; `terms` says what an element, which is `values`, adds to each. */
export function pairSums(
  n: number,
  terms: (m: Arithmetic, ...values: readonly Value[]) => readonly Term[],
  values: readonly DType[] = ['float64'],
): Omit<FoldParts, 'name' | 'finish'> {
  const at = (state: readonly Value[], i: number) => [state[2 * i] as Value, state[2 * i + 1] as Value] as const;
  return {
    state: new Array<DType>(2 * n).fill('float64'),
    init: new Array<number>(2 * n).fill(0),
    values,
    step: (b, state, given) => {
      const m = arithmetic(b);
      return terms(m, ...given).flatMap(({ hi, lo }, i) => plus(m, at(state, i), hi, lo));
    },
    merge: (b, left, right) => {
      const m = arithmetic(b);
      return Array.from({ length: n }, (_, i) => plus(m, at(left, i), ...at(right, i))).flat();
    },
  };
}

/** Dtypes whose products are exact in float64. */
const narrow: ReadonlySet<DType> = new Set(['bool', 'int8', 'uint8', 'int16', 'uint16', 'float32']);

/** x * y with its rounding error, where values of dtype `of` have one. */
export const product = (m: Arithmetic, of: DType, x: Value, y: Value): Term =>
  narrow.has(of) ? { hi: m.mul(x, y) } : twoProduct(m, x, y);
