/**
 * The kernel IR: what is computed for each element of a block, as plain data (frozen, structured-cloneable, JSON-able).
 *
 * A body is a list of nodes in dependency order; a node names its arguments by their position. Every node has the dtype
 * of its result. There is no control flow but `select` and `rare`, so a body means the same for one element and for a
 * vector of them.
 */
import type { AffineMap } from '../core/affine.js';
import type { DType } from '../core/dtype.js';

/** The position of a node in its body. */
export type Value = number;

/** A number; or text where JSON has no number for it: 'nan', 'inf', '-inf', '-0', and 64-bit integers in decimal. */
export type Literal = number | string | boolean;

export type Node =
  /** The element of load `load` (see Kernel.loads) that belongs to the current index. */
  | { readonly op: 'load'; readonly dtype: DType; readonly load: number }
  | { readonly op: 'const'; readonly dtype: DType; readonly value: Literal }
  /** `offset + sum(coefs[axis] * index[axis])` over the global index of the element, exact in int64. */
  | { readonly op: 'index'; readonly dtype: 'int64'; readonly offset: number; readonly coefs: readonly number[] }
  /** 64 random bits: word `word` of element args[0] (int64) of the stream; see kernel/random.ts. */
  | {
      readonly op: 'bits';
      readonly dtype: 'uint64';
      readonly generator: GeneratorName;
      /** Two 64-bit words in decimal: what the seed and the stream's number were hashed to. */
      readonly key: readonly [string, string];
      readonly word: number;
      readonly args: readonly [Value];
    }
  /** In expanded bodies: word args[0] of Weyl sequence `which` of a stream, in the page that is gone through; see kernel/random/weyl.ts. */
  | ({ readonly op: 'weyl'; readonly args: readonly [Value] } & StreamNumber)
  /** In expanded bodies: number `which` of those that a stream's key stands for, the same for all elements. */
  | ({ readonly op: 'seed' } & StreamNumber)
  /** args[0] converted to dtype. Float to integer truncates and saturates, NaN gives 0; integers wrap. */
  | { readonly op: 'cast'; readonly dtype: DType; readonly args: readonly [Value] }
  /** args[0]'s bits read as another dtype of the same width. Which bits a NaN has is not defined. */
  | { readonly op: 'bitcast'; readonly dtype: DType; readonly args: readonly [Value] }
  /** args[0] ? args[1] : args[2]; both are computed. */
  | { readonly op: 'select'; readonly dtype: DType; readonly args: readonly [Value, Value, Value] }
  /** A small constant table: `values[args[0]]`, the index (int64) clamped to the table. */
  | {
      readonly op: 'table';
      readonly dtype: DType;
      readonly values: readonly Literal[];
      readonly args: readonly [Value];
    }
  /**
   * args[0] ? slow(args[2...]) : args[1]. The slow body (whose `arg` nodes are args[2...] and whose last node is its
   * result) runs only for the elements whose condition holds: for what must be right but hardly ever happens.
   */
  | { readonly op: 'rare'; readonly dtype: DType; readonly slow: Body; readonly args: readonly Value[] }
  /** Argument `arg` of the slow body it stands in. */
  | { readonly op: 'arg'; readonly dtype: DType; readonly arg: number }
  /** A primitive: machine arithmetic, exact in meaning on every backend. Arguments have one dtype (see `primitives`). */
  | { readonly op: PrimitiveName; readonly dtype: DType; readonly args: readonly Value[] }
  /** A call of a function that `kernel/math` writes out in primitives before anything runs. */
  | { readonly op: 'call'; readonly fn: string; readonly dtype: DType; readonly args: readonly Value[] };

export type Body = readonly Node[];

export const generatorNames = ['weyl64', 'splitmix64', 'philox4x32'] as const;
export type GeneratorName = (typeof generatorNames)[number];

/** A number that word `word` of a random stream has, and which is read from memory, so that code does not depend on keys. */
export interface StreamNumber {
  readonly dtype: 'uint64';
  readonly generator: GeneratorName;
  readonly key: readonly [string, string];
  readonly word: number;
  readonly which: number;
}

/**
 * The primitives. `on` says for which dtypes; `args` how many arguments (all of one dtype) and `result` what comes out:
 * 'same' as the arguments, or bool. Integers wrap. Comparisons with NaN are false (notEqual: true).
 */
