/**
 * Distributions that rejection samples, which no kernel holds: each element draws from a sub-stream of its own, so any
 * region is the same part of the whole. Kept apart from the other sources, and imported on demand, because of its size.
 *
 * Of @stdlib's factories only poisson is used. Those of gamma and beta hide a Mersenne twister that no element can
 * reset, and binomial's (0.2.2) has a mean of 30.5 for n = 100, p = 0.3; these three are drawn here.
 */
import poissonFactory from '@stdlib/random-base-poisson';
import { sizeOf, stridesOf } from '../core/shape.js';
import type { DistributionName, SourceSpec } from '../expr/types.js';
import { Builder } from '../kernel/builder.js';
import { prepare } from '../kernel/compile.js';
import { type Functions, mathOnNumbers } from '../kernel/functions.js';
import type { Kernel } from '../kernel/ir.js';
import { bits } from '../kernel/random.js';
import type { Runner } from '../kernel/run.js';
import { binomialSampler } from './binomial.js';

type DistributionSpec = Extract<SourceSpec, { kind: 'distribution' }>;

/** Uniform numbers on (0, 1) of the element it was last set to. */
export type Uniform = () => number;
export type Sampler = () => number;

const samplers: Readonly<Record<DistributionName, (uniform: Uniform, params: readonly number[]) => Sampler>> = {
  gamma: (uniform, [shape = 1, scale = 1]) => {
    const math = mathOnNumbers();
    const { draw, logRest } = gammaParts(uniform, shape, math);
    if (logRest === undefined) return () => scale * draw();
    return () => scale * draw() * math.exp(logRest());
  },
  /** X / (X + Y) of two gammas, by their quotient, since both may underflow where a and b are small. */
  beta: (uniform, [a = 1, b = 1]) => {
    const math = mathOnNumbers();
    const [x, y] = [gammaParts(uniform, a, math), gammaParts(uniform, b, math)];
    if (x.logRest === undefined && y.logRest === undefined) return () => 1 / (1 + y.draw() / x.draw());
    const logOf = ({ logRest }: GammaParts): number => logRest?.() ?? 0;
    return () => 1 / (1 + (y.draw() / x.draw()) * math.exp(logOf(y) - logOf(x)));
  },
  poisson: (uniform, [mean = 1]) => (mean === 0 ? () => 0 : poissonFactory.factory(mean, { prng: uniform })),
  binomial: (uniform, [trials = 1, p = 0.5]) => binomialSampler(uniform, trials, p),
};

/** The elements from `origin` on, `extent` an axis, in row-major order. */
export function readDistribution(
  spec: DistributionSpec,
  origin: readonly number[],
  extent: readonly number[],
): Float64Array | BigInt64Array {
  const { distribution, params } = spec;
  const streams = elementStreams(spec);
  const sample = samplers[distribution](streams.next, params);
  const [low, high] = elementBits(spec, origin, extent);
  const values = new Float64Array(low.length);
  for (let i = 0; i < values.length; i++) {
    streams.seek(low[i] as number, high[i] as number);
    values[i] = sample();
  }
  return distribution === 'gamma' || distribution === 'beta' ? values : wholeNumbers(values);
}

/** Numbers from 0 to 2^53 as int64, by 32-bit words: a bigint for each would take longer than drawing it. */
function wholeNumbers(values: Float64Array): BigInt64Array {
  const words = new Uint32Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    words[2 * i] = values[i] as number;
    words[2 * i + 1] = (values[i] as number) * 2 ** -32;
  }
  return new BigInt64Array(words.buffer);
}

const kernels = new WeakMap<DistributionSpec, Runner>();

/** 64 random bits of every element of a region, as two 32-bit words: a kernel draws them as it does any others. */
function elementBits(
  spec: DistributionSpec,
  origin: readonly number[],
  extent: readonly number[],
): readonly [Uint32Array, Uint32Array] {
  const run = kernels.get(spec) ?? prepare(bitsKernel(spec));
  kernels.set(spec, run);
  const words = [new Uint32Array(sizeOf(extent)), new Uint32Array(sizeOf(extent))] as const;
  const strides = stridesOf(extent);
  run({ origin, extent, inputs: [], outputs: words.map((data) => ({ data: [data], offset: 0, strides })) });
  return words;
}

function bitsKernel({ generator, key, shape }: DistributionSpec): Kernel {
  const b = new Builder();
  const element = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: stridesOf(shape) });
  const drawn = bits(b, { generator, key }, element);
  const halves = [drawn, b.prim('shiftRight', drawn, b.const(32, 'uint64'))].map((half) => b.cast(half, 'uint32'));
  const outputs = halves.map((value) => ({ kind: 'store', dtype: 'uint32', value }) as const);
  return { rank: shape.length, loads: [], body: b.body(), reduced: [], outputs };
}

interface ElementStreams {
  /** Goes to the element whose bits these are. */
  readonly seek: (low: number, high: number) => void;
  readonly next: Uniform;
}

/**
 * A sequence of uniforms for each element: 64 random bits of the element and 32 of the key seed Doty-Humphrey's sfc32
 * (PractRand 0.94), whose fourth word is a counter, and are stirred twelve times.
 */
function elementStreams({ key }: DistributionSpec): ElementStreams {
  const third = Number(BigInt(key[1]) & 0xffffffffn) | 0;
  let [a, b, c, counter] = [0, 0, 0, 0];
  const word = (): number => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  const seek = (low: number, high: number): void => {
    a = low | 0;
    b = high | 0;
    c = third;
    counter = 1;
    for (let round = 0; round < 12; round++) word();
  };
  return { seek, next: () => (word() * 2 ** 20 + (word() >>> 12) + 0.5) * 2 ** -52 };
}

/** Standard normal by Marsaglia's polar method; the pair's other half is dropped, so that no state outlives an element. */
function normalOf(uniform: Uniform, { log }: Functions): number {
  for (;;) {
    const x = 2 * uniform() - 1;
    const y = 2 * uniform() - 1;
    const s = x * x + y * y;
    if (s < 1 && s !== 0) return x * Math.sqrt((-2 * log(s)) / s);
  }
}

/** A gamma variate is `draw()` times e to the power of `logRest()`, where there is one: the power alone may underflow. */
interface GammaParts {
  readonly draw: Sampler;
  readonly logRest?: Sampler;
}

/**
 * Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); for shapes below 1 a variate of shape + 1
 * times u^(1/shape).
 */
function gammaParts(uniform: Uniform, shape: number, math: Functions): GammaParts {
  const { log } = math;
  if (shape < 1) {
    const { draw } = gammaParts(uniform, shape + 1, math);
    return { draw, logRest: () => log(uniform()) / shape };
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const draw = (): number => {
    for (;;) {
      const x = normalOf(uniform, math);
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = uniform();
      const x2 = x * x;
      if (u < 1 - 0.0331 * x2 * x2 || log(u) < 0.5 * x2 + d * (1 - v + log(v))) return d * v;
    }
  };
  return { draw };
}
