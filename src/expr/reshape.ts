/** The chunks of a reshaped array. */
import { type Chunks, type Cuts, maxBlock, regular, whole } from '../core/chunks.js';
import type { Shape } from '../core/shape.js';

/** Axes [fromAxis, fromEnd) of the input hold the elements of axes [toAxis, toEnd) of the output. */
interface Group {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

/** The smallest groups of neighbouring axes that have the same number of elements before and after. */
function groupsOf(from: Shape, to: Shape): Group[] {
  const groups: Group[] = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const start = [i, j] as const;
    let [a, b] = [i < from.length ? (from[i++] as number) : 1, j < to.length ? (to[j++] as number) : 1];
    while (a !== b) {
      if (a < b) a *= from[i++] as number;
      else b *= to[j++] as number;
    }
    groups.push({ from: [start[0], i], to: [start[1], j] });
  }
  return groups;
}

/**
 * Axes that stay keep their cuts. Elsewhere a block of the output is a run of consecutive elements, about as many as
 * a block of the input has, so that it is read from few blocks.
 */
export function reshapedChunks(from: Shape, chunks: Chunks, to: Shape): Chunks {
  if (from.includes(0)) return Object.freeze(to.map(whole));
  return Object.freeze(
    groupsOf(from, to).flatMap((group) => {
      const cuts = chunks.slice(...group.from);
      const lengths = to.slice(...group.to);
      if (cuts.length === 1 && lengths.length === 1) return cuts;
      return runs(
        lengths,
        cuts.reduce((n, c) => n * maxBlock(c), 1),
      );
    }),
  );
}

/** Cuts of `lengths` into runs of at most `elements` (at least 1). */
function runs(lengths: readonly number[], elements: number): Cuts[] {
  const cuts: Cuts[] = [];
  let left = elements;
  for (const length of lengths.toReversed()) {
    const size = Math.max(1, Math.min(length, Math.floor(left)));
    cuts.push(regular(length, size));
    left = size < length ? 1 : left / length;
  }
  return cuts.reverse();
}