export const primitives = {
  add: { args: 2, on: 'number', result: 'same', says: 'a + b; integers wrap' },
  subtract: { args: 2, on: 'number', result: 'same', says: 'a - b; integers wrap' },
  multiply: { args: 2, on: 'number', result: 'same', says: 'a * b; integers wrap' },
  divide: { args: 2, on: 'float', result: 'same', says: 'a / b' },
  /** Toward minus infinity; by zero gives 0; INT_MIN / -1 wraps to INT_MIN. Floats: NumPy's npy_floor_divide is a call. */
  floorDivide: { args: 2, on: 'integer', result: 'same', says: 'floor(a / b); by zero 0' },
  /** With the sign of the divisor; by zero gives 0. */
  remainder: { args: 2, on: 'integer', result: 'same', says: 'a - floor(a / b) * b; by zero 0' },
  negative: { args: 1, on: 'number', result: 'same', says: '-a; integers wrap' },
  abs: { args: 1, on: 'number', result: 'same', says: '|a|; INT_MIN stays' },
  sqrt: { args: 1, on: 'float', result: 'same', says: 'correctly rounded' },
  floor: { args: 1, on: 'float', result: 'same', says: 'toward minus infinity' },
  ceil: { args: 1, on: 'float', result: 'same', says: 'toward infinity' },
  trunc: { args: 1, on: 'float', result: 'same', says: 'toward zero' },
  round: { args: 1, on: 'float', result: 'same', says: 'to nearest, ties to even' },
  /** NaN if either is NaN; -0 counts as less than +0. */
  minimum: { args: 2, on: 'number', result: 'same', says: 'the smaller; NaN wins' },
  maximum: { args: 2, on: 'number', result: 'same', says: 'the larger; NaN wins' },
  copysign: { args: 2, on: 'float', result: 'same', says: 'magnitude of a, sign bit of b' },
  equal: { args: 2, on: 'any', result: 'bool', says: 'a == b' },
  notEqual: { args: 2, on: 'any', result: 'bool', says: 'a != b' },
  less: { args: 2, on: 'any', result: 'bool', says: 'a < b' },
  lessEqual: { args: 2, on: 'any', result: 'bool', says: 'a <= b' },
  greater: { args: 2, on: 'any', result: 'bool', says: 'a > b' },
  greaterEqual: { args: 2, on: 'any', result: 'bool', says: 'a >= b' },
  /** Bitwise on integers, logical on bool. */
  and: { args: 2, on: 'bits', result: 'same', says: 'a & b' },
  or: { args: 2, on: 'bits', result: 'same', says: 'a | b' },
  xor: { args: 2, on: 'bits', result: 'same', says: 'a ^ b' },
  not: { args: 1, on: 'bits', result: 'same', says: '~a' },
  /** A count >= the width (or negative) shifts everything out. */
  shiftLeft: { args: 2, on: 'integer', result: 'same', says: 'a << b; b >= width gives 0' },
  shiftRight: {
    args: 2,
    on: 'integer',
    result: 'same',
    says: 'a >> b, arithmetic if signed; b >= width gives 0 or -1',
  },
} as const;

export type PrimitiveName = keyof typeof primitives;
export type NodeOp = Node['op'];

/** Where one element comes from: plane `plane` of input `input`, at `map(index)`. All loads of one input share one map. */
export interface Load {
  readonly input: number;
  readonly plane: number;
  readonly dtype: DType;
  readonly map: AffineMap;
}

/** A body with named ends: `arg` nodes 0..args.length-1 are what it is given, `results` what it gives back. */
export interface Routine {
  readonly args: readonly DType[];
  readonly body: Body;
  readonly results: readonly Value[];
}

/**
 * A reduction as routines over a state of a few components. Any grouping of steps and merges must give the same
 * finished value, so that chunks, lanes and threads never show.
 */
