/**
 * Counter-based random numbers: a value is a function of the seed, the number of the stream (one an array) and the
 * global index of the element alone. A generator is a row of `generators`; a distribution is a few nodes on its bits.
 */
import { isFloat } from '../core/dtype.js';
import type { Builder } from './builder.js';
import type { Body, GeneratorName, Node, Value } from './ir.js';
import { golden, mix64 } from './random/mixing.js';
import { buildPhilox, philoxBits } from './random/philox.js';
import { splitmix64 } from './random/splitmix.js';
import { buildWeylBits, type Key, type WeylMethod, weylBits } from './random/weyl.js';
import { weyl64 } from './random/weyl64.js';

interface Generator {
  readonly says: string;
  /** Word `word` of element `element`: the definition. */
  readonly draw: (key: Key, element: bigint, word: number) => bigint;
  /** The same, appended to a body. */
  readonly build: (b: Builder, key: Key, element: Value, word: number) => Value;
  /** How it mixes Weyl sequences, if it does: its code is then the same for all keys. */
  readonly weyl?: WeylMethod;
}

const onWeyl = (generator: GeneratorName, says: string, weyl: WeylMethod): Generator => ({
  says,
  draw: (key, element, word) => weylBits(weyl, key, element, word),
  build: (b, key, element, word) => buildWeylBits(b, weyl, { generator, key, word }, element),
  weyl,
});

export const generators: Readonly<Record<GeneratorName, Generator>> = {
  weyl64: onWeyl('weyl64', 'two Weyl sequences multiplied, new ones each page; the fast default', weyl64),
  splitmix64: onWeyl('splitmix64', 'SplittableRandom on a counter', splitmix64),
  philox4x32: { says: 'Philox4x32-10 of Random123', draw: philoxBits, build: buildPhilox },
};

/** Whether streams are cut into pages. */
export const isPaged = ({ generator }: { readonly generator: GeneratorName }): boolean =>
  (generators[generator].weyl?.pageBits ?? 64) < 64;

export const defaultGenerator: GeneratorName = 'weyl64';

/** 64 random bits: the meaning of a `bits` node. */
export const drawBits = (generator: GeneratorName, key: Key, element: bigint, word: number): bigint =>
  generators[generator].draw(key, element, word);

const mask = (1n << 64n) - 1n;

/**
 * The key of stream `stream` of `seed`: both words depend on every bit of both numbers, so that small neighbouring
 * seeds and streams have nothing in common. Seeds of any size are taken in, 64 bits at a time.
 */
export function streamKey(seed: bigint, stream: number | bigint, generator: GeneratorName): [string, string] {
  let [a, b] = [mix64(golden), mix64(2n * golden)];
  const absorb = (word: bigint): void => {
    a = mix64((a ^ mix64(word + golden)) + 3n * golden);
    b = mix64((b + mix64(word ^ a)) ^ (5n * golden));
  };
  absorb(seed < 0n ? 1n : 0n);
  for (let rest = seed < 0n ? -seed : seed; ; rest >>= 64n) {
    absorb(rest & mask);
    if (rest >> 64n === 0n) break;
  }
  absorb(BigInt(stream));
  for (const letter of generator) absorb(BigInt(letter.charCodeAt(0)));
  return [mix64(a + b).toString(), mix64((a ^ (b >> 32n) ^ (b << 32n)) & mask).toString()];
}

/** A random stream as bodies name it. */
export interface Stream {
  readonly generator: GeneratorName;
  readonly key: Key;
}

/** 64 random bits of `element` (int64). */
export const bits = (b: Builder, { generator, key }: Stream, element: Value, word = 0): Value =>
  b.push({ op: 'bits', dtype: 'uint64', generator, key, word, args: [element] });

/** One less half a step of a uniform number. */
const takenAway = { float64: 1 - 2 ** -53, float32: 1 - 2 ** -24 } as const;

/**
 * Uniform on (0, 1): (k + 1/2) / 2^52 with k the upper 52 bits, so never 0, never 1, and 1/2 in the mean. float32 has
 * (k + 1/2) / 2^23. The bits become the fraction of a float in [1, 2), of which 1 less half a step is taken away.
 */
export function uniform(
  b: Builder,
  stream: Stream,
  element: Value,
  dtype: 'float32' | 'float64' = 'float64',
  word = 0,
): Value {
  const random = bits(b, stream, element, word);
  const shift = (by: number): Value => b.prim('shiftRight', random, b.const(by, 'uint64'));
  if (dtype === 'float64') {
    const raw = b.prim('or', shift(12), b.const(0x3ff0000000000000n, 'uint64'));
    return b.prim('subtract', b.bitcast(raw, 'float64'), b.const(takenAway.float64, 'float64'));
  }
  const raw = b.prim('or', b.cast(shift(41), 'uint32'), b.const(0x3f800000, 'uint32'));
  return b.prim('subtract', b.bitcast(raw, 'float32'), b.const(takenAway.float32, 'float32'));
}

const isBits = (body: Body, v: Value): boolean => body[v]?.op === 'bits';

/** Whether node `v` is a number that `uniform` wrote. `isDrawn`: which nodes are random bits, where these are written out. */
export function isUniform(body: Body, v: Value, isDrawn: (body: Body, v: Value) => boolean = isBits): boolean {
  const node = body[v];
  if (node?.op !== 'subtract' || !isFloat(node.dtype)) return false;
  const [from, less] = node.args.map((a) => body[a]);
  if (less?.op !== 'const' || less.value !== takenAway[node.dtype]) return false;
  const argOf = (of: Node | undefined, op: Node['op']): Node | undefined =>
    of?.op === op && 'args' in of ? body[of.args[0] as Value] : undefined;
  const drawn = argOf(argOf(from, 'bitcast'), 'or');
  const shifted = drawn?.op === 'cast' ? argOf(drawn, 'cast') : drawn;
  return shifted?.op === 'shiftRight' && isDrawn(body, shifted.args[0] as Value);
}
