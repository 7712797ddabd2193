/** Several arrays computed at a time. */

import type { Rank, ResultOf } from '../array/types.js';
import { ChunkedArray } from '../array.js';
import { type ComputeOptions, computeExprs, persistExprs } from '../compute.js';
import type { DType } from '../core/dtype.js';
import { ArgumentError } from '../core/errors.js';

type Computed<X> = X extends ChunkedArray<infer D extends DType, infer R extends Rank> ? ResultOf<D, R> : never;
type Values<L extends readonly ChunkedArray[]> = { -readonly [I in keyof L]: Computed<L[I]> };

/** The arrays, and the options that may follow them. */
function split(operation: string, args: readonly unknown[]): { arrays: ChunkedArray[]; options: ComputeOptions } {
  const last = args.at(-1);
  const hasOptions = typeof last === 'object' && last !== null && !(last instanceof ChunkedArray);
  const arrays = hasOptions ? args.slice(0, -1) : args;
  const odd = arrays.findIndex((x) => !(x instanceof ChunkedArray));
  if (odd !== -1) throw new ArgumentError(operation, `argument ${odd} is no array`, { hint: 'asarray(...) makes one' });
  return { arrays: arrays as ChunkedArray[], options: hasOptions ? (last as ComputeOptions) : {} };
}

type Arrays = readonly ChunkedArray[];

/** The values of several arrays in one pass, what they share being computed once. Options may follow the arrays. */
export function compute<const L extends Arrays>(...arrays: L): Promise<Values<L>>;
export function compute<const L extends Arrays>(...args: readonly [...L, ComputeOptions]): Promise<Values<L>>;
export async function compute(...args: readonly unknown[]): Promise<unknown> {
  const { arrays, options } = split('compute', args);
  return computeExprs(
    arrays.map((x) => x.expr),
    options,
  );
}

type Kept<L extends Arrays> = { -readonly [I in keyof L]: L[I] };

/** Several arrays computed in one pass and kept in memory, as new arrays with the same chunks. */
export function persist<const L extends Arrays>(...arrays: L): Promise<Kept<L>>;
export function persist<const L extends Arrays>(...args: readonly [...L, ComputeOptions]): Promise<Kept<L>>;
export async function persist(...args: readonly unknown[]): Promise<unknown> {
  const { arrays, options } = split('persist', args);
  const kept = await persistExprs(
    arrays.map((x) => x.expr),
    options,
  );
  return kept.map((e) => new ChunkedArray(e));
}
