/** Elementwise functions of three operands. */
import type { Value } from '../kernel/ir.js';
import { type ElementwiseRow, type Table, table } from './types.js';

type TernaryRow = ElementwiseRow & { readonly args: 3 };

const rows = {
  /** x where the condition is true, y elsewhere. The common dtype of x and y; everything but zero is true. */
  where: {
    args: 3,
    on: 'any',
    takes: 'same',
    gives: 'same',
    conditions: 1,
    build: (b, _, condition, x, y) => b.select(condition as Value, x as Value, y as Value),
  },
  /** x held between two bounds: the upper one where they cross. NaN where any of the three is. The common dtype. */
  clip: {
    args: 3,
    on: 'number',
    takes: 'same',
    gives: 'same',
    build: (b, _, x, low, high) => b.prim('minimum', b.prim('maximum', x as Value, low as Value), high as Value),
  },
} satisfies Record<string, TernaryRow>;

export const ternary: Table<typeof rows> = table(rows);
