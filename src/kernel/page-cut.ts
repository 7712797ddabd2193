/** Tiles whose elements lie in several pages of a random stream (random/weyl.ts) are cut in two until most lie in one. */
import type { Axis, NestPlan, NestShape } from './nest-plan.js';

/** A tile in two: its first rows, or its first columns, and the rest. */
export interface PageCut {
  readonly along: 'row' | 'col';
  readonly first: number;
  /** How many groups of states the first half has to itself. */
  readonly states: number;
}

/** The way in which index nodes go furthest, so that the halves lie in fewer pages; columns at whole groups of lanes. */
export function pageCut({ row, col }: NestPlan, shape: NestShape, rows: number, cols: number): PageCut | undefined {
  const { loads, indexes, folds, lanes } = shape;
  const reach = ({ steps }: Axis, length: number): number =>
    Math.max(...steps.slice(loads, loads + indexes).map((step) => Math.abs(step) * (length - 1)));
  const [down, right] = [reach(row, rows), reach(col, cols)];
  if (down > 0 && down >= right) {
    const first = rows >> 1;
    return { along: 'row', first, states: folds && !row.reduced ? first : 0 };
  }
  const groups = Math.floor(cols / 2 / lanes);
  if (right === 0 || groups === 0) return undefined;
  return { along: 'col', first: groups * lanes, states: folds && !col.reduced ? groups : 0 };
}
