/** Rows of the reduction table applied to an array. */
import { type AffineMap, followMap, identityMap } from '../core/affine.js';
import { blocks, type Chunks, type Cuts, maxBlock, whole } from '../core/chunks.js';
import { asDType, type DType, promote } from '../core/dtype.js';
import { ArgumentError, AxisError, DTypeError, EmptyReductionError, ShapeError } from '../core/errors.js';
import { asAxes, asAxis, formatShape, sameShape, sizeOf, stridesOf } from '../core/shape.js';
import { Builder } from '../kernel/builder.js';
import type { Fold, Routine, Value } from '../kernel/ir.js';
import { fromLiteral } from '../kernel/ir.js';
import { convert } from '../ops/shared.js';
import { accepts, type FoldSpec, type Named, type ReductionRow } from '../ops/types.js';
import { bodyOf, prune } from './body.js';
import { map, reduce } from './nodes.js';
import type { Expr } from './types.js';

/** How many blocks are merged at a time: over all axes together, or `{ axis: n }`. */
export type SplitEvery = number | { readonly [axis: number]: number };

export interface ReductionOptions {
  /** The axes to reduce, all without it. */
  readonly axis?: number | readonly number[] | null | undefined;
  /** Reduced axes stay, with length 1. */
  readonly keepdims?: boolean | undefined;
  /** Taken off the count in the divisor of var and std: 0 for a population, 1 for a sample. */
  readonly correction?: number | undefined;
  /** NumPy's name for `correction`. */
  readonly ddof?: number | undefined;
  readonly splitEvery?: SplitEvery | undefined;
  /** 'exact': the exact sum or mean, rounded once, whatever the elements; slower. For sum, mean, nansum and nanmean. */
  readonly method?: 'exact' | undefined;
  /** The dtype of the result, where the reduction lets one choose. */
  readonly dtype?: DType | undefined;
  /** The order of a norm, 2 without it. */
  readonly ord?: number | undefined;
  /** What elements count in an average: of the shape of the array, or of the lengths of the named axes. */
  readonly weights?: Expr | undefined;
}

/** `row` over the axes of `x`. What is folded, and in what, is decided here; how blocks are merged, by the optimizer. */
export function reduction(row: Named<ReductionRow>, x: Expr, options: ReductionOptions = {}): Expr {
  const axes = axesOf(row, x, options);
  const weights = options.weights && weightsOf(row, x, options.weights, axes, options.axis);
  const spec = foldSpec(row, x, axes, options);
  const splitEvery = splitOf(row.name, x, axes, options.splitEvery);
  const keepdims = options.keepdims ?? false;
  const reduced = x.chunks.map((cuts, axis) => (axes.includes(axis) ? whole(1) : cuts));
  const chunks = Object.freeze(keepdims ? reduced : reduced.filter((_, axis) => !axes.includes(axis)));
  refuseEmpty(row, x, chunks, spec.count);
  const b = new Builder();
  const element = convert(b, b.push({ op: 'load', dtype: x.dtype, load: 0 }), spec.takes);
  const value = row.prepare === undefined ? element : row.prepare(b, element);
  const values = [value, ...feed(b, row, x, axes, weights)];
  const fold = foldOf(row, spec, options.method);
  const { inputs, loads } = readsOf(x, weights);
  const label = row.name;
  if (axes.length === 0) return map({ label, inputs, loads, body: bodyOf(b, foldOne(b, fold, values)), chunks });
  const fed = prune(b.nodes, values);
  return reduce({
    label,
    inputs,
    loads,
    body: fed.body,
    values: fed.values,
    dtype: spec.gives,
    chunks,
    phase: 'whole',
    fold,
    axes: Object.freeze(axes),
    keepdims,
    splitEvery,
    domainChunks: x.chunks,
  });
}

/** Weights, and where each is found from the index of an element. */
interface Weights {
  readonly expr: Expr;
  readonly map: AffineMap;
}

/** Weights of the whole shape, or of the lengths of the axes as they were named. */
function weightsOf(
  row: Named<ReductionRow>,
  x: Expr,
  expr: Expr,
  axes: readonly number[],
  named: ReductionOptions['axis'],
): Weights {
  if (sameShape(expr.shape, x.shape)) return { expr, map: identityMap(x.shape.length) };
  const along =
    typeof named === 'object' && named !== null ? named.map((a) => asAxis(row.name, a, x.shape.length)) : axes;
  const lengths = along.map((axis) => x.shape[axis] as number);
  if (named !== undefined && named !== null && sameShape(expr.shape, lengths)) {
    return { expr, map: followMap(along) };
  }
  const fits = named === undefined || named === null ? '' : ` or ${formatShape(lengths)}`;
  throw new ShapeError(
    row.name,
    `weights of shape ${formatShape(expr.shape)} do not fit an array of shape ${formatShape(x.shape)}`,
    { hint: `weights of shape ${formatShape(x.shape)}${fits}; those of one axis need that axis: { axis: 0, weights }` },
  );
}

