/** The generator: every distribution as a method that makes the next array of its seed. */

import { linearIndex } from '../../array/indexed.js';
import { ChunkedArray } from '../../array.js';
import { normalizeChunks } from '../../core/chunks.js';
import { asDType, type DType, type Integer, integerRange, isInteger } from '../../core/dtype.js';
import { DTypeError } from '../../core/errors.js';
import { asShape, stridesOf } from '../../core/shape.js';
import { map, prune, source } from '../../expr/build.js';
import type { DistributionName } from '../../expr/types.js';
import { Builder } from '../../kernel/builder.js';
import type { GeneratorName, Value } from '../../kernel/ir.js';
import { exponential, integers, normal } from '../../kernel/random/distributions.js';
import { defaultGenerator, type Stream, streamKey, uniform } from '../../kernel/random.js';
import type { ShapeLike } from '../creation.js';
import {
  checkedGenerator,
  checkedSeed,
  demand,
  type Float,
  finite,
  floatOf,
  freshSeed,
  type Seed,
  type SizeOptions,
} from './options.js';

type RankIn<S> = S extends readonly [] ? 'scalar' : 'array';
type Drawn<D extends DType, S> = ChunkedArray<D, RankIn<S>>;

/** offset + scale * x in float64, leaving out what changes nothing. */
function shifted(b: Builder, x: Value, offset: number, scale: number): Value {
  const scaled = scale === 1 ? x : b.prim('multiply', x, b.const(scale, 'float64'));
  return offset === 0 ? scaled : b.prim('add', scaled, b.const(offset, 'float64'));
}

/** A generator: arrays drawn from it one after the other come from streams 0, 1, 2, ... of its seed. */
export class Generator<Extra = unknown> {
  readonly seed: bigint;
  readonly bitGenerator: GeneratorName;
  #drawn = 0;

  constructor(seed: Seed = freshSeed(), bitGenerator: GeneratorName = defaultGenerator) {
    this.seed = checkedSeed(seed);
    this.bitGenerator = checkedGenerator(bitGenerator);
  }

