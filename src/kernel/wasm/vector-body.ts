/** A body on four elements at a time: every part of a node that is asked for gets a local. */
import { InternalError } from '../../core/errors.js';
import type { Body, Node, PrimitiveName, Value } from '../ir.js';
import type { Code, Local } from './encoder.js';
import type { FixedLocals } from './fixed-locals.js';
import { widthsOf } from './mask-widths.js';
import type { ModuleParts } from './parts.js';
import { extremeOf, halfOf, knownInteger, upperWordOf } from './peepholes.js';
import { laneOf, scalarCast, scalarOp } from './scalar.js';
import { scalarTable, VectorTables } from './tables.js';
import {
  evenLanes,
  extractLane,
  maskPart,
  normaliseVector,
  partsOf,
  shapeOf,
  vectorCast,
  vectorFromMask,
  vectorOp,
  vectorShift,
  vectorTruth,
  type Width,
  widthOf,
} from './vector.js';

/** What stands outside a body: each leaves part `part` of a node on the stack. */
export interface VectorLeaves {
  load(c: Code, node: Node & { op: 'load' }, part: number): void;
  arg(c: Code, node: Node & { op: 'arg' }, part: number): void;
  /** False when the node is no counter. */
  counter(c: Code, v: Value, part: number): boolean;
  /** False when no earlier pass has kept the node. */
  kept(c: Code, v: Value, part: number): boolean;
}

type Rare = Node & { op: 'rare' };

export class VectorBody {
  readonly #code: Code;
  readonly #body: Body;
  readonly #leaves: VectorLeaves;
  readonly #parts: ModuleParts;
  /** How wide the lanes of a node are. */
  readonly width: (v: Value) => Width;
  readonly #locals = new Map<string, Local>();
  readonly #fixed: FixedLocals;
  readonly #tables: VectorTables;

  constructor(code: Code, body: Body, leaves: VectorLeaves, parts: ModuleParts, fixed: FixedLocals) {
    this.#code = code;
    this.#body = body;
    this.#leaves = leaves;
    this.#parts = parts;
    this.#fixed = fixed;
    this.width = widthsOf(body);
    this.#tables = new VectorTables(code, body, parts, (v, part) => this.part(v, part));
  }

