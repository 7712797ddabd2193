/** Products of matrices as expressions: which axis of an operand is which of the product's. */
import { followMap } from '../core/affine.js';
import { type Chunks, shapeOf } from '../core/chunks.js';
import { InternalError } from '../core/errors.js';
import { type ProductDType, productDTypes } from '../kernel/ir.js';
import { nameOf, namesOf } from './nodes.js';
import type { DotExpr, Expr } from './types.js';

export interface DotFields {
  readonly label: string;
  /** Of one dtype. */
  readonly inputs: readonly [left: Expr, right: Expr];
  /** For each axis of an operand the axis of the domain that it follows; -1 where it has length 1 and is repeated. */
  readonly axes: readonly [left: readonly number[], right: readonly number[]];
  /** (..., m, n, k), of which k is one block. */
  readonly domainChunks: Chunks;
}

const isProductDType = (d: string): d is ProductDType => productDTypes.some((one) => one === d);

/** The products over (..., m, n), summed along k. */
export function dot({ label, inputs, axes, domainChunks }: DotFields): DotExpr {
  const [{ dtype }, { dtype: other }] = inputs;
  if (dtype !== other || !isProductDType(dtype)) throw new InternalError(label, `matrices of ${dtype} and ${other}`);
  const chunks = Object.freeze(domainChunks.slice(0, -1));
  return Object.freeze({
    kind: 'dot',
    label,
    name: nameOf(label, 'dot', namesOf(inputs), axes, domainChunks),
    inputs,
    shape: Object.freeze(shapeOf(chunks)),
    dtype,
    chunks,
    loads: [followMap(axes[0]), followMap(axes[1])],
    domainChunks,
  } satisfies DotExpr);
}
