/** The class users hold: an expression with methods, which are installed from the tables. Nothing runs before `compute`. */
import { assigned } from './array/indexed.js';
import type { TableMethods } from './array/methods.js';
import { exprOf, isScalar } from './array/operands.js';
import type { Operand, Rank, ResultOf } from './array/types.js';
import { type Verb, verbs } from './array/verbs.js';
import {
  type Block,
  blocksOf,
  type ComputeOptions,
  computeExprs,
  persistExprs,
  profileExprs,
  type Stats,
} from './compute.js';
import { blockCount, gridOf, listOf } from './core/chunks.js';
import { asDType, bytesOf, type DType } from './core/dtype.js';
import { sizeOf } from './core/shape.js';
import type { IndexEntry } from './core/slice.js';
import { log } from './exec/log.js';
import { astype } from './expr/build.js';
import type { Expr } from './expr/types.js';
import { explain } from './observe/explain.js';
import { type LayerGraph, layerGraph } from './observe/graph.js';
import { repr } from './observe/repr.js';
import { showRuns } from './observe/terminal.js';
import { type VisualizeOptions, visualize } from './observe/visualize.js';

/** A value together with how computing it went. */
export interface Profile<V> {
  readonly value: V;
  readonly stats: Stats;
}

class LazyArray<D extends DType = DType, R extends Rank = Rank> {
  /** What is to be computed. */
  readonly expr: Expr;

  constructor(expr: Expr) {
    this.expr = expr;
  }

  /** The length of every axis. */
  get shape(): readonly number[] {
    return this.expr.shape;
  }

  /** The type of the elements. */
  get dtype(): D {
    return this.expr.dtype as D;
  }

  /** The lengths of the blocks along every axis. */
  get chunks(): readonly (readonly number[])[] {
    return this.expr.chunks.map(listOf);
  }

  /** Blocks along every axis. */
  get numblocks(): readonly number[] {
    return gridOf(this.expr.chunks);
  }

  /** Blocks in all. */
  get npartitions(): number {
    return blockCount(this.expr.chunks);
  }

  /** The number of axes. */
  get ndim(): number {
    return this.expr.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.expr.shape);
  }

  /** The bytes of one element. */
  get itemsize(): number {
    return bytesOf(this.expr.dtype);
  }

  /** The bytes that all elements take once computed. */
  get nbytes(): number {
    return this.size * this.itemsize;
  }

  /** The last operation and a digest of all that is computed: equal names mean equal values. */
  get name(): string {
    return this.expr.name;
  }

  /** The axes in reverse order. */
  get T(): ChunkedArray<D, R> {
    return new ChunkedArray((verbs.permuteDims as (x: unknown) => Expr)(this));
  }

  /** The elements as another dtype. Floats are truncated toward integers and held within their range; integers wrap. */
  astype<T extends DType>(dtype: T): ChunkedArray<T, R> {
    return new ChunkedArray(astype(this.expr, asDType('astype', dtype)));
  }

  /**
   * A new array with `value` where the index points, in the dtype of this one. The value is a number, or an array that
   * broadcasts to the part. `x.with(0, 1)`, `x.with([':', '2:4'], column)`.
   */
  with(index: IndexEntry | readonly IndexEntry[], value: Operand): ChunkedArray<D, R> {
    const entries = Array.isArray(index) ? (index as readonly IndexEntry[]) : [index as IndexEntry];
    const list = Array.isArray(value) ? { dtype: this.dtype } : {};
    return new ChunkedArray(assigned(this.expr, entries, isScalar(value) ? value : exprOf('with', value, list)));
  }

  /** The values: a number, bigint or boolean without axes, an NDArray otherwise. */
  async compute(options?: ComputeOptions): Promise<ResultOf<D, R>> {
    const [value] = await computeExprs([this.expr], options);
    return value as ResultOf<D, R>;
  }

  /** The values, computed and kept in memory as a new array with the same chunks. */
  async persist(options?: ComputeOptions): Promise<ChunkedArray<D, R>> {
    const [kept] = await persistExprs([this.expr], options);
    return new ChunkedArray(kept as Expr);
  }

  /** The values, with what computing them took. */
  async profile(options?: ComputeOptions): Promise<Profile<ResultOf<D, R>>> {
    const { values, stats } = await profileExprs([this.expr], options);
    return { value: values[0] as ResultOf<D, R>, stats };
  }

  /** The blocks as they are done, in any order and never more than a few at a time: `for await (const b of x.blocks())`. */
  blocks(options?: ComputeOptions): AsyncGenerator<Block<D>, void, undefined> {
    return blocksOf(this.expr, options) as AsyncGenerator<Block<D>, void, undefined>;
  }

  /** The layers as written: `String(x.graph)` lists them with their tasks and bytes. */
  get graph(): LayerGraph {
    return layerGraph([this.expr]);
  }

  /** The expression as written and as optimised, and the stages that would run, with the bytes of a task. Runs nothing. */
  explain(options?: ComputeOptions): string {
    return explain([this.expr], options);
  }

  /** The graph as SVG, DOT or JSON: returned, and written where a filename is given. */
  visualize(options?: VisualizeOptions): Promise<string> {
    return visualize([this.expr], options);
  }

  /** `visualize`, in British spelling. */
  visualise(options?: VisualizeOptions): Promise<string> {
    return this.visualize(options);
  }

  /** Shape, dtype, chunks and what computing would take, as `console.log` shows it. */
  toString(): string {
    return repr(this.expr, { title: 'ChunkedArray' });
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return repr(this.expr, { title: 'ChunkedArray' });
  }
}

/**
 * A lazy, chunked, n-dimensional array of dtype D. Methods make new arrays and run nothing; `compute`, `persist`,
 * `profile` and `blocks` run. R says whether it is known to have no axes.
 */
export interface ChunkedArray<D extends DType = DType, R extends Rank = Rank>
  extends LazyArray<D, R>,
    TableMethods<D, R> {}

interface ChunkedArrayConstructor {
  new <D extends DType, R extends Rank>(expr: Expr): ChunkedArray<D, R>;
  readonly prototype: ChunkedArray;
}

export const ChunkedArray = LazyArray as ChunkedArrayConstructor;

Object.defineProperty(LazyArray, 'name', { value: 'ChunkedArray' });

/** Not a loop here: V8 would compile the whole bundle's top level for the sake of one, a millisecond or more of the import. */
function addMethod([name, verb]: [string, Verb]): void {
  const method = {
    [name](this: ChunkedArray, ...args: unknown[]): ChunkedArray {
      return new ChunkedArray(verb(this, ...args));
    },
  };
  Object.defineProperty(LazyArray.prototype, name, { value: method[name], writable: true, configurable: true });
}
Object.entries(verbs).forEach(addMethod);

showRuns(log);
