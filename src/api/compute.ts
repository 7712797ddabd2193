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

/** The values of several arrays in one pass, what they share being computed once. Options may follow the arrays. */
export async function compute<const L extends readonly ChunkedArray[]>(
  ...args: readonly [...L] | readonly [...L, ComputeOptions]
): Promise<Values<L>> {
  const { arrays, options } = split('compute', args);
  return (await computeExprs(
    arrays.map((x) => x.expr),
    options,
  )) as unknown as Values<L>;
}

/** Several arrays computed in one pass and kept in memory, as new arrays with the same chunks. */
export async function persist<const L extends readonly ChunkedArray[]>(
  ...args: readonly [...L] | readonly [...L, ComputeOptions]
): Promise<{ -readonly [I in keyof L]: L[I] }> {
  const { arrays, options } = split('persist', args);
  const kept = await persistExprs(
    arrays.map((x) => x.expr),
    options,
  );
  return kept.map((e) => new ChunkedArray(e)) as unknown as { -readonly [I in keyof L]: L[I] };
}
