/** The types of the methods and functions that come from the tables. Their documentation is that of the rows. */
import type { ChunkedArray } from '../array.js';
import type { DType } from '../core/dtype.js';
import type { Expr } from '../expr/types.js';
import type { aliases } from '../ops/aliases.js';
import type { binary } from '../ops/binary.js';
import type { reductions } from '../ops/reduction.js';
import type { scans } from '../ops/scans.js';
import type { ternary } from '../ops/ternary.js';
import type { unary } from '../ops/unary.js';
import type { products, TensordotAxes, VecdotOptions } from './products.js';
import type {
  Common,
  CommonWith,
  DTypeOf,
  Given,
  Operand,
  Promote,
  Rank,
  RankOf,
  ReductionFunction,
  ReductionMethod,
  ScanFunction,
  ScanMethod,
  Wider,
} from './types.js';
import type { views } from './views.js';

type Unary = typeof unary;
type Binary = typeof binary;
type Ternary = typeof ternary;
type Reductions = typeof reductions;
type Scans = typeof scans;
type Views = typeof views;
type Products = typeof products;
type Aliases = typeof aliases;

/** What the missing of a bound is written as. */
type Bound = Operand | null | undefined;

interface TernaryMethodTypes<D extends DType, R extends Rank> {
  where: <const X extends Operand, const Y extends Operand>(
    x: X,
    y: Y,
  ) => ChunkedArray<Common<X, Y>, Wider<R, Wider<RankOf<X>, RankOf<Y>>>>;
  clip: <const Low extends Bound, const High extends Bound = undefined>(
    low: Low,
    high?: High,
  ) => ChunkedArray<Clipped<D, Low, High>, R>;
}
type Beside<D extends DType, Y> = Y extends null | undefined ? D : CommonWith<D, Y>;
type Clipped<D extends DType, Low, High> = Promote<Beside<D, Low>, Beside<D, High>>;

interface TernaryFunctionTypes {
  where: <const C extends Operand, const X extends Operand, const Y extends Operand>(
    condition: C,
    x: X,
    y: Y,
  ) => ChunkedArray<Common<X, Y>, Wider<RankOf<C>, Wider<RankOf<X>, RankOf<Y>>>>;
  clip: <X extends Operand, const Low extends Bound, const High extends Bound = undefined>(
    x: X,
    low: Low,
    high?: High,
  ) => ChunkedArray<Clipped<DTypeOf<X>, Low, High>, RankOf<X>>;
}

/** Of vectors alone, matmul, dot, vecdot and tensordot give arrays without axes; of which shapes tell, not types. */
interface ProductMethodTypes<D extends DType> {
  matmul: <Y extends Operand>(y: Y) => ChunkedArray<Promote<D, DTypeOf<Y>>, 'array'>;
  dot: <const Y extends Operand>(y: Y) => ChunkedArray<CommonWith<D, Y>>;
  vecdot: <Y extends Operand>(y: Y, options?: VecdotOptions) => ChunkedArray<Promote<D, DTypeOf<Y>>>;
  tensordot: <Y extends Operand>(y: Y, axes?: TensordotAxes) => ChunkedArray<Promote<D, DTypeOf<Y>>>;
  vdot: <Y extends Operand>(y: Y) => ChunkedArray<Promote<D, DTypeOf<Y>>, 'scalar'>;
  outer: <Y extends Operand>(y: Y) => ChunkedArray<Promote<D, DTypeOf<Y>>, 'array'>;
}
type Product<X, Y, R extends Rank = Rank> = ChunkedArray<Promote<DTypeOf<X>, DTypeOf<Y>>, R>;
interface ProductFunctionTypes {
  matmul: <X extends Operand, Y extends Operand>(x: X, y: Y) => Product<X, Y, 'array'>;
  dot: <const X extends Operand, const Y extends Operand>(x: X, y: Y) => ChunkedArray<Common<X, Y>>;
  vecdot: <X extends Operand, Y extends Operand>(x: X, y: Y, options?: VecdotOptions) => Product<X, Y>;
  tensordot: <X extends Operand, Y extends Operand>(x: X, y: Y, axes?: TensordotAxes) => Product<X, Y>;
  vdot: <X extends Operand, Y extends Operand>(x: X, y: Y) => Product<X, Y, 'scalar'>;
  outer: <X extends Operand, Y extends Operand>(x: X, y: Y) => Product<X, Y, 'array'>;
}

