/** Copies of boxes between strided memory. */
import type { TypedArray } from '../core/dtype.js';

/** Where the elements of a box lie: the first at `offset`, the others `strides` apart, in elements. */
export interface Strided {
  readonly data: TypedArray;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** One axis of a copy: how many elements, and how far apart they lie on either side. */
interface Axis {
  length: number;
  from: number;
  to: number;
}

/** Below this many elements a loop is faster than making a view of the memory. */
const shortRun = 32;

/** Copies a box of `extent` between memory of one dtype. */
export function copyBox(extent: readonly number[], from: Strided, to: Strided): void {
  if (extent.includes(0)) return;
  const axes = mergedAxes(extent, from.strides, to.strides);
  const row = axes.pop() ?? { length: 1, from: 1, to: 1 };
  const copyRow = rowCopier(row, from.data, to.data);
  const walk = (depth: number, source: number, target: number): void => {
    const axis = axes[depth];
    if (axis === undefined) {
      copyRow(source, target);
      return;
    }
    for (let i = 0; i < axis.length; i++) walk(depth + 1, source + i * axis.from, target + i * axis.to);
  };
  walk(0, from.offset, to.offset);
}

/** The axes longer than one element; two that are one run on both sides become one. */
function mergedAxes(extent: readonly number[], from: readonly number[], to: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  extent.forEach((length, i) => {
    if (length === 1) return;
    const axis = { length, from: from[i] as number, to: to[i] as number };
    const outer = axes.at(-1);
    if (outer !== undefined && outer.from === axis.from * length && outer.to === axis.to * length) {
      axis.length *= outer.length;
      axes.pop();
    }
    axes.push(axis);
  });
  return axes;
}

/** Copies one run of elements, from and to the positions it is called with. */
function rowCopier({ length, from: step, to: put }: Axis, from: TypedArray, to: TypedArray) {
  if (step === 1 && put === 1 && length >= shortRun) {
    return (source: number, target: number) => to.set(from.subarray(source, source + length) as never, target);
  }
  return (source: number, target: number) => {
    for (let i = 0; i < length; i++) to[target + i * put] = from[source + i * step] as never;
  };
}
