/** Verbs that move elements and never change them: each is a method and a function of one array. */
import { type AxisMap, followMap } from '../core/affine.js';
import type { ChunkSpec } from '../core/chunks.js';
import { AxisError, ShapeError } from '../core/errors.js';
import { asAxes, asAxis, formatShape, sizeOf } from '../core/shape.js';
import { type IndexEntry, indexMap, Slice } from '../core/slice.js';
import { broadcastTo, concat, rechunk, reshape, view } from '../expr/build.js';
import type { Expr } from '../expr/types.js';
import { triangle } from './indexed.js';
import type { Axis } from './types.js';

/** Axes on their own, or in an options object. */
export type AxisArgument = Axis | { readonly axis?: Axis | null | undefined } | null | undefined;

const axisOf = (given: AxisArgument): Axis | undefined =>
  (typeof given === 'object' && given !== null && 'axis' in given ? given.axis : (given as Axis | null)) ?? undefined;

const along = (axis: number, start = 0, step = 1): AxisMap => ({ axis, start, step });

/** `x` with its axes in the order `order`. */
function permute(x: Expr, order: readonly number[], label: string): Expr {
  const map = followMap(x.shape.map((_, axis) => order.indexOf(axis)));
  return view(
    x,
    map,
    order.map((axis) => x.shape[axis] as number),
    label,
  );
}

const reversed = (x: Expr): number[] => x.shape.map((_, axis) => x.shape.length - 1 - axis);

function permuteDims(x: Expr, axes?: readonly number[]): Expr {
  const order = (axes ?? reversed(x)).map((axis) => asAxis('permuteDims', axis, x.shape.length));
  if (order.length === x.shape.length && new Set(order).size === order.length) return permute(x, order, 'permuteDims');
  throw new AxisError('permuteDims', `[${axes}] does not name each of the ${x.shape.length} axes once`, {
    hint: `x.permuteDims([${reversed(x).join(', ')}])   (all axes reversed)`,
  });
}

function moveaxis(x: Expr, source: Axis, destination: Axis): Expr {
  const ndim = x.shape.length;
  const [from, to] = [source, destination].map((given) => {
    const axes = (typeof given === 'number' ? [given] : given).map((axis) => asAxis('moveaxis', axis, ndim));
    if (new Set(axes).size === axes.length) return axes;
    throw new AxisError('moveaxis', `an axis is given twice in [${given}]`);
  }) as [number[], number[]];
  if (from.length !== to.length) {
    throw new AxisError('moveaxis', `${from.length} axes cannot be moved to ${to.length} places`);
  }
  const order = x.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  const moves = to.map((place, i) => [place, from[i] as number] as const).sort(([a], [b]) => a - b);
  for (const [place, axis] of moves) order.splice(place, 0, axis);
  return permute(x, order, 'moveaxis');
}

function expandDims(x: Expr, axis: AxisArgument = 0): Expr {
  const given = axisOf(axis) ?? 0;
  const added = asAxes('expandDims', given, x.shape.length + (typeof given === 'number' ? 1 : given.length));
  const shape = [...x.shape];
  for (const place of added) shape.splice(place, 0, 1);
  const kept = shape.map((_, place) => place).filter((place) => !added.includes(place));
  return view(x, followMap(kept), shape, 'expandDims');
}

function squeeze(x: Expr, axis?: AxisArgument): Expr {
  const given = axisOf(axis);
  const ones = x.shape.flatMap((length, place) => (length === 1 ? [place] : []));
  const dropped = given === undefined ? ones : asAxes('squeeze', given, x.shape.length);
  const long = dropped.find((place) => x.shape[place] !== 1);
  if (long !== undefined) {
    throw new ShapeError('squeeze', `axis ${long} of shape ${formatShape(x.shape)} has length ${x.shape[long]}, not 1`);
  }
  return dropAxes(x, dropped, 'squeeze');
}

/** `x` without the axes `dropped`, which have length 1. */
export function dropAxes(x: Expr, dropped: readonly number[], label: string): Expr {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !dropped.includes(axis));
  const map = followMap(x.shape.map((_, axis) => kept.indexOf(axis)));
  return view(
    x,
    map,
    kept.map((axis) => x.shape[axis] as number),
    label,
  );
}

function flip(x: Expr, axis?: AxisArgument): Expr {
  const flipped = new Set(asAxes('flip', axisOf(axis), x.shape.length));
  const map = x.shape.map((n, a) => (flipped.has(a) && n > 1 ? along(a, n - 1, -1) : along(a)));
  return view(x, map, x.shape, 'flip');
}

