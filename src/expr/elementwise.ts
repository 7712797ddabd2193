/** Rows of the elementwise tables applied to arrays and numbers. */
import { broadcastMap } from '../core/affine.js';
import { blockCount, type Chunks, type Cuts, largestBlock } from '../core/chunks.js';
import {
  bytesOf,
  type DType,
  integerRange,
  isInteger,
  promote,
  type Scalar,
  scalarDType,
  weakDType,
} from '../core/dtype.js';
import { DTypeError } from '../core/errors.js';
import { broadcastShapes, sizeOf } from '../core/shape.js';
import { Builder } from '../kernel/builder.js';
import type { Value } from '../kernel/ir.js';
import { convert } from '../ops/shared.js';
import { accepts, conversions, type ElementwiseRow, type Named } from '../ops/types.js';
import { bodyOf } from './body.js';
import { fillChunks, type LoadSpec, map } from './nodes.js';
import type { Expr, MapExpr } from './types.js';

export type Operand = Expr | Scalar;

const isExpr = (operand: Operand): operand is Expr => typeof operand === 'object';

/** One row at every index, its operands broadcast against each other and brought to their common dtype. */
export function elementwise(row: Named<ElementwiseRow>, operands: readonly Operand[]): MapExpr {
  const arrays = operands.filter(isExpr);
  const shape = broadcastShapes(row.name, ...arrays.map((e) => e.shape));
  const inputs = [...new Set(arrays)];
  const loads: LoadSpec[] = inputs.map((e, input) => ({ input, map: broadcastMap(e.shape, shape) }));
  const dtype = commonDType(row, operands);
  const b = new Builder();
  const values = operands.map((operand, i) => {
    const to = i < (row.conditions ?? 0) ? 'bool' : dtype;
    if (!isExpr(operand)) return b.const(to === 'bool' ? Boolean(operand) : operand, to);
    return convert(b, b.push({ op: 'load', dtype: operand.dtype, load: inputs.indexOf(operand) }), to);
  });
  const body = bodyOf(b, row.build(b, dtype, ...values));
  return map({ label: row.name, inputs, loads, body, chunks: commonChunks(row.name, inputs, shape) });
}

/** `x` as `dtype`; itself when it is that already. To bool: whether not zero. */
export function astype(x: Expr, dtype: DType): Expr {
  if (x.dtype === dtype) return x;
  const b = new Builder();
  const value: Value = convert(b, b.push({ op: 'load', dtype: x.dtype, load: 0 }), dtype);
  const loads = [{ input: 0, map: broadcastMap(x.shape, x.shape) }];
  return map({ label: 'astype', inputs: [x], loads, body: bodyOf(b, value), chunks: x.chunks });
}

/** What the operands are taken in: the arrays' common dtype, to which numbers adapt where they can. */
function commonDType(row: Named<ElementwiseRow>, operands: readonly Operand[]): DType {
  const valued = operands.slice(row.conditions ?? 0);
  const arrays = valued.filter(isExpr).map((e) => e.dtype);
  const scalars = valued.filter((o): o is Scalar => !isExpr(o));
  const strong = arrays.length > 0 ? arrays : scalars.map(scalarDType);
  const base = conversions[row.takes](strong.reduce(promote));
  const dtype = row.takes === 'bool' ? base : scalars.map((s) => weak(row, s, base)).reduce(promote, base);
  if (accepts[row.on].test(dtype)) return dtype;
  throw new DTypeError(row.name, `there is no ${row.name} of ${dtype}, only of ${accepts[row.on].says}`, {
    hint: dtype === 'bool' ? "x.astype('int64') first" : 'x.astype(...) first, to one of these',
  });
}

/** Comparisons alone have an answer for a literal beyond the array's range: both are then compared in a wider dtype. */
function weak(row: Named<ElementwiseRow>, s: Scalar, base: DType): DType {
  const exact = typeof s === 'bigint' || Number.isSafeInteger(s);
  if (row.gives === 'bool' && exact && isInteger(base)) {
    const { min, max } = integerRange(base);
    if (BigInt(s) < min || BigInt(s) > max) return integerRange('int64').max < BigInt(s) ? 'float64' : 'int64';
  }
  return weakDType(row.name, s, base);
}

/** Blocks of an outer product may be this many bytes before they are cut further. */
const moderateBytes = 128 * 2 ** 20;

/**
 * The chunks of the result. Every axis that the largest operand has is cut as there (among equals the one in the most
 * blocks, then the first), other axes as in the next operand. Differing cuts are never intersected: blocks read
 * regions, so x + x.T in thin slabs has as many blocks as x, not their square.
 */
function commonChunks(label: string, inputs: readonly Expr[], shape: readonly number[]): Chunks {
  const weight = (e: Expr) => [sizeOf(e.shape), blockCount(e.chunks)] as const;
  const ranked = inputs.toSorted((x, y) => {
    const [[n, p], [m, q]] = [weight(x), weight(y)];
    return m - n || q - p;
  });
  const cutsIn = (e: Expr, axis: number): Cuts | undefined => {
    const cuts = e.chunks[axis - shape.length + e.shape.length];
    return cuts?.length === shape[axis] ? cuts : undefined;
  };
  const owners = shape.map((_, axis) => ranked.find((e) => cutsIn(e, axis) !== undefined) as Expr);
  const chunks = owners.map((owner, axis) => cutsIn(owner, axis) as Cuts);
  const bytes = inputs.reduce((n, e) => Math.max(n, bytesOf(e.dtype)), 1);
  if (largestBlock(chunks) * bytes <= moderateBytes || owners.every((owner) => owner === ranked[0]))
    return Object.freeze(chunks);
  const kept = chunks.map((cuts, axis) => (owners[axis] === ranked[0] ? cuts : cuts.length));
  return fillChunks(label, kept, shape, (ranked[0] as Expr).dtype);
}