/** The arguments after the array. */
type Rest<F> = F extends (x: Expr, ...rest: infer A) => Expr ? A : never;

type UnaryMethods<D extends DType, R extends Rank> = {
  [K in keyof Unary]: () => ChunkedArray<Given<Unary[K], D>, R>;
};
type BinaryMethods<D extends DType, R extends Rank> = {
  [K in keyof Binary]: <const Y extends Operand>(
    y: Y,
  ) => ChunkedArray<Given<Binary[K], CommonWith<D, Y>>, Wider<R, RankOf<Y>>>;
};
type TernaryMethods<D extends DType, R extends Rank> = { [K in keyof Ternary]: TernaryMethodTypes<D, R>[K] };
type ReductionMethods<D extends DType, R extends Rank> = {
  [K in keyof Reductions]: ReductionMethod<K, D, R>;
};
type ScanMethods<D extends DType> = { [K in keyof Scans]: ScanMethod<D> };
type ViewMethods<D extends DType> = {
  [K in keyof Views]: (...args: Rest<Views[K]>) => ChunkedArray<D, 'array'>;
};
type ProductMethods<D extends DType> = { [K in keyof Products]: ProductMethodTypes<D>[K] };
type Elementwise<D extends DType, R extends Rank> = UnaryMethods<D, R> & BinaryMethods<D, R>;
type AliasMethods<D extends DType, R extends Rank> = { [K in keyof Aliases]: Elementwise<D, R>[Aliases[K]] };

/** Every function of the tables as a method of its first array. */
export type TableMethods<D extends DType, R extends Rank> = UnaryMethods<D, R> &
  BinaryMethods<D, R> &
  TernaryMethods<D, R> &
  ReductionMethods<D, R> &
  ScanMethods<D> &
  ViewMethods<D> &
  ProductMethods<D> &
  AliasMethods<D, R>;

type UnaryFunctions = {
  [K in keyof Unary]: <X extends Operand>(x: X) => ChunkedArray<Given<Unary[K], DTypeOf<X>>, RankOf<X>>;
};
type BinaryFunctions = {
  [K in keyof Binary]: <const X extends Operand, const Y extends Operand>(
    x: X,
    y: Y,
  ) => ChunkedArray<Given<Binary[K], Common<X, Y>>, Wider<RankOf<X>, RankOf<Y>>>;
};
type TernaryFunctions = { [K in keyof Ternary]: TernaryFunctionTypes[K] };
type ReductionFunctions = { [K in keyof Reductions]: ReductionFunction<K> };
type ScanFunctions = { [K in keyof Scans]: ScanFunction };
type ViewFunctions = {
  [K in keyof Views]: <X extends Operand>(x: X, ...args: Rest<Views[K]>) => ChunkedArray<DTypeOf<X>, 'array'>;
};
type ProductFunctions = { [K in keyof Products]: ProductFunctionTypes[K] };
type ElementwiseFunctions = UnaryFunctions & BinaryFunctions;
type AliasFunctions = { [K in keyof Aliases]: ElementwiseFunctions[Aliases[K]] };

/** Every function of the tables on its own. */
export type TableFunctions = UnaryFunctions &
  BinaryFunctions &
  TernaryFunctions &
  ReductionFunctions &
  ScanFunctions &
  ViewFunctions &
  ProductFunctions &
  AliasFunctions;
