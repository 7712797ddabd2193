/** Products of vectors, matrices and stacks of them, as NumPy and the Array API standard define them. */
import { broadcastMap, followMap, identityMap } from '../core/affine.js';
import { type Cuts, whole } from '../core/chunks.js';
import { bytesOf, type DType, kindOf, promote, type Scalar } from '../core/dtype.js';
import { AxisError, ShapeError } from '../core/errors.js';
import { asAxis, broadcastShapes, formatShape, sameShape, sizeOf } from '../core/shape.js';
import { astype, dot as dotOf, elementwise, reduction, view } from '../expr/build.js';
import type { Expr } from '../expr/types.js';
import { binary } from '../ops/binary.js';
import { reductions } from '../ops/reduction.js';
import { dropAxes, views } from './views.js';

/** How many axes are summed over, the last of one array and the first of the other; or which of each. */
export type TensordotAxes = number | readonly [number | readonly number[], number | readonly number[]];

export interface VecdotOptions {
  /** The axis that holds the vectors, counted from the end where the arrays have different numbers of axes. */
  readonly axis?: number | undefined;
}

type Operand = Expr | Scalar;
const isExpr = (x: Operand): x is Expr => typeof x === 'object';
const isNumber = (x: Operand): boolean => !isExpr(x) || x.shape.length === 0;

/** What narrow dtypes are multiplied in: sums wrap alike in it, and bools are counted. */
function multipliedIn(d: DType): DType {
  if (bytesOf(d) >= 4) return d;
  return kindOf(d) === 'uint' ? 'uint32' : 'int32';
}

const times = (a: Operand, b: Operand): Expr => elementwise(binary.multiply, [a, b]);

/** Sums of products along axes: like every sum, they are taken block by block. */
function inner(a: Expr, b: Expr, axis: number | readonly number[]): Expr {
  const products = times(a, b);
  const { dtype } = products;
  return dtype === 'bool'
    ? reduction(reductions.any, products, { axis })
    : reduction(reductions.sum, products, { axis, dtype });
}

/** An operand of a product: which axis of the product each of its own is, -1 where it has length 1 and is repeated. */
interface Side {
  readonly x: Expr;
  readonly axes: readonly number[];
}

/** The product over axes cut as `cuts` says, (..., m, n), and summed along one more of `length`, which is not cut. */
function product(label: string, left: Side, right: Side, cuts: readonly Cuts[], length: number): Expr {
  const dtype = promote(left.x.dtype, right.x.dtype);
  const within = multipliedIn(dtype);
  const made = dotOf({
    label,
    inputs: [astype(left.x, within), astype(right.x, within)],
    axes: [left.axes, right.axes],
    domainChunks: Object.freeze([...cuts, whole(length)]),
  });
  return astype(made, dtype);
}

/** The edit that makes two arrays fit, if exchanging the axes of one does. */
function transposed(a: Expr, b: Expr): { hint: string } | undefined {
  const turned = (e: Expr): string => (e.shape.length > 2 ? '.matrixTranspose()' : '.T');
  const last = b.shape.length > 1 ? -2 : -1;
  if (b.shape.length > 1 && a.shape.at(-1) === b.shape.at(-1)) return { hint: `a.matmul(b${turned(b)})` };
  if (a.shape.length > 1 && a.shape.at(-2) === b.shape.at(last)) return { hint: `a${turned(a)}.matmul(b)` };
  return undefined;
}

function checkLengths(label: string, a: Expr, b: Expr, axisOfA: number, axisOfB: number): void {
  const [n, m] = [a.shape[axisOfA], b.shape[axisOfB]];
  if (n === m) return;
  const shapes = `shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`;
  const lengths = `axis ${axisOfA} of the first has length ${n}, axis ${axisOfB} of the second has length ${m}`;
  const matrices = label === 'matmul' || label === 'dot';
  throw new ShapeError(label, `${shapes} do not fit: ${lengths}`, matrices ? transposed(a, b) : {});
}

/** The axes before the matrices, which broadcast: how they are cut, and which of them each operand's are. */
function stacksOf(label: string, a: Expr, b: Expr): { cuts: Cuts[]; axes: (e: Expr) => number[] } {
  const stackOf = (e: Expr): readonly number[] => e.shape.slice(0, -2);
  const shape = stackShape(label, a, b, stackOf(a), stackOf(b));
  const shift = (e: Expr): number => shape.length - stackOf(e).length;
  const cuts = shape.map((length, axis) => {
    const given = [a, b].map((e) => (axis < shift(e) ? undefined : (e.chunks[axis - shift(e)] as Cuts)));
    return given.find((c) => c?.length === length) as Cuts;
  });
  const axes = (e: Expr): number[] => broadcastMap(stackOf(e), shape).map(({ axis }) => axis);
  return { cuts, axes };
}