  #node(v: Value): Node {
    return this.#body[v] as Node;
  }

  /** The local with part `part` of node `v`; a mask can be had in the other width too. */
  part(v: Value, part: number, width = this.width(v)): Local {
    const key = `${v} ${part} ${width}`;
    const known = this.#locals.get(key);
    if (known !== undefined) return known;
    const node = this.#node(v);
    const local = this.#fixed.of(node, width) ?? this.#compute(v, node, part, width);
    this.#locals.set(key, local);
    return local;
  }

  #compute(v: Value, node: Node, part: number, width: Width): Local {
    const c = this.#code;
    const own = this.width(v);
    if (own !== width) maskPart(c, own, width, this.#all(v), part);
    else this.#emit(v, node, part);
    return c.keep('v128');
  }

  /** All parts of a node. */
  #all(v: Value, width = this.width(v)): Local[] {
    return Array.from({ length: partsOf(width) }, (_, p) => this.part(v, p, width));
  }

  #emit(v: Value, node: Node, part: number): void {
    if (this.#leaves.kept(this.#code, v, part) || this.#leaves.counter(this.#code, v, part)) return;
    switch (node.op) {
      case 'load':
        this.#leaves.load(this.#code, node, part);
        return;
      case 'arg':
        this.#leaves.arg(this.#code, node, part);
        return;
      case 'cast':
        this.#cast(node, part);
        return;
      case 'bitcast':
        this.#bitcast(node, part);
        return;
      case 'select':
        this.#select(v, node, part);
        return;
      case 'table':
        if (!this.#tables.emit(node, part))
          this.#lanes(node, part, (c, [at]) => scalarTable(c.get(at as Local), node, this.#parts));
        return;
      case 'rare':
        this.#rare(v, node, part);
        return;
      case 'const':
      case 'index':
      case 'weyl':
      case 'seed':
      case 'bits':
      case 'call':
        throw new InternalError('kernel', `a '${node.op}' node cannot be compiled here`);
      default:
        this.#primitive(v, node.op as PrimitiveName, node.args, part);
        return;
    }
  }

  /** Where one side is all zero bits, the mask itself cuts the other out. */
  #select(v: Value, node: Node & { op: 'select' }, part: number): void {
    const width = this.width(v);
    const [condition, yes, no] = node.args;
    const side = (value: Value): Local => this.part(value, part, width);
    const c = this.#code;
    const extreme = extremeOf(this.#body, node.args);
    if (extreme !== undefined) {
      const { op, x, y } = extreme;
      c.get(side(x))
        .get(side(y))
        .op(`${shapeOf(node.dtype)}.${op}`);
    } else if (this.#isZero(no)) c.get(side(yes)).get(side(condition)).op('v128.and');
    else if (this.#isZero(yes)) c.get(side(no)).get(side(condition)).op('v128.andnot');
    else {
      const [y, n] = [side(yes), side(no)];
      c.get(y).get(n).get(side(condition)).op('v128.bitselect');
    }
  }

  #isZero(v: Value): boolean {
    const node = this.#node(v);
    return node.op === 'const' && (Object.is(node.value, 0) || node.value === '0' || node.value === false);
  }

  #cast(node: Node & { op: 'cast' }, part: number): void {
    const [a] = node.args;
    const [from, to] = [this.#node(a).dtype, node.dtype];
    if (to === 'bool') vectorTruth(this.#code, from, this.part(a, part));
    else if (from === 'bool') vectorFromMask(this.#code, to, this.part(a, part, widthOf(to)));
    else if (this.#upperWord(node)) return;
    else if (!vectorCast(this.#code, from, to, this.#argParts(a, from, to, part), part)) {
      this.#lanes(node, part, (c, [x]) => scalarCast(c.get(x as Local), from, to));
    }
  }

  /** Only the parts a cast reads: the same one between equal widths, all of them otherwise. */
  #argParts(a: Value, from: Node['dtype'], to: Node['dtype'], part: number): Local[] {
    if (widthOf(from) !== widthOf(to)) return this.#all(a);
    return Array<Local>(part + 1).fill(this.part(a, part));
  }

  #upperWord(node: Node & { op: 'cast' }): boolean {
    const whole = upperWordOf(this.#body, node);
    if (whole === undefined) return false;
    const [low, high] = this.#all(whole) as [Local, Local];
    evenLanes(this.#code.get(low).get(high), true);
    return true;
  }

  #bitcast(node: Node & { op: 'bitcast' }, part: number): void {
    const [a] = node.args;
    const [from, to] = [this.#node(a).dtype, node.dtype];
    if (to === 'bool') vectorTruth(this.#code, from, this.part(a, part));
    else if (from === 'bool') vectorFromMask(this.#code, to, this.part(a, part, 4));
    else normaliseVector(this.#code.get(this.part(a, part)), to);
  }

  #primitive(v: Value, op: PrimitiveName, args: readonly Value[], part: number): void {
    const [a, b] = args as [Value, Value];
    const d = this.#node(a).dtype;
    const width = d === 'bool' ? this.width(v) : widthOf(d);
    if (op === 'multiply' && this.#wideProduct(a, b, part)) return;
    const count = op === 'shiftLeft' || op === 'shiftRight' ? knownInteger(this.#body, b) : undefined;
    if (count !== undefined) {
      vectorShift(this.#code, op as 'shiftLeft', d, this.part(a, part), count);
      return;
    }
    const [x, y] = [this.part(a, part, width), args.length > 1 ? this.part(b, part, width) : -1];
    if (!vectorOp(this.#code, op, d, x, y)) {
      this.#lanes(this.#node(v) as Node & { args: readonly Value[] }, part, (c, [p, q = -1]) =>
        scalarOp(c, op, d, p as Local, q),
      );
    }
  }

  /** A uint32 widened, times a constant below 2^32 (or another widened uint32), is one multiplication of halves. */
  #wideProduct(a: Value, b: Value, part: number): boolean {
    const [x, y] = [this.#half(a), this.#half(b)];
    if (x === undefined || y === undefined) return false;
    this.#code
      .get(x)
      .get(y)
      .op(`i64x2.extmul_${part === 0 ? 'low' : 'high'}_i32x4_u`);
    return true;
  }

  /** The 32-bit lanes that a 64-bit node widens. */
  #half(v: Value): Local | undefined {
    const half = halfOf(this.#body, v);
    if (half === undefined) return undefined;
    if (half !== v) return this.part(half, 0);
    return this.#fixed.of({ op: 'const', dtype: 'uint32', value: Number(knownInteger(this.#body, v)) }, 4);
  }

  /** Element `e` of the four, of node `v`, as a scalar local. */
  #element(v: Value, e: number): Local {
    const c = this.#code;
    const d = this.#node(v).dtype;
    const width = this.width(v);
    const [part, lane] = width === 8 ? [e >> 1, e & 1] : [0, e];
    const local = this.part(v, part);
    if (d !== 'bool') return extractLane(c, d, local, lane).keep(laneOf(d));
    extractLane(c, width === 8 ? 'int64' : 'int32', local, lane);
    if (width === 8) c.op('i32.wrap_i64');
    return c.i32(1).op('i32.and').keep('i32');
  }

  /** Does a node lane by lane with scalar code, which finds its arguments in locals. */
  #lanes(node: Node & { args: readonly Value[] }, part: number, emit: (c: Code, args: readonly Local[]) => void): void {
    const c = this.#code;
    const width = node.dtype === 'bool' ? 4 : widthOf(node.dtype);
    const result = c.locals.fresh('v128');
    for (let lane = 0; lane < 16 / width; lane++) {
      const args = node.args.map((a) => this.#element(a, width === 8 ? part * 2 + lane : lane));
      emit(c, args);
      this.#putLane(node.dtype, result, lane);
    }
    c.get(result);
  }

  /** Puts the scalar on the stack into a lane of `result`. */
  #putLane(d: Node['dtype'], result: Local, lane: number): void {
    const c = this.#code;
    const scalar = c.keep(laneOf(d));
    if (d === 'bool') c.i32(0).get(scalar).op('i32.sub').set(scalar);
    c.get(result)
      .get(scalar)
      .op(`${shapeOf(d)}.replace_lane`, lane)
      .set(result);
  }

  #rare(v: Value, node: Rare, part: number): void {
    const c = this.#code;
    const [, usual] = node.args as [Value, Value];
    const width = node.dtype === 'bool' ? 4 : widthOf(node.dtype);
    const result = c.get(this.part(usual, part, width)).keep('v128');
    this.mend(v, part, result);
    c.get(result);
  }

  /** The node `v`, if it is a rare one. */
  rareAt(v: Value): Rare | undefined {
    const node = this.#node(v);
    return node.op === 'rare' ? node : undefined;
  }

  /** Puts what the rare node `v` is where its condition holds into those lanes of `result`, which has what is usual. */
  mend(v: Value, part: number, result: Local): void {
    const node = this.#node(v) as Rare;
    const [condition, , ...given] = node.args as [Value, Value, ...Value[]];
    const slow = this.#parts.slow(
      node.slow,
      given.map((a) => this.#node(a).dtype),
    );
    const width = node.dtype === 'bool' ? 4 : widthOf(node.dtype);
    const c = this.#code;
    const mask = this.part(condition, part, width);
    for (const a of given) this.#all(a);
    c.get(mask).op('v128.any_true');
    c.nest('if', () => {
      for (let lane = 0; lane < 16 / width; lane++) {
        extractLane(c, width === 8 ? 'int64' : 'int32', mask, lane);
        if (width === 8) c.op('i32.wrap_i64');
        c.nest('if', () => {
          for (const a of given) c.get(this.#element(a, width === 8 ? part * 2 + lane : lane));
          c.call(slow);
          this.#putLane(node.dtype, result, lane);
        });
      }
    });
  }
}
