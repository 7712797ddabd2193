/** What random arrays are asked for with, checked. */
import type { ChunkSpec } from '../../core/chunks.js';
import { asDType, type DType, isFloat } from '../../core/dtype.js';
import { ArgumentError, DTypeError } from '../../core/errors.js';
import type { GeneratorName } from '../../kernel/ir.js';
import { generators } from '../../kernel/random.js';

/** A non-negative integer; a bigint for more than 53 bits. */
export type Seed = number | bigint;

export interface SizeOptions<D extends DType = DType> {
  readonly dtype?: D;
  readonly chunks?: ChunkSpec;
}
export interface SeedOptions {
  /** Without it a seed is drawn when the array is made, so that computing twice gives the same numbers. */
  readonly seed?: Seed;
  /** Where the bits come from: 'weyl64', the fast default, 'splitmix64' or 'philox4x32'. */
  readonly bitGenerator?: GeneratorName;
}
export type Float = 'float32' | 'float64';

export function checkedSeed(seed: unknown): bigint {
  if (
    (typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0) ||
    (typeof seed === 'bigint' && seed >= 0n)
  ) {
    return BigInt(seed);
  }
  throw new ArgumentError('random', `a seed is a non-negative integer, got ${String(seed)}`, {
    hint: 'an integer up to 2^53 - 1, or a bigint of any size',
  });
}

export function freshSeed(): bigint {
  const [a, b] = globalThis.crypto.getRandomValues(new BigUint64Array(2)) as unknown as [bigint, bigint];
  return (a << 64n) | b;
}

export function checkedGenerator(name: string): GeneratorName {
  if (Object.hasOwn(generators, name)) return name as GeneratorName;
  throw new ArgumentError(
    'random',
    `there is no bit generator '${name}'; there are ${Object.keys(generators).join(', ')}`,
  );
}

export function finite(operation: string, given: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (!Number.isFinite(value)) throw new ArgumentError(operation, `${name} must be a finite number, got ${value}`);
  }
}

export function demand(operation: string, holds: boolean, says: string): void {
  if (!holds) throw new ArgumentError(operation, says);
}

export function floatOf(operation: string, given: unknown): Float {
  const dtype = asDType(operation, given ?? 'float64');
  if (isFloat(dtype)) return dtype;
  throw new DTypeError(operation, `values are floats, not ${dtype}`, {
    hint: `random.integers(...), or .astype('${dtype}')`,
  });
}
