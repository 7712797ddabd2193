/**
 * How the box of a block is walked: which axis runs along the columns of a tile and which along its rows, and in what
 * order the others are looped over. Kept axes are outside and reduced ones inside, so that few states live at a time.
 */

/** An axis of the block: how far each stream moves along it, in elements (index nodes: in index units). */
export interface Axis {
  readonly extent: number;
  readonly reduced: boolean;
  readonly steps: readonly number[];
}

/** What the planner must know of a kernel. Streams are its loads, then its index nodes, then its outputs. */
export interface NestShape {
  readonly loads: number;
  readonly indexes: number;
  /** Whether any output is a reduction. */
  readonly folds: boolean;
  readonly lanes: number;
  /** How far index nodes go until random streams need new numbers; infinite where none do. */
  readonly pageLength: number;
  /** Elements of a tile, of a crossed one, and states at a time. */
  readonly capacity: number;
  readonly crossedCapacity: number;
  readonly states: number;
  /** Rows that step the state of a kept column while it is in registers. */
  readonly steppedRows: number;
  /** Whether tiles are copied at all. */
  readonly tiled: boolean;
}

/** One level of the walk: `span` indices of `axis` at a time. */
export interface Loop {
  readonly extent: number;
  readonly span: number;
  readonly steps: readonly number[];
  readonly role: 'outer' | 'row' | 'col';
}

export interface NestPlan {
  readonly loops: readonly Loop[];
  /** The first `kept` loops are over kept axes. */
  readonly kept: number;
  readonly row: Axis;
  readonly col: Axis;
  /** Whether its tiles are copied. */
  readonly tiled: boolean;
  /** Whether loads are contiguous along its rows, and so its tiles read few cache lines of many pages. */
  readonly crossed: boolean;
  /** Whether what its tiles read in place is worth asking for before: runs end before prefetchers follow them. */
  readonly scattered: boolean;
}

/** Merges axes that are walked as one: whose inner one runs on where the outer one steps. */
export function collapse(axes: readonly Axis[]): Axis[] {
  const left = [...axes];
  for (let o = 0; o < left.length; o++) {
    for (let i = 0; i < left.length; i++) {
      const [outer, inner] = [left[o] as Axis, left[i] as Axis];
      if (o === i || outer.reduced !== inner.reduced || outer.extent === 0 || inner.extent === 0) continue;
      if (!outer.steps.every((s, k) => s === (inner.steps[k] as number) * inner.extent)) continue;
      left[i] = { ...inner, extent: outer.extent * inner.extent };
      left.splice(o, 1);
      return collapse(left);
    }
  }
  return left;
}

/** Rough nanoseconds: what reading or writing one element costs by how far apart neighbours are. */
const strideCost = (step: number): number => (step === 1 ? 0.3 : step === 0 ? 0.1 : 1.5);
/** What starting one more row costs: the inner loop's set-up, and a copy for every tile. */
const rowCost = { loop: 8, copy: 60 };

/** What it costs to go on in another page: tiles of their own, and numbers for them. */
const pageCost = 2000;

/** How often index nodes come to another page along an axis. */
function pagesAnElement({ steps }: Axis, { loads, indexes, pageLength }: NestShape): number {
  const longest = Math.max(0, ...steps.slice(loads, loads + indexes).map(Math.abs));
  return Math.min(1, longest / pageLength);
}

function columnCost(axis: Axis, shape: NestShape): number {
  const { loads, indexes, lanes, folds } = shape;
  const padded = (Math.ceil(axis.extent / lanes) * lanes) / axis.extent;
  const streams = axis.steps.filter((_, s) => s < loads || (!folds && s >= loads + indexes));
  const copies = streams.reduce((sum, step) => sum + strideCost(step), 0);
  const pages = pagesAnElement(axis, shape) * pageCost;
  return copies + pages + padded * 2 + (rowCost.loop + streams.length * rowCost.copy) / axis.extent;
}

/** Loads that are contiguous along the rows and far apart along the columns. */
const crossings = (row: Axis, col: Axis, { loads }: NestShape): number =>
  row.steps.filter((s, k) => k < loads && s === 1 && Math.abs(col.steps[k] as number) > 1).length;

/** How much is gained by having `axis` in the rows: loads that are contiguous along it, reduced states kept in registers. */
function rowValue(axis: Axis, col: Axis, shape: NestShape): number {
  return crossings(axis, col, shape) * 1e6 + (axis.reduced && !col.reduced ? 1e5 : 0) + Math.min(axis.extent, 4096);
}

