/**
 * Generators on Weyl sequences: a word of element i is mixed from `start + step * i` (mod 2^64) of one sequence or more.
 * A stream is cut into pages of 2^pageBits elements that have sequences of their own: loops over the elements of one page
 * only add, and starts and steps are found once a page. What seeds and streams have of their own are two numbers a word,
 * which code reads from memory, so that it is the same for all of them.
 */
import { Builder } from '../builder.js';
import type { Body, GeneratorName, Value } from '../ir.js';
import { golden, mix64, mixGamma } from './mixing.js';

export type Key = readonly [string, string];

/** The words start + step * i, mod 2^64. */
export interface Sequence<T = bigint> {
  readonly start: T;
  readonly step: T;
}

export interface WeylMethod {
  /** 64: all of a stream is one page. */
  readonly pageBits: number;
  /** How many sequences an element takes a word from. */
  readonly count: number;
  /** Sequence `which` of page `page`; `seed` is what belongs to the stream. */
  readonly sequence: (seed: Sequence, page: bigint, which: number) => Sequence;
  /** The same in primitives, for the page of each element. */
  readonly buildSequence: (b: Builder, seed: Sequence<Value>, page: Value, which: number) => Sequence<Value>;
  /** What comes out: mixed from a word of each sequence. */
  readonly mix: (words: readonly bigint[]) => bigint;
  readonly buildMix: (b: Builder, words: readonly Value[]) => Value;
}

const mask = (1n << 64n) - 1n;

/** What belongs to word `word` of a stream. */
export function seedOf(key: Key, word: number): Sequence {
  const [start, step] = [BigInt(key[0]), BigInt(key[1])];
  if (word === 0) return { start, step: mixGamma(step) };
  const shift = BigInt(word) * golden;
  return { start: mix64(start ^ mix64(shift)), step: mixGamma(step + shift) };
}

const indices = ({ count }: WeylMethod): readonly number[] => Array.from({ length: count }, (_, which) => which);

/** Word `word` of `element`: the definition. */
export function weylBits(method: WeylMethod, key: Key, element: bigint, word: number): bigint {
  const seed = seedOf(key, word);
  const at = element & mask;
  const words = indices(method).map((which) => {
    const { start, step } = method.sequence(seed, at >> BigInt(method.pageBits), which);
    return (start + step * at) & mask;
  });
  return method.mix(words);
}

/** A word of a stream as bodies name it. */
export interface StreamWord {
  readonly generator: GeneratorName;
  readonly key: Key;
  readonly word: number;
}

/** The same in primitives and Weyl sequences, where elements are counted; `element` is int64. */
export function buildWeylBits(b: Builder, method: WeylMethod, stream: StreamWord, element: Value): Value {
  const counted = b.nodes[element]?.op === 'index';
  const words = indices(method).map((which) =>
    counted
      ? b.push({ op: 'weyl', dtype: 'uint64', ...stream, which, args: [element] })
      : weylAnywhere(b, method, stream, element, which),
  );
  return method.buildMix(b, words);
}

const anywhere = new WeakMap<WeylMethod, Map<number, Body>>();

/** The word of sequence `which` at arg 0, whose page is looked up; args 1 and 2 are the stream's seed. */
function anywhereBody(method: WeylMethod, which: number): Body {
  const bodies = anywhere.get(method) ?? new Map<number, Body>();
  anywhere.set(method, bodies);
  const known = bodies.get(which);
  if (known !== undefined) return known;
  const b = new Builder();
  const [at, start, step] = [0, 1, 2].map((arg) => b.push({ op: 'arg', dtype: 'uint64', arg })) as [
    Value,
    Value,
    Value,
  ];
  const page = b.prim('shiftRight', at, b.const(method.pageBits, 'uint64'));
  const sequence = method.buildSequence(b, { start, step }, page, which);
  b.prim('add', b.prim('multiply', at, sequence.step), sequence.start);
  const body = b.body();
  bodies.set(which, body);
  return body;
}

/** A word of sequence `which` at any element: where there are pages, a function finds each element's own. */
export function weylAnywhere(
  b: Builder,
  method: WeylMethod,
  { generator, key, word }: StreamWord,
  element: Value,
  which: number,
): Value {
  const number = (of: number): Value => b.push({ op: 'seed', dtype: 'uint64', generator, key, word, which: of });
  const [at, start, step] = [b.cast(element, 'uint64'), number(0), number(1)];
  if (method.pageBits === 64) return b.prim('add', b.prim('multiply', at, step), start);
  const slow = anywhereBody(method, which);
  return b.push({ op: 'rare', dtype: 'uint64', slow, args: [b.const(true, 'bool'), at, at, start, step] });
}
