/** Basic indexing: what users write between the brackets, as an index map with Python's and NumPy's meaning. */
import type { AffineMap, AxisMap } from './affine.js';
import { IndexError } from './errors.js';
import { formatShape, type Shape } from './shape.js';

/** `start:stop:step` as an object; null or missing ends mean as far as the axis goes. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;

  constructor(start: number | null, stop: number | null, step: number | null) {
    this.start = start;
    this.stop = stop;
    this.step = step;
    Object.freeze(this);
  }

  toString(): string {
    const ends = `${this.start ?? ''}:${this.stop ?? ''}`;
    return this.step === null ? ends : `${ends}:${this.step}`;
  }
}

/**
 * A slice as Python's built-in makes it: `slice(5)` is ':5', `slice(1, null, 2)` is '1::2'. One argument is the stop.
 */
export function slice(start: number | null, stop?: number | null, step?: number | null): Slice {
  return stop === undefined ? new Slice(null, start, step ?? null) : new Slice(start, stop, step ?? null);
}

/** One entry of an index: an integer, '1:10:2', a Slice, null for a new axis, '...' for all axes in between. */
export type IndexEntry = number | bigint | string | Slice | null;

/** The elements an axis slice picks: `start + step * i` for 0 <= i < count. */
export interface Run {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Python's slice.indices, and the number of elements. An empty run starts at 0, one of at most one element steps by 1. */
export function runOf(operation: string, { start, stop, step }: Slice, length: number): Run {
  const stride = step ?? 1;
  for (const n of [start, stop, stride]) {
    if (n !== null && !Number.isInteger(n)) throw new IndexError(operation, `slices are made of integers, got ${n}`);
  }
  if (stride === 0) {
    throw new IndexError(operation, 'a slice cannot step by 0', {
      hint: "'::1' for all elements, '::-1' for them reversed",
    });
  }
  const [low, high] = stride > 0 ? [0, length] : [-1, length - 1];
  const clamp = (n: number) => Math.min(high, Math.max(low, n < 0 ? n + length : n));
  const from = start === null ? (stride > 0 ? low : high) : clamp(start);
  const to = stop === null ? (stride > 0 ? high : low) : clamp(stop);
  const count = Math.max(0, Math.ceil((to - from) / stride));
  if (count === 0) return { start: 0, step: 1, count };
  return { start: from + 0, step: count === 1 ? 1 : stride, count };
}

const bound = '\\s*([+-]?\\d+)?\\s*';
const sliceText = new RegExp(`^${bound}:${bound}(?::${bound})?$`);

/** '1:10:2' as a Slice. */
export function parseSlice(operation: string, text: string): Slice {
  const parts = sliceText.exec(text);
  if (parts === null) {
    throw new IndexError(operation, `'${text}' is not a slice`, {
      hint: "'start:stop:step' with integers, any of them left out, or '...'; an integer index is written without quotes",
    });
  }
  const [start, stop, step] = parts.slice(1).map((n) => (n === undefined ? null : Number(n)));
  return new Slice(start ?? null, stop ?? null, step ?? null);
}

export interface Indexed {
  readonly map: AffineMap;
  readonly shape: number[];
  /** The index in short form, for labels and messages: '1:10, 3'. */
  readonly text: string;
}

/** What `x[entries]` reads of an x of `shape`. Axes after the last entry are taken whole. */
export function indexMap(operation: string, shape: Shape, entries: readonly IndexEntry[]): Indexed {
  const map: AxisMap[] = [];
  const out: number[] = [];
  const take = (run: Run) => {
    map.push({ axis: out.length, start: run.start, step: run.step });
    out.push(run.count);
  };
  for (const entry of expand(operation, shape, entries)) {
    const length = shape[map.length] as number;
    if (entry === null) out.push(1);
    else if (entry instanceof Slice) take(runOf(operation, entry, length));
    else if (typeof entry === 'string') take(runOf(operation, parseSlice(operation, entry), length));
    else map.push({ axis: -1, start: position(operation, entry, shape, map.length), step: 0 });
  }
  const text = entries.map((entry) => (entry === null ? 'null' : String(entry))).join(', ');
  return { map: Object.freeze(map), shape: out, text };
}

/** The entries, checked, with '...' written out and every axis named. */
function expand(operation: string, shape: Shape, entries: readonly IndexEntry[]): IndexEntry[] {
  for (const entry of entries) checkEntry(operation, entry);
  const consumed = entries.filter((entry) => entry !== null && entry !== '...').length;
  const dots = entries.filter((entry) => entry === '...').length;
  if (dots > 1) throw new IndexError(operation, "'...' can stand once in an index, where else would the axes go");
  if (consumed > shape.length) {
    throw new IndexError(operation, `${consumed} indices for an array of shape ${formatShape(shape)}`);
  }
  const rest = new Array<IndexEntry>(shape.length - consumed).fill(':');
  return (dots === 0 ? [...entries, '...'] : [...entries]).flatMap((entry) => (entry === '...' ? rest : [entry]));
}

function checkEntry(operation: string, entry: unknown): void {
  if (entry === null || entry instanceof Slice) return;
  if (typeof entry === 'string' || typeof entry === 'number' || typeof entry === 'bigint') return;
  const given = Array.isArray(entry)
    ? 'a list'
    : typeof entry === 'boolean'
      ? `the boolean ${entry}`
      : `a ${typeof entry}`;
  throw new IndexError(
    operation,
    `cannot index with ${given}: integer lists, index arrays and boolean masks come later`,
    {
      hint: "an integer, 'start:stop:step', slice(start, stop, step), null or '...'",
    },
  );
}

function position(operation: string, entry: number | bigint, shape: Shape, axis: number): number {
  const [index, length] = [Number(entry), shape[axis] as number];
  if (!Number.isInteger(index))
    throw new IndexError(operation, `an index must be an integer, got ${entry} for axis ${axis}`);
  if (index < -length || index >= length) {
    throw new IndexError(operation, `index ${index} is out of bounds for axis ${axis} of length ${length}`);
  }
  return (index < 0 ? index + length : index) + 0;
}