  /** Uniform between low and high, the ends left out but for rounding. */
  uniform<const S extends ShapeLike, D extends Float = 'float64'>(
    low: number,
    high: number,
    size: S,
    options?: SizeOptions<D> & Extra,
  ): Drawn<D, S> {
    finite('uniform', { low, high, 'high - low': high - low });
    const dtype = floatOf('uniform', options?.dtype);
    return this.#array('uniform', size, dtype, options, (b, stream, i) => {
      if (low === 0 && high === 1) return uniform(b, stream, i, dtype);
      return shifted(b, uniform(b, stream, i), low, high - low);
    });
  }

  /** Uniform between 0 and 1, the ends left out. */
  random<const S extends ShapeLike, D extends Float = 'float64'>(
    size: S,
    options?: SizeOptions<D> & Extra,
  ): Drawn<D, S> {
    const dtype = floatOf('random', options?.dtype);
    return this.#array('random', size, dtype, options, (b, stream, i) => uniform(b, stream, i, dtype));
  }

  /** Normal with the given mean and standard deviation. */
  normal<const S extends ShapeLike, D extends Float = 'float64'>(
    mean: number,
    deviation: number,
    size: S,
    options?: SizeOptions<D> & Extra,
  ): Drawn<D, S> {
    finite('normal', { mean, deviation });
    demand('normal', deviation >= 0, `a standard deviation is not negative, got ${deviation}`);
    return this.#normal('normal', mean, deviation, size, options);
  }

  /** Normal with mean 0 and standard deviation 1. */
  standardNormal<const S extends ShapeLike, D extends Float = 'float64'>(
    size: S,
    options?: SizeOptions<D> & Extra,
  ): Drawn<D, S> {
    return this.#normal('standardNormal', 0, 1, size, options);
  }

  /** Exponential with the given mean. */
  exponential<const S extends ShapeLike, D extends Float = 'float64'>(
    scale: number,
    size: S,
    options?: SizeOptions<D> & Extra,
  ): Drawn<D, S> {
    finite('exponential', { scale });
    demand('exponential', scale >= 0, `a scale is not negative, got ${scale}`);
    const dtype = floatOf('exponential', options?.dtype);
    return this.#array('exponential', size, dtype, options, (b, stream, i) =>
      shifted(b, exponential(b, stream, i), 0, scale),
    );
  }

  /** Integers from low up to but not including high, all equally likely. */
  integers<const S extends ShapeLike, D extends Integer = 'int64'>(
    low: Seed,
    high: Seed,
    size: S,
    options?: SizeOptions<D> & Extra,
  ): Drawn<D, S> {
    const dtype = asDType('integers', options?.dtype ?? 'int64');
    if (!isInteger(dtype))
      throw new DTypeError('integers', `${dtype} is not an integer dtype`, { hint: "dtype: 'int64'" });
    for (const end of [low, high]) {
      const whole = typeof end === 'bigint' || Number.isSafeInteger(end);
      demand('integers', whole, `low and high are integers, got ${low} and ${high}; beyond 2^53 as bigint`);
    }
    const [from, to] = [BigInt(low), BigInt(high)];
    const { min, max } = integerRange(dtype);
    demand('integers', from < to, `low must be less than high, got ${low} and ${high}`);
    demand(
      'integers',
      from >= min && to - 1n <= max,
      `${low} to ${high} leaves ${dtype}, which holds ${min} to ${max}`,
    );
    return this.#array('integers', size, dtype, options, (b, stream, i) => integers(b, stream, i, from, to, dtype));
  }

  /** Gamma with the given shape and scale; the mean is their product. */
  gamma<const S extends ShapeLike>(
    shape: number,
    scale: number,
    size: S,
    options?: SizeOptions<Float> & Extra,
  ): Drawn<'float64', S> {
    finite('gamma', { shape, scale });
    demand('gamma', shape > 0 && scale > 0, `shape and scale are positive, got ${shape} and ${scale}`);
    return this.#distribution('gamma', [shape, scale], size, options);
  }

  /** Beta on 0 to 1; the mean is a / (a + b). */
  beta<const S extends ShapeLike>(
    a: number,
    b: number,
    size: S,
    options?: SizeOptions<Float> & Extra,
  ): Drawn<'float64', S> {
    finite('beta', { a, b });
    demand('beta', a > 0 && b > 0, `a and b are positive, got ${a} and ${b}`);
    return this.#distribution('beta', [a, b], size, options);
  }

  /** Poisson counts with the given mean. */
  poisson<const S extends ShapeLike>(mean: number, size: S, options?: SizeOptions<Integer> & Extra): Drawn<'int64', S> {
    finite('poisson', { mean });
    demand('poisson', mean >= 0 && mean <= 2 ** 50, `a mean is from 0 to 2^50, got ${mean}`);
    return this.#distribution('poisson', [mean], size, options);
  }

  /** How many of `trials` independent trials succeed, each with probability p. */
  binomial<const S extends ShapeLike>(
    trials: number,
    p: number,
    size: S,
    options?: SizeOptions<Integer> & Extra,
  ): Drawn<'int64', S> {
    demand('binomial', Number.isSafeInteger(trials) && trials >= 0, `trials are a non-negative integer, got ${trials}`);
    demand('binomial', p >= 0 && p <= 1, `a probability is from 0 to 1, got ${p}`);
    return this.#distribution('binomial', [trials, p], size, options);
  }

  #stream(): Stream {
    return { generator: this.bitGenerator, key: streamKey(this.seed, this.#drawn++, this.bitGenerator) };
  }

  #normal<D extends DType, S>(
    label: string,
    mean: number,
    deviation: number,
    size: ShapeLike,
    options: SizeOptions<D> | undefined,
  ): Drawn<D, S> {
    const dtype = floatOf(label, options?.dtype);
    return this.#array(label, size, dtype, options, (b, stream, i) =>
      shifted(b, normal(b, stream, i), mean, deviation),
    );
  }

  #array<D extends DType, S>(
    label: string,
    size: ShapeLike,
    dtype: DType,
    options: SizeOptions | undefined,
    draw: (b: Builder, stream: Stream, element: Value) => Value,
  ): Drawn<D, S> {
    const shape = asShape(label, size);
    const chunks = normalizeChunks(label, options?.chunks ?? 'auto', shape, dtype);
    const b = new Builder();
    const value = b.cast(draw(b, this.#stream(), linearIndex(b, stridesOf(shape))), dtype);
    return new ChunkedArray(map({ label, body: prune(b.nodes, [value]).body, chunks }));
  }

  #distribution<D extends DType, S>(
    distribution: DistributionName,
    params: readonly number[],
    size: ShapeLike,
    options: SizeOptions | undefined,
  ): Drawn<D, S> {
    const shape = asShape(distribution, size);
    const dtype: DType = distribution === 'gamma' || distribution === 'beta' ? 'float64' : 'int64';
    if (options?.dtype !== undefined && options?.dtype !== dtype) {
      throw new DTypeError(distribution, `values are ${dtype}, not ${options?.dtype}`, {
        hint: `.astype('${options?.dtype}')`,
      });
    }
    const chunks = normalizeChunks(distribution, options?.chunks ?? 'auto', shape, dtype);
    const { generator, key } = this.#stream();
    const spec = { kind: 'distribution', distribution, params, generator, key, shape } as const;
    const token = JSON.stringify([params, generator, key]);
    return new ChunkedArray(source({ label: distribution, source: spec, dtype, chunks, token }));
  }
}