const readsOf = (x: Expr, weights: Weights | undefined) => {
  const own = { input: 0, map: identityMap(x.shape.length) };
  if (weights === undefined) return { inputs: [x], loads: [own] };
  return { inputs: [x, weights.expr], loads: [own, { input: 1, map: weights.map }] };
};

/** What the fold is fed beside the element: its index, or its weight. */
function feed(b: Builder, row: ReductionRow, x: Expr, axes: readonly number[], weights: Weights | undefined): Value[] {
  if (row.index) return [indexValue(b, x, axes)];
  if (weights === undefined) return [];
  return [convert(b, b.push({ op: 'load', dtype: weights.expr.dtype, load: 1 }), 'float64')];
}

/** Folds made before, by row and what they were made for: writing one out takes longer than all else here. */
const folds = new WeakMap<ReductionRow, Map<string, Fold>>();
const mostFolds = 100;

export function foldOf(row: Named<ReductionRow>, spec: FoldSpec, method: unknown): Fold {
  const write = writerOf(row, method);
  const made = folds.get(row) ?? new Map<string, Fold>();
  const key = `${spec.of} ${spec.takes} ${spec.gives} ${spec.count} ${spec.correction} ${spec.ord} ${spec.weighted} ${method}`;
  const fold = made.get(key) ?? write(spec);
  if (made.size >= mostFolds) made.clear();
  folds.set(row, made.set(key, fold));
  return fold;
}

/** The row's fold for a method. */
function writerOf(row: Named<ReductionRow>, method: unknown): ReductionRow['fold'] {
  if (method === undefined) return row.fold;
  if (method === 'exact' && row.exact !== undefined) return row.exact;
  const hint = row.exact === undefined ? `${row.name}() without a method` : "method: 'exact', or none";
  throw new ArgumentError(row.name, `${row.name} has no method ${JSON.stringify(method)}`, { hint });
}

function axesOf(row: Named<ReductionRow>, x: Expr, { axis }: ReductionOptions): number[] {
  const axes = asAxes(row.name, axis, x.shape.length);
  if (row.index && axes.length !== 1 && axes.length !== x.shape.length) {
    throw new AxisError(row.name, `an index is counted along one axis or along all, not along [${axes.join(', ')}]`, {
      hint: `${row.name}({ axis: ${axes[0] ?? 0} }), or no axis for the position in the flattened array`,
    });
  }
  return axes;
}

export function foldSpec(
  row: Named<ReductionRow>,
  x: Expr,
  axes: readonly number[],
  options: ReductionOptions,
): FoldSpec {
  if (!accepts[row.on].test(x.dtype)) {
    throw new DTypeError(row.name, `there is no ${row.name} of ${x.dtype}, only of ${accepts[row.on].says}`, {
      hint: `x.astype('int64').${row.name}()`,
    });
  }
  const correction = options.correction ?? options.ddof ?? 0;
  if (!Number.isFinite(correction))
    throw new ArgumentError(row.name, `correction must be a finite number, got ${correction}`);
  const { weights, ord = 2 } = options;
  if (typeof ord !== 'number' || Number.isNaN(ord))
    throw new ArgumentError(row.name, `the order of a norm is a number, got ${ord}`);
  const of = weights === undefined ? x.dtype : promote(x.dtype, weights.dtype);
  const gives = options.dtype === undefined ? row.gives(of) : chosenDType(row, options.dtype);
  const count = sizeOf(axes.map((axis) => x.shape[axis] as number));
  return { takes: row.takes(of, gives), gives, of, count, correction, ord, weighted: weights !== undefined };
}

function chosenDType(row: Named<ReductionRow>, given: unknown): DType {
  const dtype = asDType(row.name, given);
  const allowed = row.chooses === undefined ? undefined : accepts[row.chooses];
  if (allowed?.test(dtype)) return dtype;
  throw new DTypeError(
    row.name,
    `cannot give ${dtype}${allowed === undefined ? ': its dtype is not a choice' : `, only ${allowed.says}`}`,
    {
      hint: `${row.name}(...).astype('${dtype}')`,
    },
  );
}

