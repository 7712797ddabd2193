/** Values that depend on where an element stands, and assignment to parts of an array. */
import { identityMap } from '../core/affine.js';
import type { Chunks } from '../core/chunks.js';
import { type DType, type Kind, kindOf, type Scalar, weakDType } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import { type IndexEntry, indexMap } from '../core/slice.js';
import { astype, broadcastTo, concat, map, prune, reshape, view } from '../expr/build.js';
import type { Expr } from '../expr/types.js';
import { Builder } from '../kernel/builder.js';
import type { Value } from '../kernel/ir.js';

/** The index along `axis` as an int64 node. */
export const indexAlong = (b: Builder, ndim: number, axis: number): Value =>
  linearIndex(
    b,
    Array.from({ length: ndim }, (_, i) => (i === axis ? 1 : 0)),
  );

/** `offset + sum(coefs * index)` as an int64 node. */
export const linearIndex = (b: Builder, coefs: readonly number[], offset = 0): Value =>
  b.push({ op: 'index', dtype: 'int64', offset, coefs });

/** An array without inputs: what `write` appends, at every index. */
export function generated(label: string, chunks: Chunks, write: (b: Builder) => Value): Expr {
  const b = new Builder();
  return map({ label, body: prune(b.nodes, [write(b)]).body, chunks });
}

/** `x` where `keeps` holds, `other` elsewhere. */
function keep(label: string, x: Expr, keeps: (b: Builder) => Value, other: Scalar): Expr {
  const b = new Builder();
  const value = b.push({ op: 'load', dtype: x.dtype, load: 0 });
  const chosen = b.select(keeps(b), value, b.const(other, x.dtype));
  const loads = [{ input: 0, map: identityMap(x.shape.length) }];
  return map({ label, inputs: [x], loads, body: prune(b.nodes, [chosen]).body, chunks: x.chunks });
}

export function triangle(label: string, x: Expr, k: number, side: 'lessEqual' | 'greaterEqual'): Expr {
  const ndim = x.shape.length;
  if (ndim < 2) throw new ShapeError(label, `a matrix has two axes or more, shape ${formatShape(x.shape)} has not`);
  if (!Number.isSafeInteger(k)) throw new ArgumentError(label, `a diagonal is named by an integer, got ${k}`);
  const coefs = x.shape.map((_, axis) => (axis === ndim - 1 ? 1 : axis === ndim - 2 ? -1 : 0));
  return keep(label, x, (b) => b.prim(side, linearIndex(b, coefs), b.const(k, 'int64')), 0);
}