export interface Fold {
  readonly name: string;
  readonly state: readonly DType[];
  /** The state of no elements. */
  readonly init: readonly Literal[];
  /** (state..., values...) to state. */
  readonly step: Routine;
  /** (state...) to state: what is left of `init` taken out of states that were stepped, before any is merged, finished or written. */
  readonly settle?: Routine;
  /** (state..., state...) to state. */
  readonly merge: Routine;
  /** (state...) to one value. */
  readonly finish: Routine;
  /**
   * The state is a pair of float64 whose exact sum a step adds one value to: several values may be summed first, in whatever way
   * loses no more than steps do.
   */
  readonly addsToPair?: true;
}

export type Output =
  /** The value at every index of the block. */
  | { readonly kind: 'store'; readonly dtype: DType; readonly value: Value }
  /**
   * `fold` over Kernel.reduced. `values` are fed to its step (`feed: 'values'`), or are one value a state component fed
   * to its merge (`feed: 'states'`). What is written: the state, one plane a component, or, with `finish`, the finished
   * value as one plane.
   */
  | {
      readonly kind: 'reduce';
      readonly fold: Fold;
      readonly feed: 'values' | 'states';
      readonly values: readonly Value[];
      readonly finish: boolean;
    }
  /**
   * `fold` along the one axis of Kernel.reduced, written at every index: of what is fed up to it, or, `exclusive`, before
   * it. `before` is the state of what comes before the block, one value a component, or nothing where the block is first.
   */
  | {
      readonly kind: 'scan';
      readonly fold: Fold;
      readonly feed: 'values' | 'states';
      readonly values: readonly Value[];
      readonly before: readonly Value[];
      readonly exclusive: boolean;
      readonly finish: boolean;
    }
  /**
   * Products of matrices over axes (..., m, n, k): `left` * `right`, two loads, summed along k, the one axis of
   * Kernel.reduced. Panels of `panelLength` are summed each for itself from 0 on, in ascending order and with every step
   * rounded, and then each other in that order. `left` does not move along n, `right` not along m, and blocks hold all of k.
   */
  | { readonly kind: 'dot'; readonly dtype: ProductDType; readonly left: Value; readonly right: Value };

/** The dtypes that matrices are multiplied in. */
export const productDTypes = ['float32', 'float64', 'int32', 'int64', 'uint32', 'uint64'] as const;
export type ProductDType = (typeof productDTypes)[number];
export const panelLength = 256;

/** The dtypes of the planes that an output writes. */
export const planesOf = (output: Output): readonly DType[] => {
  if (output.kind === 'store' || output.kind === 'dot') return [output.dtype];
  const { fold, finish } = output;
  if (!finish) return fold.state;
  return [(fold.finish.body[fold.finish.results[0] as number] as Node).dtype];
};

/** Whether an output has one element a block along Kernel.reduced. */
export const reducesAxes = ({ kind }: Output): boolean => kind === 'reduce' || kind === 'dot';

/** One fused loop nest over a block of the iteration space, whose rank is `rank`. */
export interface Kernel {
  readonly rank: number;
  readonly loads: readonly Load[];
  readonly body: Body;
  /** The axes that every reduce output reduces (they stay, with length 1, in its shape; so for 'dot'), or the one a scan follows. */
  readonly reduced: readonly number[];
  readonly outputs: readonly Output[];
}

/** The product that a kernel is, if it is one: then it computes nothing else. */
export const productIn = ({ outputs: [output] }: Kernel): (Output & { kind: 'dot' }) | undefined =>
  output?.kind === 'dot' ? output : undefined;

const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

/** The JSON-safe form of a scalar of dtype `d`. */
export function toLiteral(value: number | bigint | boolean, d: DType): Literal {
  if (d === 'bool') return Boolean(value);
  if (d === 'int64' || d === 'uint64') return BigInt(value).toString();
  const n = d === 'float32' ? Math.fround(Number(value)) : Number(value);
  if (Number.isNaN(n)) return 'nan';
  if (n === Number.POSITIVE_INFINITY) return 'inf';
  if (n === Number.NEGATIVE_INFINITY) return '-inf';
  return Object.is(n, -0) ? '-0' : n;
}

/** The scalar a literal stands for: bigint for 64-bit integers, boolean for bool, number for the rest. */
export function fromLiteral(value: Literal, d: DType): number | bigint | boolean {
  if (d === 'bool') return Boolean(value);
  if (d === 'int64' || d === 'uint64') return BigInt(value);
  if (typeof value === 'string') return special[value] ?? Number(value);
  return Number(value);
}
