/** Kernels, blocks and data made at random, with the awkward values of every dtype. */
import * as fc from 'fast-check';
import {
  bytesOf,
  type DType,
  dtypeNames,
  integerRange,
  isFloat,
  isInteger,
  isWide,
  makeArray,
  type TypedArray,
} from '#src/core/dtype.js';
import { Builder } from '#src/kernel/builder.js';
import type { Body, Fold, Kernel, Load, Output, PrimitiveName, Value } from '#src/kernel/ir.js';
import { generatorNames, planesOf, primitives } from '#src/kernel/ir.js';
import type { BlockRun, Region, Target } from '#src/kernel/run.js';
import { folds } from './folds.js';

export type Gen = <T>(arb: (...args: never[]) => fc.Arbitrary<T>, ...args: unknown[]) => T;
/** Draws: an integer up to `max`, or one of a list. */
export interface Draw {
  upTo(max: number): number;
  of<T>(list: readonly T[]): T;
}

export const drawer = (g: fc.GeneratorValue): Draw => ({
  upTo: (max) => g(fc.nat, { max }),
  of: (list) => list[g(fc.nat, { max: list.length - 1 })] as never,
});

const floats = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, NaN, Infinity, -Infinity, 1e300, -1e300, 5e-324, 2 ** 31];
const moreFloats = [
  2 ** 53,
  -(2 ** 63),
  2 ** 64,
  4294967295,
  255.9,
  -0.9,
  300,
  1e-40,
  0.1,
  3.7,
  -129,
  2 ** 62 + 2 ** 9,
];

export function specials(d: DType): (number | bigint)[] {
  if (d === 'bool') return [0, 1];
  if (isFloat(d)) return [...floats, ...moreFloats].map((x) => (d === 'float32' ? Math.fround(x) : x));
  const { min, max } = integerRange(d as 'int8');
  const odd = [2n ** 53n + 1n, 2n ** 24n + 1n, 0x123456789abcdefn, -(2n ** 62n) + 3n].filter(
    (x) => x >= min && x <= max,
  );
  const all = [
    0n,
    1n,
    2n,
    3n,
    5n,
    7n,
    8n,
    31n,
    63n,
    64n,
    min,
    min + 1n,
    max,
    max - 1n,
    ...odd,
    ...(min < 0n ? [-1n, -2n, -7n] : []),
  ];
  return isWide(d) ? all : all.map(Number);
}

export function randomData(draw: Draw, d: DType, length: number): TypedArray {
  const data = makeArray(d, length);
  const values = specials(d);
  let state = draw.upTo(1e9) + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const pick = state >>> 8;
    (data as Float64Array)[i] = (
      pick % 3 === 0 && isFloat(d) ? pick / 2 ** 20 - 4 : values[pick % values.length]
    ) as number;
  }
  return data;
}

const accepts = (on: string, d: DType): boolean => {
  if (on === 'any') return true;
  if (on === 'bits') return !isFloat(d);
  if (on === 'float') return isFloat(d);
  return on === 'integer' ? isInteger(d) : d !== 'bool';
};

const bitcasts = (d: DType): DType[] =>
  dtypeNames.filter((to) => bytesOf(to) === bytesOf(d) && to !== 'bool' && d !== 'bool');

/** The value, with 0 for NaN: which bits a NaN has that an operation made, machines do not agree on. */
function withoutNaN(b: Builder, v: Value): Value {
  const d = b.dtypeOf(v);
  return isFloat(d) ? b.select(b.prim('equal', v, v), v, b.const(0, d)) : v;
}