function refuseEmpty(row: Named<ReductionRow>, x: Expr, chunks: Chunks, count: number): void {
  const results = chunks.reduce((n, cuts) => n * cuts.length, 1);
  if (row.empty || count > 0 || results === 0) return;
  throw new EmptyReductionError(
    row.name,
    `there is no ${row.name} of no elements, and shape ${formatShape(x.shape)} has an axis of length 0`,
    {
      hint: 'leave that axis out, or test x.size first',
    },
  );
}

/** The position of an element along the reduced axis, or in the flattened array. */
function indexValue(b: Builder, x: Expr, axes: readonly number[]): Value {
  const strides = stridesOf(axes.map((axis) => x.shape[axis] as number));
  const coefs = x.shape.map((_, axis) => (axes.includes(axis) ? (strides[axes.indexOf(axis)] as number) : 0));
  return b.push({ op: 'index', dtype: 'int64', offset: 0, coefs });
}

/** A reduction over no axes: every element alone, through step and finish. */
function foldOne(b: Builder, fold: Fold, values: readonly Value[]): Value {
  const call = (routine: Routine, args: readonly Value[]): Value[] => {
    const at = b.inline(routine.body, (node) => (node.op === 'arg' ? (args[node.arg] as Value) : node));
    return routine.results.map((v) => at[v] as Value);
  };
  const init = fold.init.map((literal, i) =>
    b.const(fromLiteral(literal, fold.state[i] as DType), fold.state[i] as DType),
  );
  return call(fold.finish, call(fold.step, [...init, ...values]))[0] as Value;
}

/** Beyond so many blocks the default merges many at a time, for then what counts is the number of tasks. */
const manyBlocks = 1000;
/** Up to so many blocks are merged in one go, where that takes a millisecond or two: a level more takes as long to hand out. */
const fewBlocks = 64;
const briefElements = 2 ** 19;
/** States of fewer elements are merged by who hands out tasks, which makes levels cheap. */
const handedOut = 2048;
/** Of states that have no more elements, eight are some megabytes. */
const fewElements = 65_536;
const fanIn = { usual: 4, smallStates: 8, manyBlocks: 32 };

/** How many blocks one merge takes, of `meeting` blocks whose states have at most `kept` elements. */
function usualFanIn(meeting: number, kept: number): number {
  if (meeting > manyBlocks) return fanIn.manyBlocks;
  const usual = kept <= fewElements ? fanIn.smallStates : fanIn.usual;
  const inOneGo = meeting <= fewBlocks && kept >= handedOut && meeting * kept <= briefElements;
  return inOneGo ? Math.max(meeting, usual) : usual;
}

/**
 * How many blocks one merge takes along each axis: over n axes that are cut, the nth root of what it takes in all, at least 2.
 * Dask's rule is about 4; where the states of a block are small it is 8 here, all of a few dozen blocks if merging them is
 * brief, and 32 where more than a thousand meet in one result.
 */
function splitOf(
  operation: string,
  x: Expr,
  axes: readonly number[],
  given: SplitEvery | undefined,
): readonly number[] {
  const along = (axis: number): number => blocks(x.chunks[axis] as Cuts);
  const cut = Math.max(1, axes.filter((axis) => along(axis) > 1).length);
  const each = (total: number): number => Math.max(2, Math.floor(total ** (1 / cut) + 1e-9));
  if (typeof given === 'number') {
    const every = each(checkedSplit(operation, given));
    return Object.freeze(axes.map(() => every));
  }
  const meeting = axes.reduce((n, axis) => n * along(axis), 1);
  const kept = x.chunks.reduce((n, cuts, axis) => (axes.includes(axis) ? n : n * maxBlock(cuts)), 1);
  const total = usualFanIn(meeting, kept);
  const usual = (axis: number): number => (total === meeting ? Math.max(2, along(axis)) : each(total));
  const named = new Map(
    Object.entries(given ?? {}).map(([axis, n]) => [
      asAxis(operation, Number(axis), x.shape.length),
      checkedSplit(operation, n),
    ]),
  );
  return Object.freeze(axes.map((axis) => named.get(axis) ?? usual(axis)));
}

function checkedSplit(operation: string, n: number): number {
  if (Number.isInteger(n) && n >= 2) return n;
  throw new ArgumentError(operation, `splitEvery must be an integer of at least 2, got ${n}`, {
    hint: 'splitEvery: 4',
  });
}