const best = (axes: readonly Axis[], value: (axis: Axis) => number): Axis | undefined =>
  axes.reduce<Axis | undefined>((a, b) => (a === undefined || value(b) > value(a) ? b : a), undefined);

const single = (streams: number, reduced: boolean): Axis => ({
  extent: 1,
  reduced,
  steps: new Array<number>(streams).fill(0),
});

/** Rows of a tile that is crossed: some cache lines of every page that is visited; few, so that the other loads' runs are long. */
const crossedRows = 64;
/** Elements between the rows of such a tile: what is written down its columns would else fall on a few places of the cache. */
const crossedGap = 8;

/** Elements from a row of a tile to the next. */
export const pitchOf = (cols: number, lanes: number, crossed: boolean): number =>
  Math.ceil(cols / lanes) * lanes + (crossed ? crossedGap : 0);

/** Rows of a tile that step the states of kept columns, where they are copied: few, so that runs are long. */
const copiedRows = 4;

/** Elements of a run that prefetchers follow in time. */
const longRun = 2048;

/** Whether kept columns are stepped by rows that are read in place, in short runs far from each other. */
const isScattered = (row: Axis, cols: number, { loads, tiled }: NestShape): boolean =>
  !tiled && cols < longRun && row.steps.some((step, s) => s < loads && Math.abs(step) >= 2 * cols);

/** Rows and columns of a tile, and whether it is scattered. */
function spans(row: Axis, col: Axis, shape: NestShape, crossed: boolean): [number, number, boolean] {
  const { lanes, states, folds, tiled, steppedRows } = shape;
  const stepped = tiled ? copiedRows : steppedRows;
  const keeps = folds && !col.reduced;
  const most = crossed ? shape.crossedCapacity : shape.capacity;
  const capacity = keeps ? Math.min(most, steppedRows * states) : most;
  let cols = Math.min(col.extent, capacity);
  const colsBeside = (rows: number, gap = 0): number =>
    Math.max(64, Math.floor(capacity / Math.min(row.extent, rows) / 4) * 4 - gap);
  if (keeps) cols = Math.min(cols, states, colsBeside(stepped));
  else if (crossed) cols = Math.min(cols, colsBeside(crossedRows, crossedGap));
  const pitch = pitchOf(Math.max(1, cols), lanes, crossed);
  let rows = Math.max(1, Math.min(row.extent, Math.floor(capacity / pitch)));
  if (folds && col.reduced && !row.reduced) rows = Math.min(rows, Math.floor(states / lanes));
  const scattered = crossed || (keeps && isScattered(row, cols, shape));
  if (keeps && rows > steppedRows && rows < row.extent) rows -= rows % steppedRows;
  else if (!tiled && rows < row.extent && row.extent < 2 * rows) rows = Math.ceil(row.extent / 2);
  return [rows, Math.max(1, cols), scattered];
}

/** Plans the walk of a block with these axes (those of length 1 left out). */
export function planNest(axes: readonly Axis[], streams: number, shape: NestShape): NestPlan {
  const merged = collapse(axes);
  const col =
    best(merged, (a) => -columnCost({ ...a, extent: Math.max(a.extent, 1) }, shape)) ?? single(streams, shape.folds);
  const others = merged.filter((a) => a !== col);
  const fits = others.filter((a) => !shape.folds || col.reduced || a.reduced);
  const row = best(fits, (a) => rowValue(a, col, shape)) ?? single(streams, col.reduced || shape.folds);
  const crossed = crossings(row, col, shape) > 0;
  const [rows, cols, scattered] = spans(row, col, shape, crossed);
  const outer = others
    .filter((a) => a !== row)
    .map((a): Loop & { reduced: boolean } => ({ ...a, span: 1, role: 'outer' }));
  const alongRows: Loop & { reduced: boolean } = { ...row, span: rows, role: 'row' };
  const alongCols: Loop & { reduced: boolean } = { ...col, span: cols, role: 'col' };
  // The tile after this one continues what was crossed: its pages are at hand, and half read cache lines.
  const tile = crossed ? [alongCols, alongRows] : [alongRows, alongCols];
  const all = [...outer, ...tile];
  const kept = all.filter((l) => !l.reduced);
  return {
    loops: [...kept, ...all.filter((l) => l.reduced)],
    kept: kept.length,
    row,
    col,
    tiled: shape.tiled,
    crossed,
    scattered,
  };
}
