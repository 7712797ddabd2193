/** Expressions in one line, for people. */
import { formatShape } from '../core/shape.js';
import type { Expr } from './types.js';
import { fromLeaves } from './walk.js';

/** The last operation with its parameters: 'sum(axis=[1, 2])', 'rechunk', 'concat(axis=0)'. */
export function headline(e: Expr): string {
  switch (e.kind) {
    case 'reduce': {
      const phase = e.phase === 'whole' ? '' : `-${e.phase}`;
      const all = e.axes.length === e.domain.length;
      const details = [all ? '' : `axis=[${e.axes.join(', ')}]`, e.phase === 'whole' && e.keepdims ? 'keepdims' : ''];
      const shown = details.filter((text) => text !== '').join(', ');
      return shown === '' ? `${e.label}${phase}` : `${e.label}${phase}(${shown})`;
    }
    case 'scan':
    case 'concat':
      return `${e.label}(axis=${e.axis})`;
    case 'reshape':
      return `${e.label}${formatShape(e.shape)}`;
    default:
      return e.label;
  }
}

/** Beyond so many characters the inside is left out. */
const longest = 160;

/** 'mean(sqrt(uniform))': operations inside out. What is long is cut to '...'. */
export function print(root: Expr): string {
  const [text] = fromLeaves<string>([root], (e, inputs) => {
    if (inputs.length === 0) return e.label;
    const inside = inputs.join(', ');
    return `${e.label}(${inside.length > longest ? '...' : inside})`;
  });
  return text as string;
}
