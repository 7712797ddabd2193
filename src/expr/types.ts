/** The lazy graph: what users have said, as frozen nodes with uniform `inputs`. */
import type { AffineMap } from '../core/affine.js';
import type { Chunks } from '../core/chunks.js';
import type { DType } from '../core/dtype.js';
import type { Body, Fold, GeneratorName, ProductDType } from '../kernel/ir.js';

interface Common {
  /** What the layer is called: 'sqrt', 'uniform', 'mean'. */
  readonly label: string;
  /** label-token, unique to what the node computes: equal names mean equal values. */
  readonly name: string;
  readonly inputs: readonly Expr[];
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly chunks: Chunks;
  /** Names of the expressions fused into this one, producers first and its own last. Absent where it is only itself. */
  readonly layers?: readonly string[];
}

/** Blocks that exist already. */
export interface SourceExpr extends Common {
  readonly kind: 'source';
  readonly source: SourceSpec;
}

/** `body` at every index, over inputs read through affine maps. No inputs: zeros, arange, random. */
export interface MapExpr extends Common {
  readonly kind: 'map';
  readonly loads: readonly { readonly input: number; readonly map: AffineMap }[];
  /** Its last node is the value. */
  readonly body: Body;
}

/** The input seen through an index map. */
export interface ViewExpr extends Common {
  readonly kind: 'view';
  readonly map: AffineMap;
}

/**
 * A reduction of `body` (a map body over the input's loads, evaluated on the iteration space `domain`) along `axes`.
 * phase 'whole' is what users write; the optimizer splits it into partial (a state a block), merge (a state a group of
 * blocks) and finish (the value a group). Partial and merge have one plane a state component, and length
 * numblocks along the axes, in chunks of 1.
 */
export interface ReduceExpr extends Common {
  readonly kind: 'reduce';
  readonly phase: 'whole' | 'partial' | 'merge' | 'finish';
  readonly fold: Fold;
  readonly axes: readonly number[];
  /** Whether the axes stay, with length 1. Always true but in 'whole' and 'finish'. */
  readonly keepdims: boolean;
  /** How many blocks are merged at a time, an axis of `axes` each. */
  readonly splitEvery: readonly number[];
  /** What is folded: bodies over the loads below, the last nodes being the values the fold's step takes. */
  readonly loads: readonly { readonly input: number; readonly map: AffineMap }[];
  readonly body: Body;
  readonly values: readonly number[];
  /** The iteration space (the shape and chunks of what is reduced). */
  readonly domain: readonly number[];
  readonly domainChunks: Chunks;
}

/**
 * A fold of `body` along one axis, with its finished value at every index: what is folded up to there. The planner makes
 * three stages of it: the state of every block, the states before every block, and the blocks themselves.
 */
export interface ScanExpr extends Common {
  readonly kind: 'scan';
  readonly fold: Fold;
  readonly axis: number;
  readonly loads: readonly { readonly input: number; readonly map: AffineMap }[];
  readonly body: Body;
  /** What the fold's step takes, among the nodes of the body. */
  readonly values: readonly number[];
}

/**
 * Products of two matrices, or of stacks of them, over the axes (..., m, n, k) of `domainChunks`: summed along k, which is
 * one block, in panels (see Output in kernel/ir.ts). Its shape is (..., m, n).
 */
export interface DotExpr extends Common {
  readonly kind: 'dot';
  readonly dtype: ProductDType;
  /** Where the elements of the left and the right matrix are, from an index of the domain. */
  readonly loads: readonly [left: AffineMap, right: AffineMap];
  readonly domainChunks: Chunks;
}

/** The inputs one after the other along `axis`. */
export interface ConcatExpr extends Common {
  readonly kind: 'concat';
  readonly axis: number;
}

/** The input in other chunks. */
export interface RechunkExpr extends Common {
  readonly kind: 'rechunk';
}

/** The input's elements, in row-major order, in another shape. */
export interface ReshapeExpr extends Common {
  readonly kind: 'reshape';
}

export type Expr =
  | SourceExpr
  | MapExpr
  | ViewExpr
  | ReduceExpr
  | ScanExpr
  | DotExpr
  | ConcatExpr
  | RechunkExpr
  | ReshapeExpr;

/** Where the blocks of a source are. */
export type SourceSpec =
  /** One row-major array in memory, shared between threads where its buffer is a SharedArrayBuffer. */
  | {
      readonly kind: 'memory';
      readonly data: import('../core/dtype.js').TypedArray;
      readonly strides: readonly number[];
      readonly offset: number;
    }
  /** Elements of one file (or URL that answers ranges), from byte `offset` on, in row- or column-major order. */
  | {
      readonly kind: 'file';
      readonly url: string;
      readonly offset: number;
      readonly order: 'C' | 'F';
      readonly littleEndian: boolean;
    }
  /** Random values that rejection makes, element by element: see store/distribution.ts. */
  | {
      readonly kind: 'distribution';
      readonly distribution: DistributionName;
      readonly params: readonly number[];
      readonly generator: GeneratorName;
      readonly key: readonly [string, string];
      readonly shape: readonly number[];
    };

/** The distributions whose draws use an unknown number of random words. gamma and beta are float64, the others int64. */
export type DistributionName = 'gamma' | 'beta' | 'poisson' | 'binomial';
