import { isFloat } from '../../core/dtype.js';
import { sizeOf } from '../../core/shape.js';
import { type Body, fromLiteral, type Node, type Value } from '../../kernel/ir.js';
import { foldOfWholes } from '../../ops/sums.js';
import type { Rule } from '../rule.js';

/** Whole numbers up to here, added so many times, stay below 2^53, where float64 holds every one. */
const greatest = 2 ** 16;
const most = 2 ** 36;

const smallTypes: ReadonlySet<string> = new Set(['bool', 'int8', 'uint8', 'int16', 'uint16']);

/** Whether all that node `v` can be is a whole number of at most `greatest`. */
function isSmallWhole(body: Body, v: Value): boolean {
  const node = body[v] as Node;
  if (smallTypes.has(node.dtype)) return true;
  switch (node.op) {
    case 'const': {
      const value = Number(fromLiteral(node.value, node.dtype));
      return Number.isInteger(value) && Math.abs(value) <= greatest;
    }
    case 'cast':
      return isFloat(node.dtype) && isSmallWhole(body, node.args[0]);
    case 'select':
      return isSmallWhole(body, node.args[1]) && isSmallWhole(body, node.args[2]);
    default:
      return false;
  }
}

/** Counts, and what `where` chooses from a few numbers: no addition rounds, so nothing has to be kept of the rounding. */
export const wholeSums: Rule = {
  name: 'whole-sums',
  says: 'sum(where(x, 4, 0)) -> the same with one addition an element',
  apply(e) {
    if (e.kind !== 'reduce' || (e.phase !== 'partial' && e.phase !== 'whole') || sizeOf(e.domain) > most)
      return undefined;
    const fold = foldOfWholes(e.fold);
    if (fold === undefined || !e.values.every((v) => isSmallWhole(e.body, v))) return undefined;
    return Object.freeze({ ...e, fold });
  },
};
