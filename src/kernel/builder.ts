/** Writing bodies: a Builder appends nodes, and gives an equal node the position it already has. */
import type { DType } from '../core/dtype.js';
import { type Body, type Literal, type Node, type PrimitiveName, primitives, toLiteral, type Value } from './ir.js';

/** What tells `item` from others of its kind. */
function numberOf<T>(known: Map<T, number>, item: T): number {
  const number = known.get(item) ?? known.size;
  known.set(item, number);
  return number;
}

export class Builder {
  readonly nodes: Node[] = [];
  readonly #seen = new Map<string, Value>();
  readonly #slow = new Map<Body, number>();
  readonly #tables = new Map<readonly Literal[], number>();

  /** Appends `node`, or finds its equal. */
  push(node: Node): Value {
    const key = this.#keyOf(node);
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    this.nodes.push(Object.freeze(node));
    this.#seen.set(key, this.nodes.length - 1);
    return this.nodes.length - 1;
  }

  /** Text that equal nodes share: quick for the many simple ones, and slow bodies and tables by identity. */
  #keyOf(node: Node): string {
    switch (node.op) {
      case 'load':
      case 'index':
      case 'bits':
      case 'weyl':
      case 'seed':
        return JSON.stringify(node);
      case 'table':
        return `table ${node.dtype} ${node.args.join()} ${numberOf(this.#tables, node.values)}`;
      case 'const':
        return `const ${node.dtype} ${node.value}`;
      case 'arg':
        return `arg ${node.dtype} ${node.arg}`;
      case 'call':
        return `call ${node.fn} ${node.dtype} ${node.args.join()}`;
      case 'rare':
        return `rare ${node.dtype} ${node.args.join()} ${numberOf(this.#slow, node.slow)}`;
      default:
        return `${node.op} ${node.dtype} ${node.args.join()}`;
    }
  }

  dtypeOf(v: Value): DType {
    return (this.nodes[v] as Node).dtype;
  }

  const(value: number | bigint | boolean, dtype: DType): Value {
    return this.push({ op: 'const', dtype, value: toLiteral(value, dtype) });
  }

  /** A primitive; its dtype follows from the first argument and the table. */
  prim(op: PrimitiveName, ...args: Value[]): Value {
    const dtype = primitives[op].result === 'bool' ? 'bool' : this.dtypeOf(args[0] as Value);
    return this.push({ op, dtype, args });
  }

  call(fn: string, dtype: DType, ...args: Value[]): Value {
    return this.push({ op: 'call', fn, dtype, args });
  }

  /** `v` as `dtype`; itself when it is that already. */
  cast(v: Value, dtype: DType): Value {
    return this.dtypeOf(v) === dtype ? v : this.push({ op: 'cast', dtype, args: [v] });
  }

  bitcast(v: Value, dtype: DType): Value {
    return this.dtypeOf(v) === dtype ? v : this.push({ op: 'bitcast', dtype, args: [v] });
  }

  select(condition: Value, yes: Value, no: Value): Value {
    return this.push({ op: 'select', dtype: this.dtypeOf(yes), args: [condition, yes, no] });
  }

  /** Copies `body` in, its nodes passed through `rename` first; gives the new position of each of its nodes. */
  inline(body: Body, rename: (node: Node) => Node | Value): Value[] {
    const at: Value[] = [];
    for (const node of body) {
      const moved = 'args' in node ? ({ ...node, args: node.args.map((a) => at[a] as Value) } as Node) : node;
      const put = rename(moved);
      at.push(typeof put === 'number' ? put : this.push(put));
    }
    return at;
  }

  body(): Body {
    return Object.freeze([...this.nodes]);
  }
}
