/** Shapes and axes: broadcasting, normalisation, strides. */
import { AxisError, ShapeError } from './errors.js';

export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

export const formatShape = (shape: readonly unknown[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

/** A shape as users give it (`5`, `[2, 3]`), checked: non-negative integers, and fewer than 2^53 elements in all. */
export function asShape(operation: string, shape: number | readonly number[]): number[] {
  const dims = typeof shape === 'number' ? [shape] : [...shape];
  for (const d of dims) {
    if (!Number.isSafeInteger(d) || d < 0) {
      throw new ShapeError(
        operation,
        `a length must be a non-negative integer, got ${d} in shape ${formatShape(dims)}`,
      );
    }
  }
  const size = dims.includes(0) ? 0 : sizeOf(dims);
  if (size > Number.MAX_SAFE_INTEGER) {
    throw new ShapeError(operation, `shape ${formatShape(dims)} has ${size} elements; at most 2^53 - 1 can be counted`);
  }
  return dims;
}

/** One axis, negative counting from the end, as 0..ndim-1. */
export function asAxis(operation: string, axis: number, ndim: number): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim) {
    throw new AxisError(operation, `axis ${axis} is out of range for ${ndim} dimensions`);
  }
  return axis < 0 ? axis + ndim : axis;
}

/** Axes as users give them (`undefined`: all), sorted, each once. */
export function asAxes(operation: string, axis: number | readonly number[] | undefined | null, ndim: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: ndim }, (_, i) => i);
  const axes = (typeof axis === 'number' ? [axis] : [...axis]).map((a) => asAxis(operation, a, ndim));
  if (new Set(axes).size !== axes.length) throw new AxisError(operation, `an axis is given twice in [${axis}]`);
  return axes.sort((a, b) => a - b);
}

/** The shape that all of `shapes` broadcast to: aligned at the right, lengths equal or 1. */
export function broadcastShapes(operation: string, ...shapes: readonly Shape[]): number[] {
  const ndim = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: ndim }, (_, i) => {
    let length = 1;
    for (const shape of shapes) {
      const d = shape[i - ndim + shape.length] ?? 1;
      if (d === 1) continue;
      if (length !== 1 && length !== d) {
        throw new ShapeError(operation, `shapes ${shapes.map(formatShape).join(' and ')} do not broadcast`);
      }
      length = d;
    }
    return length;
  });
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);