/** Appends one random node whose arguments are among the nodes there are, the first of them among the last `recent`. */
function grow(draw: Draw, b: Builder, slow: boolean, recent = Number.POSITIVE_INFINITY): void {
  const any = (): Value => draw.upTo(b.nodes.length - 1);
  const a = b.nodes.length - 1 - draw.upTo(Math.min(recent, b.nodes.length) - 1);
  const d = b.dtypeOf(a);
  const like = (to: DType): Value => {
    const same = b.nodes.flatMap((n, v) => (n.dtype === to ? [v] : []));
    return same.length > 0 && draw.upTo(3) > 0 ? draw.of(same) : b.cast(any(), to);
  };
  const kind = draw.upTo(11);
  if (kind === 0) b.cast(a, draw.of(dtypeNames));
  else if (kind === 1) {
    const to = bitcasts(d);
    if (to.length > 0) b.bitcast(withoutNaN(b, a), draw.of(to));
  } else if (kind === 2) b.select(like('bool'), a, like(d));
  else if (kind === 3) b.push({ op: 'const', dtype: d, value: literal(draw, d) });
  else if (kind === 4 && slow) {
    const body = randomBody(draw, [d, 'int64'], 4, false);
    const dtype = (body.at(-1) as { dtype: DType }).dtype;
    b.push({ op: 'rare', dtype, slow: body, args: [like('bool'), like(dtype), a, like('int64')] });
  } else if (kind === 5) {
    const dtype = draw.of(dtypeNames);
    const values = Array.from({ length: draw.upTo(4) + 1 }, () => literal(draw, dtype));
    b.push({ op: 'table', dtype, values, args: [like('int64')] });
  } else if (kind === 6) {
    b.push({
      op: 'bits',
      dtype: 'uint64',
      generator: draw.of(generatorNames),
      key: ['12345678901234567890', '42'],
      word: draw.upTo(3),
      args: [like('int64')],
    });
  } else {
    const names = (Object.keys(primitives) as PrimitiveName[]).filter((p) => accepts(primitives[p].on, d));
    const op = draw.of(names);
    const second = primitives[op].args === 1 ? [] : [like(d)];
    b.prim(op, a, ...(op === 'copysign' ? second.map((v) => withoutNaN(b, v)) : second));
  }
}

function literal(draw: Draw, d: DType): string | number | boolean {
  const x = draw.of(specials(d));
  if (d === 'bool') return x === 1;
  if (typeof x === 'bigint') return x.toString();
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  return Object.is(x, -0) ? '-0' : x;
}

function randomBody(draw: Draw, args: readonly DType[], size: number, slow: boolean): Body {
  const b = new Builder();
  for (const [arg, dtype] of args.entries()) b.push({ op: 'arg', dtype, arg });
  for (let i = 0; i < size; i++) grow(draw, b, slow);
  return b.body();
}

export interface Case {
  readonly kernel: Kernel;
  readonly run: Omit<BlockRun, 'outputs'>;
}

/** Maps one input axis from a random output axis, and says which indices it touches. */
function randomLoad(
  draw: Draw,
  rank: number,
  origin: number[],
  extent: number[],
  input: number,
): { load: Load; region: Region } {
  const dtype = draw.of(dtypeNames);
  const ndim = draw.upTo(Math.min(3, rank + 1));
  const free = Array.from({ length: rank }, (_, a) => a);
  const shape: number[] = [];
  const start: number[] = [];
  const map = Array.from({ length: ndim }, () => {
    const axis =
      free.length === 0 || draw.upTo(4) === 0 ? -1 : (free.splice(draw.upTo(free.length - 1), 1)[0] as number);
    const step = axis === -1 ? 0 : draw.of([1, 1, 1, -1, 2, 0]);
    const n = axis === -1 ? 1 : Math.max(1, extent[axis] as number);
    const o = axis === -1 ? 0 : (origin[axis] as number);
    const ends = [step * o, step * (o + n - 1)];
    const low = Math.min(...ends);
    start.push(draw.upTo(3));
    shape.push(Math.max(...ends) - low + 1);
    return { axis, start: (start.at(-1) as number) - low, step };
  });
  const order = draw.upTo(1) === 0 ? [...shape.keys()] : [...shape.keys()].reverse();
  const strides = new Array<number>(ndim).fill(0);
  let length = 1;
  for (const k of [...order].reverse()) {
    strides[k] = length;
    length *= shape[k] as number;
  }
  const pad = draw.upTo(3);
  const data = [makeArray(dtype, 0), randomData(draw, dtype, length + pad)];
  return { load: { input, plane: 1, dtype, map }, region: { origin: start, data, offset: pad, strides } };
}

