/**
 * Between which numbers the values of a body lie, as far as interval arithmetic tells. Rounding is monotone, so the ends
 * of an interval, computed as its values are, hold for all of them.
 */
import { integerRange, isFloat, isInteger } from '../core/dtype.js';
import { type Body, fromLiteral, type Node, type Value } from './ir.js';
import { isUniform } from './random.js';

/** What all values of a node are; none is NaN or infinite. */
export interface Range {
  readonly least: number;
  readonly most: number;
  /**
   * Values closer to 0 than this are 0. Uniform numbers count as 2^-24 at least: smaller ones are drawn, but never are all
   * that is drawn.
   */
  readonly smallest: number;
  /** They are whole numbers. */
  readonly whole: boolean;
}

type Known = Range | undefined;

/** Tells random bits from other nodes, where they are written out. */
type IsDrawn = Parameters<typeof isUniform>[2];

const range = (least: number, most: number, smallest = 0, whole = false): Known => {
  if (!Number.isFinite(least) || !Number.isFinite(most)) return undefined;
  return { least, most, smallest: Math.max(smallest, least, -most), whole };
};

const wholes = (least: number, most: number): Known => range(least, most, 1, true);

/** Of the ends that an operation makes of ends. */
const hull = (ends: readonly number[], smallest = 0, whole = false): Known =>
  range(Math.min(...ends), Math.max(...ends), smallest, whole);

/** Functions that only grow, or only fall, from `from` to `to`; those that keep 0 keep the order of distances to it. */
const monotone: Readonly<Record<string, { of: (x: number) => number; from: number; to: number; keepsZero: boolean }>> =
  {
    exp: { of: Math.exp, from: -700, to: 700, keepsZero: false },
    expm1: { of: Math.expm1, from: -700, to: 700, keepsZero: true },
    log: { of: Math.log, from: Number.MIN_VALUE, to: Number.MAX_VALUE, keepsZero: false },
    log1p: { of: Math.log1p, from: -0.99, to: Number.MAX_VALUE, keepsZero: true },
    asin: { of: Math.asin, from: -1, to: 1, keepsZero: true },
    acos: { of: Math.acos, from: -1, to: 1, keepsZero: false },
    atan: { of: Math.atan, from: -Number.MAX_VALUE, to: Number.MAX_VALUE, keepsZero: true },
    tanh: { of: Math.tanh, from: -Number.MAX_VALUE, to: Number.MAX_VALUE, keepsZero: true },
  };

/** More than any function is off, relative to its value. */
const off = 2 ** -20;

function callRange(fn: string, x: Range): Known {
  const row = monotone[fn];
  if (row === undefined || x.least < row.from || x.most > row.to) return undefined;
  const ends = [row.of(x.least), row.of(x.most)];
  const smallest = row.keepsZero && x.least >= 0 ? row.of(Math.min(x.smallest, x.most)) : 0;
  return hull(
    ends.flatMap((end) => [end * (1 - off), end * (1 + off)]),
    smallest * (1 - off),
  );
}

/** Floats only: integers wrap. */
function primitiveRange(op: string, x: Range, y: Range): Known {
  const whole = x.whole && y.whole;
  switch (op) {
    case 'add': {
      const smallest = x.least >= 0 && y.least >= 0 ? Math.min(x.smallest, y.smallest) : 0;
      return range(x.least + y.least, x.most + y.most, smallest, whole);
    }
    case 'subtract':
      return range(x.least - y.most, x.most - y.least, 0, whole);
    case 'multiply': {
      const ends = [x.least * y.least, x.least * y.most, x.most * y.least, x.most * y.most];
      return hull(ends, x.smallest * y.smallest, whole);
    }
    case 'divide': {
      if (y.least <= 0 && y.most >= 0) return undefined;
      const ends = [x.least / y.least, x.least / y.most, x.most / y.least, x.most / y.most];
      return hull(ends, x.smallest / Math.max(-y.least, y.most));
    }
    case 'minimum':
      return range(Math.min(x.least, y.least), Math.min(x.most, y.most), Math.min(x.smallest, y.smallest), whole);
    case 'maximum':
      return range(Math.max(x.least, y.least), Math.max(x.most, y.most), Math.min(x.smallest, y.smallest), whole);
    case 'negative':
      return range(-x.most, -x.least, x.smallest, whole);
    case 'abs':
      return range(Math.max(0, x.least, -x.most), Math.max(-x.least, x.most), x.smallest, whole);
    case 'sqrt':
      return x.least < 0 ? undefined : range(Math.sqrt(x.least), Math.sqrt(x.most), Math.sqrt(x.smallest));
    case 'floor':
      return wholes(Math.floor(x.least), Math.floor(x.most));
    case 'ceil':
      return wholes(Math.ceil(x.least), Math.ceil(x.most));
    case 'trunc':
    case 'round':
      return wholes(Math.floor(x.least), Math.ceil(x.most));
    default:
      return undefined;
  }
}

function constRange(node: Node & { op: 'const' }): Known {
  const value = Number(fromLiteral(node.value, node.dtype));
  return range(value, value, value === 0 ? Number.MAX_VALUE : 0, Number.isInteger(value));
}

const either = (x: Known, y: Known): Known =>
  x &&
  y &&
  range(Math.min(x.least, y.least), Math.max(x.most, y.most), Math.min(x.smallest, y.smallest), x.whole && y.whole);

/** As float32 holds them. */
const asSingle = ({ least, most, smallest, whole }: Range): Known =>
  range(Math.fround(least), Math.fround(most), Math.fround(smallest), whole);

/** In float64, of a node whose values float64 holds. */
function widely(body: Body, v: Value, known: readonly Known[], isDrawn: IsDrawn): Known {
  const node = body[v] as Node;
  if (node.op === 'const') return constRange(node);
  if (node.op === 'select') return either(known[node.args[1]], known[node.args[2]]);
  if (node.dtype === 'bool') return wholes(0, 1);
  if (isInteger(node.dtype)) {
    const { min, max } = integerRange(node.dtype);
    return wholes(Number(min), Number(max));
  }
  if (isUniform(body, v, isDrawn)) return range(2 ** -53, 1 - 2 ** -53, 2 ** -24);
  if (!('args' in node) || !isFloat(node.dtype)) return undefined;
  const args = node.args.map((a) => known[a]);
  if (args.includes(undefined)) return undefined;
  const [x, y = x] = args as [Range, Range?];
  if (node.op === 'cast') return x;
  return node.op === 'call' ? callRange(node.fn, x) : primitiveRange(node.op, x, y);
}

/** What is known of the values of `nodes`, which may be a body under construction: asked for node by node. */
export class Ranges {
  readonly #nodes: Body;
  readonly #isDrawn: IsDrawn;
  readonly #known: Known[] = [];

  constructor(nodes: Body, isDrawn?: IsDrawn) {
    this.#nodes = nodes;
    this.#isDrawn = isDrawn;
  }

  of(v: Value): Known {
    const [nodes, known] = [this.#nodes, this.#known];
    while (known.length <= v) {
      const wide = widely(nodes, known.length, known, this.#isDrawn);
      known.push(wide !== undefined && nodes[known.length]?.dtype === 'float32' ? asSingle(wide) : wide);
    }
    return known[v];
  }
}