function stackShape(label: string, a: Expr, b: Expr, left: readonly number[], right: readonly number[]): number[] {
  try {
    return broadcastShapes(label, left, right);
  } catch (cause) {
    const shapes = `shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`;
    const stacks = `${formatShape(left)} and ${formatShape(right)}`;
    throw new ShapeError(label, `${shapes} hold stacks of matrices that do not broadcast: ${stacks}`, { cause });
  }
}

function matmul(a: Expr, b: Expr): Expr {
  if (a.shape.length === 0 || b.shape.length === 0) {
    const shapes = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
    throw new ShapeError('matmul', `a number is no matrix, got shapes ${shapes}`, { hint: 'a.multiply(b)' });
  }
  const [vectorA, vectorB] = [a.shape.length === 1, b.shape.length === 1];
  checkLengths('matmul', a, b, a.shape.length - 1, Math.max(0, b.shape.length - 2));
  if (vectorA && vectorB) return inner(a, b, 0);
  const { cuts, axes } = stacksOf('matmul', a, b);
  const [m, n, k] = [cuts.length, cuts.length + 1, cuts.length + 2];
  const rows = vectorA ? whole(1) : (a.chunks.at(-2) as Cuts);
  const columns = vectorB ? whole(1) : (b.chunks.at(-1) as Cuts);
  const left = { x: a, axes: [...axes(a), ...(vectorA ? [k] : [m, k])] };
  const right = { x: b, axes: [...axes(b), ...(vectorB ? [k] : [k, n])] };
  const made = product('matmul', left, right, [...cuts, rows, columns], a.shape.at(-1) as number);
  return dropAxes(made, [...(vectorA ? [m] : []), ...(vectorB ? [n] : [])], 'matmul');
}

/** Which axes of each array are summed over together. */
function pairedAxes(label: string, a: Expr, b: Expr, axes: TensordotAxes): readonly [number[], number[]] {
  const [na, nb] = [a.shape.length, b.shape.length];
  if (typeof axes === 'number') {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(na, nb)) {
      throw new AxisError(label, `cannot sum over ${axes} axes of arrays that have ${na} and ${nb}`);
    }
    return [Array.from({ length: axes }, (_, i) => na - axes + i), Array.from({ length: axes }, (_, i) => i)];
  }
  const listed = (given: number | readonly number[], ndim: number): number[] =>
    (typeof given === 'number' ? [given] : given).map((axis) => asAxis(label, axis, ndim));
  const [ofA, ofB] = [listed(axes[0], na), listed(axes[1], nb)];
  if (ofA.length !== ofB.length)
    throw new AxisError(label, `${ofA.length} axes of the first are summed with ${ofB.length} of the second`);
  if (new Set(ofA).size < ofA.length || new Set(ofB).size < ofB.length)
    throw new AxisError(label, `an axis is given twice in [[${ofA}], [${ofB}]]`);
  return [ofA, ofB];
}

const others = (e: Expr, axes: readonly number[]): number[] =>
  e.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));

function tensordot(a: Expr, b: Expr, axes: TensordotAxes = 2, label = 'tensordot'): Expr {
  const [ofA, ofB] = pairedAxes(label, a, b, axes);
  ofA.forEach((axis, i) => {
    checkLengths(label, a, b, axis, ofB[i] as number);
  });
  const [freeA, freeB] = [others(a, ofA), others(b, ofB)];
  if (ofA.length === 0) return everyPair(a, b, label);
  const first = views.permuteDims(a, [...freeA, ...ofA]);
  const second = views.permuteDims(b, [...freeB, ...ofB]);
  if (freeA.length + freeB.length === 0) {
    return inner(
      first,
      second,
      ofA.map((_, i) => i),
    );
  }
  return summedLast(label, joinLast(first, ofA.length), joinLast(second, ofB.length));
}

/** The last `count` axes as one. */
const joinLast = (x: Expr, count: number): Expr =>
  count === 1 ? x : views.reshape(x, [...x.shape.slice(0, x.shape.length - count), sizeOf(x.shape.slice(-count))]);

