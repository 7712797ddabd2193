/**
 * Index maps: where an element of an output is found in an input. Along each input axis the index is
 * `start + step * out[axis]`, or just `start` where `axis` is -1. Slices, transposes, flips, new and dropped axes and
 * broadcasts are all of this form, and the form is closed under composition.
 */
import { type Cuts, find } from './cuts.js';

/** How one input axis is found. */
export interface AxisMap {
  /** The output axis it follows, or -1 for a fixed index. */
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  /** Where this stands, what is counted along the output axis is not its elements but these blocks. `step` is then 1. */
  readonly cuts?: Cuts;
}
/** One AxisMap an input axis. */
export type AffineMap = readonly AxisMap[];

/** Where along its input axis a map finds what belongs to the index `at` of its output axis. */
export const follow = ({ axis, start, step, cuts }: AxisMap, at: number): number =>
  axis === -1 ? start : start + step * (cuts === undefined ? at : find(cuts, at));

/** One output axis for each input axis, which is followed element for element; -1 where there is one element, read for all. */
export const followMap = (axes: readonly number[]): AffineMap =>
  axes.map((axis) => ({ axis, start: 0, step: axis === -1 ? 0 : 1 }));

export const identityMap = (ndim: number): AffineMap => followMap(Array.from({ length: ndim }, (_, axis) => axis));

/** `f` after `g`: where `g` takes an outer index to a middle one and `f` the middle one to the input. */
export const compose = (f: AffineMap, g: AffineMap): AffineMap =>
  f.map(({ axis, start, step }) => {
    if (axis === -1) return { axis, start, step: 0 };
    const inner = g[axis] as AxisMap;
    if (inner.axis === -1) return { axis: -1, start: start + step * inner.start, step: 0 };
    const through = { axis: inner.axis, start: start + step * inner.start, step: step * inner.step };
    return inner.cuts === undefined ? through : { ...through, cuts: inner.cuts };
  });

export const isIdentity = (map: AffineMap, ndim: number): boolean =>
  map.length === ndim && map.every((m, i) => m.axis === i && m.start === 0 && m.step === 1 && m.cuts === undefined);

/** How an array of `shape` is read when broadcast to `ndim` axes, aligned at the right. */
export function broadcastMap(shape: readonly number[], target: readonly number[]): AffineMap {
  const shift = target.length - shape.length;
  return followMap(shape.map((d, i) => (d === 1 && target[i + shift] !== 1 ? -1 : i + shift)));
}
