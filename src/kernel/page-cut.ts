/** Tiles whose elements lie in several pages of a random stream (random/weyl.ts) are cut in two until most lie in one. */
import type { Axis, NestPlan, NestShape } from './nest-plan.js';

/** A tile in two: its first rows, or its first columns, and the rest. */
export interface PageCut {
  readonly along: 'row' | 'col';
  readonly first: number;
}

/**
 * The way in which index nodes go furthest, so that the halves lie in fewer pages. Reductions are cut along reduced axes
 * alone: states stay what they belong to. Columns are cut at whole groups of lanes.
 */
export function pageCut({ row, col }: NestPlan, shape: NestShape, rows: number, cols: number): PageCut | undefined {
  const { loads, indexes, folds } = shape;
  const reach = ({ reduced, steps }: Axis, length: number): number => {
    const walked = steps.slice(loads, loads + indexes).map((step) => Math.abs(step) * (length - 1));
    return folds && !reduced ? 0 : Math.max(...walked);
  };
  const [down, right] = [reach(row, rows), reach(col, cols)];
  if (down > 0 && down >= right) return { along: 'row', first: rows >> 1 };
  const first = (cols >> 3) << 2;
  return right > 0 && first > 0 ? { along: 'col', first } : undefined;
}