export interface Limits {
  readonly rank: number;
  readonly extents: readonly number[];
  readonly nodes: number;
  /** Most blocks of a row; 1 unless it is said. */
  readonly row?: number;
  /** Every node reads one of so many before it, so that chains of operations become long. */
  readonly recent?: number;
}

export function randomCase(draw: Draw, { rank: most, extents, nodes, row = 1, recent }: Limits): Case {
  const rank = draw.upTo(most);
  const extent = Array.from({ length: rank }, () => draw.of(extents));
  const origin = Array.from({ length: rank }, () => draw.of([0, 1, 7, 1000]));
  const count = rank === 0 ? 1 : draw.upTo(row - 1) + 1;
  const along = Math.max(0, draw.upTo(Math.max(0, rank - 1)));
  const covered = extent.map((n, axis) => (axis === along ? n * count : n));
  const made = Array.from({ length: draw.upTo(2) + 1 }, (_, input) => randomLoad(draw, rank, origin, covered, input));
  const b = new Builder();
  for (const [l, { load }] of made.entries()) b.push({ op: 'load', dtype: load.dtype, load: l });
  b.push({
    op: 'index',
    dtype: 'int64',
    offset: draw.of([0, -3, 2 ** 20 - 9, 2 ** 40]),
    coefs: origin.map(() => draw.of([0, 1, 5, -2, 2 ** 19])),
  });
  for (let i = 0; i < nodes; i++) grow(draw, b, true, recent);
  const reduced = origin.flatMap((_, axis) => (draw.upTo(1) === 0 ? [axis] : []));
  const outputs = Array.from({ length: draw.upTo(2) + 1 }, () => randomOutput(draw, b));
  const kernel: Kernel = { rank, loads: made.map((m) => m.load), body: b.body(), reduced, outputs };
  return { kernel, run: { origin, extent, count, along, inputs: made.map((m) => m.region) } };
}

function randomOutput(draw: Draw, b: Builder): Output {
  const value = b.nodes.length - 1 - draw.upTo(Math.min(3, b.nodes.length - 1));
  const dtype = b.dtypeOf(value);
  const fold: Fold = draw.of(Object.values(folds));
  const takes = fold.step.args.slice(fold.state.length);
  if (draw.upTo(2) === 0) return { kind: 'store', dtype, value };
  const feed = draw.upTo(3) === 0 && fold.settle === undefined ? 'states' : 'values';
  const wanted = feed === 'states' ? fold.state : takes;
  const index = b.nodes.findIndex((n) => n.op === 'index');
  const values = wanted.map((d, k) => b.cast(k === 0 ? value : index, d));
  return { kind: 'reduce', fold, feed, values, finish: draw.upTo(1) === 0 };
}

/** Fresh targets, filled with a pattern so that stray writes are seen; the blocks of a row lie one after the other. */
export function targetsFor(kernel: Kernel, extent: readonly number[], flip: boolean, count = 1): Target[] {
  return kernel.outputs.map((output) => {
    const shape = extent.map((n, axis) => (output.kind === 'reduce' && kernel.reduced.includes(axis) ? 1 : n));
    const strides: number[] = new Array(shape.length).fill(0);
    let length = 1;
    const order = flip ? [...shape.keys()] : [...shape.keys()].reverse();
    for (const axis of order) {
      strides[axis] = length;
      length *= shape[axis] as number;
    }
    const data = planesOf(output).map((d) => {
      const array = makeArray(d, count * length + 2);
      (array as Float64Array).fill((isWide(d) ? 77n : 77) as number);
      return array;
    });
    return { data, offset: 1, strides, blockStride: length };
  });
}