/** What `x.slice(...entries)` reads. */
function sliced(x: Expr, ...entries: IndexEntry[]): Expr {
  const { map, shape } = indexMap('slice', x.shape, entries);
  return view(x, map, shape, 'slice');
}

/** The part of `x` in [start, stop) along `axis`. */
export const part = (x: Expr, axis: number, start: number, stop: number): Expr =>
  sliced(x, ...x.shape.slice(0, axis).map(() => ':'), new Slice(start, stop, 1));

function roll(x: Expr, shift: number | readonly number[], axis?: AxisArgument): Expr {
  const given = axisOf(axis);
  if (given === undefined) return reshape(roll(ravel(x), shift, 0), x.shape, 'roll');
  const axes = (typeof given === 'number' ? [given] : given).map((a) => asAxis('roll', a, x.shape.length));
  const shifts = typeof shift === 'number' ? axes.map(() => shift) : shift;
  if (shifts.length !== axes.length || shifts.some((s) => !Number.isSafeInteger(s))) {
    throw new AxisError('roll', `[${shifts}] is not one whole number of places for each of the axes [${axes}]`);
  }
  return axes.reduce((rolled, a, i) => rollAxis(rolled, shifts[i] as number, a), x);
}

function rollAxis(x: Expr, shift: number, axis: number): Expr {
  const length = x.shape[axis] as number;
  const places = length === 0 ? 0 : ((shift % length) + length) % length;
  if (places === 0) return x;
  return concat([part(x, axis, length - places, length), part(x, axis, 0, length - places)], axis, 'roll');
}

const ravel = (x: Expr): Expr => reshape(x, [sizeOf(x.shape)], 'ravel');

function matrixTranspose(x: Expr): Expr {
  const ndim = x.shape.length;
  if (ndim < 2)
    throw new ShapeError('matrixTranspose', `a matrix has two axes or more, shape ${formatShape(x.shape)} has not`);
  return swapaxes(x, ndim - 2, ndim - 1, 'matrixTranspose');
}

function swapaxes(x: Expr, a: number, b: number, label = 'swapaxes'): Expr {
  const [i, j] = [asAxis(label, a, x.shape.length), asAxis(label, b, x.shape.length)];
  return permute(
    x,
    x.shape.map((_, axis) => (axis === i ? j : axis === j ? i : axis)),
    label,
  );
}

export const views = {
  /** The elements that an index picks: integers, 'start:stop:step', null for a new axis, '...' for the axes between. */
  slice: sliced,
  /** The axes in another order, reversed without one. Shape permuted, same dtype. */
  permuteDims,
  /** The axes in another order, reversed without one: permuteDims under NumPy's name. */
  transpose: permuteDims,
  /** The last two axes exchanged. Two axes or more. */
  matrixTranspose,
  /** Two axes exchanged. */
  swapaxes: (x: Expr, a: number, b: number): Expr => swapaxes(x, a, b),
  /** Axes moved to other places, the rest staying in order. */
  moveaxis,
  /** New axes of length 1 at the given places, first without one. */
  expandDims,
  /** Without the given axes, which have length 1; without all of length 1 where none is given. */
  squeeze,
  /** The order of elements reversed along the given axes, along all without them. */
  flip,
  /** Elements moved along an axis, those at the end coming back at the start; flattened without an axis. */
  roll,
  /** Repeated along new axes and those of length 1, without copying. */
  broadcastTo: (x: Expr, shape: number | readonly number[]): Expr => broadcastTo(x, shape),
  /** The elements in row-major order in another shape; one length may be -1, which is what is left. */
  reshape: (x: Expr, shape: number | readonly number[]): Expr => reshape(x, shape),
  /** The elements in row-major order along one axis. */
  ravel,
  /** The same array in other chunks; axes that are not named keep theirs. */
  rechunk: (x: Expr, chunks: ChunkSpec): Expr => rechunk(x, chunks),
  /** The elements on and below diagonal `k` of the last two axes, zero elsewhere. */
  tril: (x: Expr, k = 0): Expr => triangle('tril', x, k, 'lessEqual'),
  /** The elements on and above diagonal `k` of the last two axes, zero elsewhere. */
  triu: (x: Expr, k = 0): Expr => triangle('triu', x, k, 'greaterEqual'),
};
