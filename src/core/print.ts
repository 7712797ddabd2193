/** Computed arrays as nested lists and as text. */
import type { DType } from './dtype.js';
import { sizeOf } from './shape.js';

export type Nested = number | bigint | boolean | Nested[];

interface Strided {
  readonly data: { readonly [i: number]: number | bigint };
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
  readonly elementType: DType;
}

const valueAt = (a: Strided, at: number): number | bigint | boolean => {
  const stored = a.data[at] as number | bigint;
  return a.elementType === 'bool' ? stored !== 0 : stored;
};

/** The elements as nested lists; the value itself for no axes. */
export function nestedOf(a: Strided): Nested {
  const build = (axis: number, at: number): Nested =>
    axis === a.shape.length
      ? valueAt(a, at)
      : Array.from({ length: a.shape[axis] as number }, (_, i) => build(axis + 1, at + i * (a.stride[axis] as number)));
  return build(0, a.offset);
}

/** More elements than this are shown in part, `edge` at each end of an axis. */
const threshold = 200;
const edge = 3;

const formatValue = (v: number | bigint | boolean): string => {
  if (typeof v !== 'number' || Number.isInteger(v)) return Object.is(v, -0) ? '-0' : String(v);
  return String(Number(v.toPrecision(8)));
};

/** Brackets as in NumPy, one row a line, long axes shortened to their ends. */
export function formatArray(a: Strided): string {
  const short = sizeOf(a.shape) > threshold;
  const build = (axis: number, at: number): string => {
    if (axis === a.shape.length) return formatValue(valueAt(a, at));
    const [length, step] = [a.shape[axis] as number, a.stride[axis] as number];
    const cut = short && length > 2 * edge;
    const shown = Array.from({ length: cut ? 2 * edge : length }, (_, i) =>
      cut && i >= edge ? length - 2 * edge + i : i,
    );
    const items = shown.map((i) => build(axis + 1, at + i * step));
    if (cut) items.splice(edge, 0, '...');
    const gap = axis === a.shape.length - 1 ? ', ' : `,\n${' '.repeat(axis + 1)}`;
    return `[${items.join(gap)}]`;
  };
  return build(0, a.offset);
}
