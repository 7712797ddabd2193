/** A body on one element: every node that is asked for gets a local. */
import { InternalError } from '../../core/errors.js';
import type { Body, Node, PrimitiveName, Value } from '../ir.js';
import type { Code, Local } from './encoder.js';
import type { ModuleParts } from './parts.js';
import { laneOf, scalarBitcast, scalarCast, scalarConst, scalarOp } from './scalar.js';
import { scalarTable } from './tables.js';

/** Emits the leaves of bodies (load, index, weyl, seed and arg nodes): leaves the element on the stack. */
export type Leaf = (c: Code, node: Node, v: Value) => void;

export class ScalarBody {
  readonly #code: Code;
  readonly #body: Body;
  readonly #leaf: Leaf;
  readonly #parts: ModuleParts;
  readonly #locals = new Map<Value, Local>();

  constructor(code: Code, body: Body, leaf: Leaf, parts: ModuleParts) {
    this.#code = code;
    this.#body = body;
    this.#leaf = leaf;
    this.#parts = parts;
  }

  /** The local that holds node `v`, computed now if it was not before. */
  value(v: Value): Local {
    const known = this.#locals.get(v);
    if (known !== undefined) return known;
    const node = this.#node(v);
    const args = 'args' in node && node.op !== 'weyl' ? node.args.map((a) => this.value(a)) : [];
    this.#emit(v, node, args);
    const local = this.#code.keep(laneOf(node.dtype));
    this.#locals.set(v, local);
    return local;
  }

  #node(v: Value): Node {
    return this.#body[v] as Node;
  }

  #emit(v: Value, node: Node, args: readonly Local[]): void {
    const c = this.#code;
    const [a = -1, b = -1] = args;
    const from = 'args' in node ? this.#node(node.args[0] as Value).dtype : node.dtype;
    switch (node.op) {
      case 'const':
        scalarConst(c, node.value, node.dtype);
        return;
      case 'cast':
        scalarCast(c.get(a), from, node.dtype);
        return;
      case 'bitcast':
        scalarBitcast(c.get(a), from, node.dtype);
        return;
      case 'select':
        c.get(b)
          .get(args[2] as Local)
          .get(a)
          .op('select');
        return;
      case 'table':
        c.get(a);
        scalarTable(c, node, this.#parts);
        return;
      case 'rare':
        this.#rare(node, args);
        return;
      case 'load':
      case 'index':
      case 'weyl':
      case 'seed':
      case 'arg':
        this.#leaf(c, node, v);
        return;
      case 'bits':
      case 'call':
        throw new InternalError('kernel', `a '${node.op}' node was not expanded before compiling`);
      default:
        scalarOp(c, node.op as PrimitiveName, from, a, b);
        return;
    }
  }

  #rare(node: Node & { op: 'rare' }, args: readonly Local[]): void {
    const [condition, usual, ...given] = args as [Local, Local, ...Local[]];
    const slow = this.#parts.slow(
      node.slow,
      node.args.slice(2).map((a) => this.#node(a).dtype),
    );
    const c = this.#code;
    c.get(condition).choose(
      laneOf(node.dtype),
      () => {
        for (const g of given) c.get(g);
        c.call(slow);
      },
      () => c.get(usual),
    );
  }
}
