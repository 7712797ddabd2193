/**
 * How one axis is cut into blocks, and arithmetic on the cuts. A regular axis is three numbers however many blocks it
 * has, so a million chunks cost no more than one; only cuts without a rule are kept as a list.
 */
/** One axis cut into blocks. Equal cuts have equal fields: `cutsOf` and `regular` always give the shortest form. */
export type Cuts = RegularCuts | IrregularCuts;

/** A first block of `first`, then blocks of `size`, the last one what is left. 1 <= first <= size. */
export interface RegularCuts {
  readonly length: number;
  readonly size: number;
  readonly first: number;
}

/** Any lengths, zero allowed, with the index at which each block starts. */
export interface IrregularCuts {
  readonly length: number;
  readonly sizes: readonly number[];
  readonly starts: readonly number[];
}

/** Whether the last block is as long as the others. */
const endsAtBorder = (cuts: RegularCuts) => (cuts.length - cuts.first) % cuts.size === 0;

const isRegular = (cuts: Cuts): cuts is RegularCuts => 'size' in cuts;

/** Blocks of `size` after a first one of `first`. An empty axis is one empty block. */
export function regular(length: number, size: number, first = size): RegularCuts {
  if (length <= first) return Object.freeze({ length, size: Math.max(1, length), first: Math.max(1, length) });
  const longest = length <= first + size ? Math.max(first, length - first) : size;
  return Object.freeze({ length, size: longest, first });
}

/** The whole axis in one block. */
export const whole = (length: number): RegularCuts => regular(length, Math.max(1, length));

/** An axis in `count` blocks as equal as regular cuts can be. */
export const evenly = (length: number, count: number): RegularCuts =>
  regular(length, Math.max(1, Math.ceil(length / Math.max(1, count))));

/** The cuts with these block lengths, at least one. */
export function cutsOf(sizes: readonly number[]): Cuts {
  const starts = new Array<number>(sizes.length);
  let length = 0;
  for (let i = 0; i < sizes.length; i++) {
    starts[i] = length;
    length += sizes[i] as number;
  }
  const [first, second, last] = [sizes[0] as number, sizes[1] ?? 0, sizes.at(-1) as number];
  if (sizes.length === 1) return whole(length);
  const size = sizes.length === 2 ? Math.max(first, second) : second;
  const follows = first >= 1 && last >= 1 && first <= size && last <= size;
  if (follows && sizes.every((n, i) => i === 0 || i === sizes.length - 1 || n === size))
    return regular(length, size, first);
  return Object.freeze({ length, sizes: Object.freeze([...sizes]), starts: Object.freeze(starts) });
}

/** How many blocks. */
export function blocks(cuts: Cuts): number {
  if (!isRegular(cuts)) return cuts.sizes.length;
  return cuts.length <= cuts.first ? 1 : 1 + Math.ceil((cuts.length - cuts.first) / cuts.size);
}

/** The index at which block `i` starts. */
export function startOf(cuts: Cuts, i: number): number {
  if (!isRegular(cuts)) return cuts.starts[i] as number;
  return i === 0 ? 0 : cuts.first + (i - 1) * cuts.size;
}

/** The length of block `i`. */
export function sizeOf(cuts: Cuts, i: number): number {
  if (!isRegular(cuts)) return cuts.sizes[i] as number;
  return Math.min(i === 0 ? cuts.first : cuts.size, cuts.length - startOf(cuts, i));
}

/** How many blocks from `i` on have the length of block `i`; no more than `most` are looked at. */
export function alikeFrom(cuts: Cuts, i: number, most: number): number {
  const length = sizeOf(cuts, i);
  if (isRegular(cuts) && (i > 0 || cuts.first === cuts.size)) {
    const last = blocks(cuts) - 1;
    return Math.min(most, i === last ? 1 : last - i + (endsAtBorder(cuts) ? 1 : 0));
  }
  const end = Math.min(blocks(cuts), i + most);
  let next = i + 1;
  while (next < end && sizeOf(cuts, next) === length) next++;
  return next - i;
}

/** The block that holds `index`, 0 <= index < length: division, or binary search. */
export function find(cuts: Cuts, index: number): number {
  if (isRegular(cuts)) return index < cuts.first ? 0 : 1 + Math.floor((index - cuts.first) / cuts.size);
  let [low, high] = [0, cuts.starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((cuts.starts[middle] as number) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The blocks [from, to) that hold the indices [start, stop); none where that is empty. Empty blocks between count. */
export function range(cuts: Cuts, start: number, stop: number): { from: number; to: number } {
  if (stop <= start) return { from: 0, to: 0 };
  return { from: find(cuts, start), to: find(cuts, stop - 1) + 1 };
}

/** The explicit list of block lengths, which is what users see. */
export const listOf = (cuts: Cuts): readonly number[] =>
  isRegular(cuts) ? Array.from({ length: blocks(cuts) }, (_, i) => sizeOf(cuts, i)) : cuts.sizes;

/** The longest block. */
export const maxBlock = (cuts: Cuts): number =>
  isRegular(cuts) ? Math.min(cuts.size, cuts.length) : cuts.sizes.reduce((a, b) => Math.max(a, b), 0);

export function sameCuts(a: Cuts, b: Cuts): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  if (isRegular(a)) return isRegular(b) && a.size === b.size && a.first === b.first;
  return !isRegular(b) && a.sizes.length === b.sizes.length && a.sizes.every((n, i) => n === b.sizes[i]);
}

/** Above this many blocks, a strided slice of a regular axis is cut regularly rather than where its source is. */
const manyBlocks = 4096;

/**
 * The cuts of the view `start + step * i`, 0 <= i < count. A border stays between two elements that come from
 * different blocks; blocks of which no element is left vanish.
 */
export function sliceCuts(cuts: Cuts, start: number, step: number, count: number): Cuts {
  if (count <= 1) return whole(count);
  const [near, stride] = [find(cuts, start), Math.abs(step)];
  const ahead = step > 0 ? startOf(cuts, near) + sizeOf(cuts, near) - start : start - startOf(cuts, near) + 1;
  if (isRegular(cuts) && cuts.size % stride === 0) {
    return regular(count, cuts.size / stride, Math.ceil(ahead / stride));
  }
  const last = find(cuts, start + step * (count - 1));
  if (isRegular(cuts) && Math.abs(last - near) > manyBlocks)
    return regular(count, Math.max(1, Math.round(cuts.size / stride)));
  return cutsOf(listSlice(cuts, start, step, count));
}

function listSlice(cuts: Cuts, start: number, step: number, count: number): number[] {
  const sizes: number[] = [];
  for (let done = 0; done < count; ) {
    const block = find(cuts, start + step * done);
    const origin = startOf(cuts, block);
    const edge = step > 0 ? origin + sizeOf(cuts, block) : origin - 1;
    const until = Math.min(count, Math.ceil((edge - start) / step));
    sizes.push(until - done);
    done = until;
  }
  return sizes;
}

/** One axis after the other. */
export function concatCuts(parts: readonly Cuts[]): Cuts {
  const full = parts.filter((cuts) => cuts.length > 0);
  const [head] = full;
  if (head === undefined) return parts[0] ?? whole(0);
  const length = full.reduce((n, cuts) => n + cuts.length, 0);
  if (
    isRegular(head) &&
    full.every(
      (cuts, i) =>
        isRegular(cuts) &&
        cuts.size === head.size &&
        (i === 0 || cuts.first === cuts.size) &&
        (i === full.length - 1 || endsAtBorder(cuts)),
    )
  ) {
    return regular(length, head.size, head.first);
  }
  return cutsOf(full.flatMap(listOf));
}