/** The elements of one axis that a slice picks, counted upwards. */
interface Picked {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/**
 * `x` with `value` at `entries`. A number is chosen by the index alone; an array is brought to the smallest box around
 * what is picked, and the rest of `x` joined around it.
 */
export function assigned(x: Expr, entries: readonly IndexEntry[], value: Expr | Scalar): Expr {
  const index = indexMap('with', x.shape, entries);
  if (index.shape.includes(0)) return x;
  const picked = index.map.map(({ axis, start, step }): Picked => {
    const count = axis === -1 ? 1 : (index.shape[axis] as number);
    return step < 0 ? { start: start + step * (count - 1), step: -step, count } : { start, step: step || 1, count };
  });
  const constant = typeof value !== 'object';
  checkKept(x.dtype, value);
  const inside = (b: Builder): Value => insideOf(b, picked, x.shape);
  if (constant) return keep('with', x, (b) => b.prim('not', inside(b)), value);
  const given = broadcastTo(astype(value, x.dtype), index.shape, 'with');
  const upwards = index.map.map(({ axis, start, step }) => ({ axis, start, step }));
  const box = upwards.reduce((e, _, axis) => spread(e, axis, picked[axis] as Picked), onAxes(given, upwards));
  return around(x, merged(x, box, picked), picked, 0);
}

/** A kind takes in what those of less breadth hold. */
const breadth: Readonly<Record<Kind, number>> = { bool: 0, int: 1, uint: 1, float: 2 };

function checkKept(dtype: DType, value: Expr | Scalar): void {
  const given = typeof value === 'object' ? value.dtype : weakDType('with', value, dtype);
  if (breadth[kindOf(given)] <= breadth[kindOf(dtype)]) return;
  throw new DTypeError('with', `${given} does not fit into an array of ${dtype} without loss`, {
    hint: `x.astype('${given}').with(...), or convert the value to ${dtype} first`,
  });
}

/** Whether the current element is picked. */
function insideOf(b: Builder, picked: readonly Picked[], shape: readonly number[]): Value {
  const c = (n: number): Value => b.const(n, 'int64');
  const tests = picked.flatMap(({ start, step, count }, axis) => {
    const length = shape[axis] as number;
    if (start === 0 && step === 1 && count === length) return [];
    const i = indexAlong(b, shape.length, axis);
    const bounds = [b.prim('greaterEqual', i, c(start)), b.prim('lessEqual', i, c(start + step * (count - 1)))];
    const offset = b.prim('subtract', i, c(start));
    return step === 1 ? bounds : [...bounds, b.prim('equal', b.prim('remainder', offset, c(step)), c(0))];
  });
  return tests.reduce((all, test) => b.prim('and', all, test), b.const(true, 'bool'));
}

/** `value`, which has the shape of the indexed part, with one axis for each of the array's, each running upwards. */
function onAxes(value: Expr, entries: readonly { axis: number; step: number }[]): Expr {
  const axes = entries.map(({ axis }) => axis);
  const map = value.shape.map((length, place) => {
    const at = axes.indexOf(place);
    if (at === -1) return { axis: -1, start: 0, step: 0 };
    const down = (entries[at]?.step ?? 1) < 0 && length > 1;
    return down ? { axis: at, start: length - 1, step: -1 } : { axis: at, start: 0, step: 1 };
  });
  return view(
    value,
    map,
    axes.map((axis) => (axis === -1 ? 1 : (value.shape[axis] as number))),
    'with',
  );
}

/** Every element of `axis` followed by as many of itself as reach to the next that is picked. */
function spread(e: Expr, axis: number, { step, count }: Picked): Expr {
  if (step === 1 || count === 1) return e;
  const [before, after] = [e.shape.slice(0, axis), e.shape.slice(axis + 1)];
  const split = reshape(e, [...before, count, 1, ...after], 'with');
  const repeated = reshape(
    broadcastTo(split, [...before, count, step, ...after], 'with'),
    [...before, count * step, ...after],
    'with',
  );
  const shape = [...before, step * (count - 1) + 1, ...after];
  return view(repeated, identityMap(shape.length), shape, 'with');
}

/** The box of `x` around what is picked, with `box` at the picked elements. */
function merged(x: Expr, box: Expr, picked: readonly Picked[]): Expr {
  if (picked.every(({ step, count }) => step === 1 || count === 1)) return box;
  const old = view(
    x,
    picked.map(({ start }, axis) => ({ axis, start, step: 1 })),
    box.shape,
    'with',
  );
  const b = new Builder();
  const local = picked.map(({ step, count }) => ({ start: 0, step, count }));
  const loads = [0, 1].map((input) => ({ input, map: identityMap(box.shape.length) }));
  const [fresh, kept] = [0, 1].map((load) => b.push({ op: 'load', dtype: x.dtype, load })) as [Value, Value];
  const chosen = b.select(insideOf(b, local, box.shape), fresh, kept);
  return map({ label: 'with', inputs: [box, old], loads, body: prune(b.nodes, [chosen]).body, chunks: old.chunks });
}

/** `x` with `box` in the place that `picked` spans along `axis` and those after it. */
function around(x: Expr, box: Expr, picked: readonly Picked[], axis: number): Expr {
  if (axis === x.shape.length || sameShape(x.shape, box.shape)) return box;
  const { start, step, count } = picked[axis] as Picked;
  const stop = start + step * (count - 1) + 1;
  const cut = (from: number, to: number): Expr => {
    const shape = x.shape.map((n, a) => (a === axis ? to - from : n));
    return view(
      x,
      identityMap(shape.length).map((m, a) => (a === axis ? { ...m, start: from } : m)),
      shape,
      'with',
    );
  };
  const middle = around(cut(start, stop), box, picked, axis + 1);
  const parts = [cut(0, start), middle, cut(stop, x.shape[axis] as number)];
  return concat(
    parts.filter((e) => e.shape[axis] !== 0),
    axis,
    'with',
  );
}
