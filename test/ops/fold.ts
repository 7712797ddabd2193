/** Folds evaluated over random groupings of their elements, and exact sums to hold them against. */
import type { DType, Scalar } from '#src/core/dtype.js';
import { writeOutFold } from '#src/kernel/expand.js';
import { routineFunction } from '#src/kernel/interpret.js';
import { type Fold, fromLiteral } from '#src/kernel/ir.js';
import { reductions } from '#src/ops/reduction.js';
import type { FoldSpec, ReductionRow } from '#src/ops/types.js';

export type Name = keyof typeof reductions;

/** The fold of a row for arrays of `of`, `count` elements a result. */
export function foldOf(
  name: Name,
  of: DType,
  count: number,
  correction = 0,
): { fold: Fold; spec: FoldSpec; row: ReductionRow } {
  const row: ReductionRow = reductions[name];
  const gives = row.gives(of);
  const spec = { of, gives, takes: row.takes(of, gives), count, correction, ord: 2, weighted: false };
  return { fold: row.fold(spec), spec, row };
}

/** How elements are grouped: a tree of which the leaves are runs of steps. Empty runs are allowed. */
export type Grouping = readonly number[];

/**
 * Steps over runs whose lengths the grouping gives (the rest in a last run), states of neighbours merged in an order
 * that the grouping gives too.
 */
export function evaluate(source: Fold, elements: readonly (readonly Scalar[])[], grouping: Grouping): Scalar {
  const fold = writeOutFold(source);
  const [step, merge, finish] = [fold.step, fold.merge, fold.finish].map((r) => routineFunction(r)) as [Run, Run, Run];
  const settle = fold.settle === undefined ? (state: Scalar[]) => state : routineFunction(fold.settle);
  const init = fold.init.map((literal, i) => fromLiteral(literal, fold.state[i] as DType));
  const states: Scalar[][] = [];
  let at = 0;
  for (const n of [...grouping, elements.length]) {
    let state: Scalar[] = init;
    for (const element of elements.slice(at, at + n)) state = step([...state, ...element]);
    states.push(settle(state));
    at += n;
  }
  for (let turn = 0; states.length > 1; turn++) {
    const i = (grouping[turn % Math.max(1, grouping.length)] ?? 0) % (states.length - 1);
    states.splice(i, 2, merge([...(states[i] as Scalar[]), ...(states[i + 1] as Scalar[])]));
  }
  return finish(states[0] as Scalar[])[0] as Scalar;
}

type Run = (args: readonly Scalar[]) => Scalar[];

/** An exact rational number: numerator over a power of two, or over any positive integer. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

const bytes = new DataView(new ArrayBuffer(8));

/** A finite double, exactly. */
export function fraction(x: number): Fraction {
  bytes.setFloat64(0, x);
  const bits = bytes.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xfffffffffffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const top = x < 0 ? -mantissa : mantissa;
  const power = Math.max(exponent, 1) - 1075;
  return power >= 0 ? { top: top << BigInt(power), bottom: 1n } : { top, bottom: 1n << BigInt(-power) };
}

export const plus = (a: Fraction, b: Fraction): Fraction =>
  a.bottom === b.bottom
    ? { top: a.top + b.top, bottom: a.bottom }
    : { top: a.top * b.bottom + b.top * a.bottom, bottom: a.bottom * b.bottom };
export const times = (a: Fraction, b: Fraction): Fraction => ({ top: a.top * b.top, bottom: a.bottom * b.bottom });
export const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { top: -b.top, bottom: b.bottom });
export const over = (a: Fraction, n: bigint): Fraction => ({ top: a.top, bottom: a.bottom * n });

const lengthOf = (n: bigint): number => n.toString(2).length;

/** The nearest double, ties to even; for results that are not subnormal. */
export function nearest({ top, bottom }: Fraction): number {
  const size = top < 0n ? -top : top;
  const shift = BigInt(Math.max(0, lengthOf(bottom) - lengthOf(size) + 80));
  const quotient = (size << shift) / bottom;
  const rest = (size << shift) % bottom;
  const magnitude = scaled(rest === 0n ? quotient : quotient | 1n, Number(shift));
  return top < 0n ? -magnitude : magnitude;
}

/** n / 2 ** shift, rounded once: Number(n) rounds to nearest even, the powers are exact. */
function scaled(n: bigint, shift: number): number {
  const excess = Math.max(0, lengthOf(n) - 900);
  const value = Number((n >> BigInt(excess)) | (excess > 0 ? 1n : 0n));
  const power = excess - shift;
  const half = Math.trunc(power / 2);
  return value * 2 ** half * 2 ** (power - half);
}

const square = (x: Fraction): Fraction => times(x, x);
const half = (x: Fraction): Fraction => ({ top: x.top, bottom: x.bottom * 2n });
const atMost = (x: Fraction, y: Fraction): boolean => minus(x, y).top <= 0n;

/** The double `by` places away from a positive one. */
function neighbour(x: number, by: bigint): number {
  bytes.setFloat64(0, x);
  bytes.setBigInt64(0, bytes.getBigInt64(0) + by);
  return bytes.getFloat64(0);
}

/** Whether `root` is the double nearest to the root of `of`. */
export function isRoot(root: number, of: Fraction): boolean {
  const exact = fraction(root);
  const above = half(plus(exact, fraction(neighbour(root, 1n))));
  const below = root === 0 ? exact : half(plus(exact, fraction(neighbour(root, -1n))));
  return atMost(square(below), of) && atMost(of, square(above));
}

/** The exact sum. */
export const total = (xs: readonly Fraction[]): Fraction => xs.reduce(plus, { top: 0n, bottom: 1n });

/**
 * What a sum in two float64 values may round to. They can lose (n - 1)^2 2^-106 of the sizes (Ogita, Rump and Oishi 2005,
 * Sum2); the rounded ends of that interval are one number but where it holds the middle between two.
 */
export function sumsOf(xs: readonly number[]): readonly [number, number] {
  const [exact, sizes] = [total(xs.map(fraction)), total(xs.map(Math.abs).map(fraction))];
  const lost = times(sizes, { top: BigInt(xs.length - 1) ** 2n, bottom: 1n << 106n });
  return [nearest(minus(exact, lost)), nearest(plus(exact, lost))];
}