/** Every element of one times every element of the other: the axes of both, one after the other. */
function everyPair(a: Expr, b: Expr, label: string): Expr {
  const shape = [...a.shape, ...b.shape.map(() => 1)];
  const upright = view(a, identityMap(a.shape.length), shape, label);
  return times(upright, b);
}

/**
 * The sum over the last axes of both, with all others one after the other. The longest of them are the matrices' rows and
 * columns; over the rest they are stacked.
 */
function summedLast(label: string, a: Expr, b: Expr): Expr {
  const [freeA, freeB] = [a, b].map((e) => e.shape.slice(0, -1)) as [number[], number[]];
  const row = freeA.indexOf(Math.max(...freeA));
  const column = freeB.indexOf(Math.max(...freeB));
  const cutsOf = (e: Expr, picked: number): Cuts[] => e.chunks.slice(0, -1).filter((_, axis) => axis !== picked);
  const [stackA, stackB] = [cutsOf(a, row), cutsOf(b, column)];
  const m = stackA.length + stackB.length;
  const placed = (free: readonly number[], picked: number, first: number, main: number): number[] =>
    free.map((_, axis) => (axis === picked ? main : first + axis - (picked >= 0 && axis > picked ? 1 : 0)));
  const [placesA, placesB] = [placed(freeA, row, 0, m), placed(freeB, column, stackA.length, m + 1)];
  const cuts = [...stackA, ...stackB, a.chunks[row] ?? whole(1), b.chunks[column] ?? whole(1)];
  const axesA = { x: a, axes: [...placesA, m + 2] };
  const axesB = { x: b, axes: [...placesB, m + 2] };
  const made = product(label, axesA, axesB, cuts, a.shape.at(-1) as number);
  const places = [...placesA, ...placesB];
  const map = followMap(made.shape.map((_, axis) => places.indexOf(axis)));
  return view(made, map, [...freeA, ...freeB], label);
}

function dot(a: Operand, b: Operand): Expr {
  if (isNumber(a) || isNumber(b)) return times(a, b);
  const [x, y] = [a as Expr, b as Expr];
  return tensordot(x, y, [-1, y.shape.length === 1 ? 0 : -2], 'dot');
}

function vecdot(a: Expr, b: Expr, { axis = -1 }: VecdotOptions = {}): Expr {
  const [na, nb] = [a.shape.length, b.shape.length];
  if (axis >= 0 && na !== nb) {
    throw new AxisError('vecdot', `axis ${axis} is another in arrays of ${na} and ${nb} axes: count it from the end`);
  }
  const [ofA, ofB] = [asAxis('vecdot', axis, na), asAxis('vecdot', axis, nb)];
  checkLengths('vecdot', a, b, ofA, ofB);
  return inner(views.moveaxis(a, ofA, -1), views.moveaxis(b, ofB, -1), -1);
}

function vdot(a: Expr, b: Expr): Expr {
  if (sizeOf(a.shape) !== sizeOf(b.shape)) {
    const sizes = `${sizeOf(a.shape)} and ${sizeOf(b.shape)} elements`;
    throw new ShapeError('vdot', `shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} hold ${sizes}`);
  }
  const [x, y] = sameShape(a.shape, b.shape) ? [a, b] : [views.ravel(a), views.ravel(b)];
  return inner(
    x,
    y,
    x.shape.map((_, i) => i),
  );
}

export const products = {
  /**
   * The product of two matrices, of stacks of them, or of a matrix and a vector. Vectors are a row on the left and a column
   * on the right, and that axis is left out again; the axes before the last two broadcast. Sums are rounded step by step
   * in an order that does not depend on chunks. A task reads whole rows and whole columns.
   */
  matmul,
  /** The product along the last axis of one array and the one before the last of the other; numbers scale. */
  dot,
  /** Sums of products along one axis, the last without it; the other axes broadcast. */
  vecdot,
  /** Sums of products over pairs of axes, or over the last n of one array and the first n of the other; n is 2 without it. */
  tensordot: (a: Expr, b: Expr, axes?: TensordotAxes): Expr => tensordot(a, b, axes),
  /** The sum of products of all elements of two arrays, each taken as one vector. */
  vdot,
  /** Every element of one array times every element of the other, both taken as vectors: shape (n, m). */
  outer: (a: Expr, b: Expr): Expr => everyPair(views.ravel(a), views.ravel(b), 'outer'),
};
