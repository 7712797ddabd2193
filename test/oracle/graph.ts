/** Small graphs by hand, for tests below the API. */
import { type AffineMap, broadcastMap } from '#src/core/affine.js';
import { blocks, type Chunks, type Cuts, concatCuts, regular, whole } from '#src/core/chunks.js';
import { broadcastShapes } from '#src/core/shape.js';
import type { Expr, MapExpr, RechunkExpr, ReduceExpr, ReshapeExpr, SourceExpr, ViewExpr } from '#src/expr/types.js';
import { Builder } from '#src/kernel/builder.js';
import type { Fold, Value } from '#src/kernel/ir.js';

let count = 0;
const token = () => (count++).toString(16).padStart(4, '0');

/** Axis lengths cut into blocks of `size`. */
export const chunked = (shape: readonly number[], size: number | readonly number[]): Chunks =>
  shape.map((n, axis) => regular(n, Math.max(1, typeof size === 'number' ? size : (size[axis] as number))));

export function source(shape: readonly number[], chunks: Chunks, at = (i: number) => i * 0.75 - 3): SourceExpr {
  const size = shape.reduce((a, b) => a * b, 1);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const data = Float64Array.from({ length: size }, (_, i) => at(i));
  const spec = { kind: 'memory' as const, data, strides, offset: 0 };
  return {
    kind: 'source',
    label: 'array',
    name: `array-${token()}`,
    inputs: [],
    shape,
    dtype: 'float64',
    chunks,
    source: spec,
  };
}

/** A map of `inputs`, broadcast together; `write` gets the loaded values. */
export function map(
  label: string,
  inputs: readonly Expr[],
  write: (b: Builder, ...x: Value[]) => Value,
  chunks?: Chunks,
): MapExpr {
  const b = new Builder();
  const shape = broadcastShapes(label, ...inputs.map((e) => e.shape));
  const loads = inputs.map((e, input) => ({ input, map: broadcastMap(e.shape, shape) }));
  const values = inputs.map((e, load) => b.push({ op: 'load', dtype: e.dtype, load }));
  const dtype = b.dtypeOf(write(b, ...values));
  const like = inputs.find((e) => e.shape.length === shape.length && e.shape.every((n, i) => n === shape[i]));
  const cut = chunks ?? like?.chunks ?? shape.map((n) => whole(n));
  return { kind: 'map', label, name: `${label}-${token()}`, inputs, shape, dtype, chunks: cut, loads, body: b.body() };
}

/** A map of no inputs: uniform random numbers, or arange times a number. */
export function generated(
  shape: readonly number[],
  chunks: Chunks,
  write: (b: Builder, index: Value) => Value,
  label = 'uniform',
): MapExpr {
  const b = new Builder();
  const coefs = shape.map((_, axis) => shape.slice(axis + 1).reduce((x, y) => x * y, 1));
  const index = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs });
  const dtype = b.dtypeOf(write(b, index));
  return {
    kind: 'map',
    label,
    name: `${label}-${token()}`,
    inputs: [],
    shape,
    dtype,
    chunks,
    loads: [],
    body: b.body(),
  };
}

export const uniform = (shape: readonly number[], chunks: Chunks): MapExpr => {
  const key = [String(++count * 7919), String(count * 104729)] as const;
  return generated(shape, chunks, (b, index) => {
    const bits = b.push({ op: 'bits', dtype: 'uint64', generator: 'splitmix64', key, word: 0, args: [index] });
    const high = b.prim('shiftRight', bits, b.const(11n, 'uint64'));
    return b.prim('multiply', b.cast(high, 'float64'), b.const(2 ** -53, 'float64'));
  });
};

export const view = (input: Expr, shape: readonly number[], map: AffineMap, chunks?: Chunks): ViewExpr => ({
  kind: 'view',
  label: 'getitem',
  name: `getitem-${token()}`,
  inputs: [input],
  shape,
  dtype: input.dtype,
  chunks: chunks ?? shape.map((n) => whole(n)),
  map,
});

export const rechunk = (input: Expr, chunks: Chunks): RechunkExpr => ({
  kind: 'rechunk',
  label: 'rechunk',
  name: `rechunk-${token()}`,
  inputs: [input],
  shape: input.shape,
  dtype: input.dtype,
  chunks,
});

export const reshape = (input: Expr, shape: readonly number[]): ReshapeExpr => ({
  kind: 'reshape',
  label: 'reshape',
  name: `reshape-${token()}`,
  inputs: [input],
  shape,
  dtype: input.dtype,
  chunks: shape.map((n) => whole(n)),
});

export function concat(inputs: readonly [Expr, ...Expr[]], axis: number): Expr {
  const [{ dtype, chunks, shape }] = inputs;
  const cuts = concatCuts(inputs.map((e) => e.chunks[axis] as Cuts));
  const name = `concat-${token()}`;
  return {
    kind: 'concat',
    label: 'concat',
    name,
    inputs,
    dtype,
    axis,
    shape: shape.with(axis, cuts.length),
    chunks: chunks.with(axis, cuts),
  };
}

/** A sum that no grouping changes, as long as its terms are small multiples of 1/4. */
export const plainSum: Fold = (() => {
  const add = (b: Builder) =>
    b.prim('add', b.push({ op: 'arg', dtype: 'float64', arg: 0 }), b.push({ op: 'arg', dtype: 'float64', arg: 1 }));
  const b = new Builder();
  const result = add(b);
  const routine = { args: ['float64', 'float64'] as const, body: b.body(), results: [result] };
  const finish = {
    args: ['float64'] as const,
    body: [{ op: 'arg' as const, dtype: 'float64' as const, arg: 0 }],
    results: [0],
  };
  return { name: 'sum', state: ['float64'], init: [0], step: routine, merge: routine, finish };
})();

export function reduce(
  input: Expr,
  axes: readonly number[],
  splitEvery: number,
  label = 'sum',
  keepdims = false,
  fold = plainSum,
): ReduceExpr {
  const [domain, domainChunks] = [input.shape, input.chunks];
  const keep = (cuts: Cuts, axis: number): Cuts[] => (axes.includes(axis) ? (keepdims ? [whole(1)] : []) : [cuts]);
  const chunks = domainChunks.flatMap(keep);
  return {
    kind: 'reduce',
    phase: 'whole',
    label,
    name: `${label}-${token()}`,
    inputs: [input],
    shape: chunks.map((cuts) => cuts.length),
    dtype: 'float64',
    chunks,
    fold,
    axes,
    keepdims,
    splitEvery: axes.map(() => splitEvery),
    loads: [{ input: 0, map: domain.map((_, axis) => ({ axis, start: 0, step: 1 })) }],
    body: [{ op: 'load', dtype: 'float64', load: 0 }],
    values: [0],
    domain,
    domainChunks,
  };
}

/** Tasks of all layers, each expression once. */
export const taskCount = (order: readonly Expr[]): number =>
  order
    .filter((e) => e.kind !== 'source')
    .reduce(
      (n, e) => n + (e.kind === 'reduce' ? e.domainChunks : e.chunks).reduce((k, cuts) => k * blocks(cuts), 1),
      0,
    );
