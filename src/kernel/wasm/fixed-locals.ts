/** Vectors that are the same for all elements, as locals that are set once, ahead of the loops. */
import type { Node } from '../ir.js';
import type { Code, Local } from './encoder.js';
import type { ModuleParts } from './parts.js';
import { vectorConst, type Width } from './vector.js';

export class FixedLocals {
  readonly #ahead: Code;
  readonly #parts: ModuleParts;
  readonly #made = new Map<string, Local>();

  constructor(ahead: Code, parts: ModuleParts) {
    this.#ahead = ahead;
    this.#parts = parts;
  }

  /** The local of a constant or of a number of a random stream; other nodes have none. A mask's width is as asked for. */
  of(node: Node, width: Width): Local | undefined {
    if (node.op !== 'const' && node.op !== 'seed') return undefined;
    const key = node.op === 'const' ? `${node.dtype} ${node.value} ${width}` : `seed ${this.#parts.seed(node)}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const code = this.#ahead;
    if (node.op === 'seed') code.base().memory('v128.load64_splat', this.#parts.seed(node));
    else if (node.dtype !== 'bool') vectorConst(code, node.value, node.dtype);
    else vectorConst(code, node.value ? -1 : 0, width === 8 ? 'int64' : 'int32');
    const local = code.keep('v128');
    this.#made.set(key, local);
    return local;
  }
}
