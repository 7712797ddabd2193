/** Where everything lies in a kernel's memory, counted from where that begins: plain data, computed once and posted along with the module. */
import type { AffineMap } from '../../core/affine.js';
import { bytesOf, type DType } from '../../core/dtype.js';
import { type GeneratorName, type Kernel, type Load, planesOf } from '../ir.js';
import { type Width, widthOf } from './vector.js';

/** Elements an iteration: 4 with SIMD, 1 without. */
export type Lanes = 1 | 4;

/** A tile of elements that is copied in from a load, or out to a plane of an output. */
export interface Tile {
  readonly dtype: DType;
  readonly at: number;
}

export interface LoadTile extends Tile {
  readonly input: number;
  readonly plane: number;
  readonly map: AffineMap;
}

export interface OutputTiles {
  /** 'store': what is written at every index; scans too. */
  readonly kind: 'store' | 'reduce';
  /** One a plane. A store's tile is laid out like a load's, a reduction's is one value after another. */
  readonly planes: readonly Tile[];
}

/** A component of a reduction's state: `lanes` numbers of `width` bytes at `at` in each group. */
export interface StateSlot {
  readonly dtype: DType;
  readonly width: Width;
  readonly at: number;
  /** The output it belongs to. */
  readonly output: number;
}

export interface IndexSpec {
  readonly offset: number;
  readonly coefs: readonly number[];
}

/** A number of a random stream that code reads at `at`. */
export interface StreamNumberAt {
  readonly at: number;
  readonly generator: GeneratorName;
  /** Which of the kernel's keys it belongs to. */
  readonly key: number;
  readonly word: number;
  readonly which: number;
}

/** Where the start and the step of a Weyl sequence are, as uint64: those of the page that index node `index` is in. */
export interface SequenceAt extends StreamNumberAt {
  readonly index: number;
}

export interface Layout {
  readonly lanes: Lanes;
  readonly rank: number;
  readonly reduced: readonly number[];
  readonly loads: readonly LoadTile[];
  readonly outputs: readonly OutputTiles[];
  readonly indexes: readonly IndexSpec[];
  /**
   * Elements a tile holds: one that is copied, one that is crossed (`NestPlan.crossed`), and one that is not copied. There is
   * memory for a crossed one, the largest of those that are copied.
   */
  readonly capacity: number;
  readonly crossedCapacity: number;
  readonly freeCapacity: number;
  /** Whether rows can be gone through as two halves at once: two lanes of a group in each. */
  readonly halves: boolean;
  /** How many rows step the states of kept columns while these are in registers. */
  readonly steppedRows: number;
  /** The states: groups of `lanes` states each. */
  readonly state: {
    readonly at: number;
    readonly bytes: number;
    readonly groups: number;
    readonly slots: readonly StateSlot[];
  };
  /** Where the numbers of `controls` are, as int32; and those of indexes, as float64. */
  readonly control: number;
  readonly indexControl: number;
  /** The first free byte. */
  readonly end: number;
}

/**
 * The int32 controls before those of the streams; and of each stream its address, and how far it moves. `apart` is how many
 * bytes the last two lanes of a group of 64-bit elements lie from the first two; `stateFirst` is where the tile's first
 * state lies, counted in bytes from the first of all.
 */
export const controls = {
  outer: 0,
  inner: 1,
  tail: 2,
  stateFirst: 3,
  stateStep: 4,
  apart: 5,
  streams: 6,
  words: 3,
} as const;
/** The float64 controls of one index node. */
export const indexControls = { base: 0, outerStep: 1, innerStep: 2, laneStep: 3, count: 4 } as const;

const align = (at: number): number => Math.ceil(at / 16) * 16;

/** Bytes of all tiles together that stay in a core's nearest cache, and elements of one at most. */
const near = { bytes: 40 * 1024, most: 4096 };
/** The same for crossed tiles, which stay in the second cache: 64 rows of 256 elements and a gap of 8, where two are copied or fewer. */
const crossed = { bytes: 264 * 1024, most: 64 * 264 };
const stateBytes = 64 * 1024;
/**
 * Where nothing is copied, nothing limits a tile but how long it may run before a stop is noticed: a millisecond or two, at
 * a tenth of a nanosecond for a node of the body. Fewer tiles are less JavaScript between them, which in a young process
 * the engine compiles on cores that kernels want.
 */
const free = { nodes: 1 << 24, least: 1 << 14, most: 1 << 18 };

const freeCapacity = (nodes: number): number =>
  Math.min(free.most, Math.max(free.least, Math.floor(free.nodes / (1 + nodes) / 64) * 64));

function capacityFor({ bytes, most }: typeof near, bytesAnElement: number): number {
  return Math.min(most, Math.max(256, Math.floor(bytes / bytesAnElement / 64) * 64));
}

function slotsOf(kernel: Kernel, lanes: Lanes): { slots: StateSlot[]; bytes: number } {
  const slots: StateSlot[] = [];
  let at = 0;
  kernel.outputs.forEach((output, o) => {
    if (!('fold' in output)) return;
    for (const dtype of output.fold.state) {
      const width = widthOf(dtype);
      slots.push({ dtype, width, at, output: o });
      at = align(at + width * lanes);
    }
  });
  return { slots, bytes: at };
}

/** Iterations that are written out one after the other, where a loop's step is short. */
export const round = 4;
/**
 * As many rows as such a round where the body is one loop: more would be read in more places at once than a core's prefetchers follow.
 * Bodies of several loops have other work between two reads, and strips to fill.
 */
const steppedRows = { oneLoop: round, several: 16 };

const isWideLoad = ({ dtype }: Load): boolean => bytesOf(dtype) === 8;

/** Lays out the memory of an expanded kernel whose body is so many loops. */
export function layoutOf(kernel: Kernel, lanes: Lanes, passes: number): Layout {
  const stores = kernel.outputs.flatMap((o) => (o.kind === 'reduce' ? [] : planesOf(o)));
  const tiled = [...kernel.loads.map((l) => l.dtype), ...stores].reduce((sum, d) => sum + bytesOf(d), 0);
  const longest = freeCapacity(kernel.body.length);
  const capacity = tiled === 0 ? longest : capacityFor(near, tiled);
  const crossedCapacity = tiled === 0 ? longest : capacityFor(crossed, tiled);
  const indexes = kernel.body.flatMap((n) => (n.op === 'index' ? [{ offset: n.offset, coefs: n.coefs }] : []));
  const { slots, bytes } = slotsOf(kernel, lanes);
  const groups = bytes === 0 ? 0 : Math.min(1024, Math.max(64, Math.floor(stateBytes / bytes)));
  const halves = lanes === 4 && stores.length === 0 && indexes.length === 0 && kernel.loads.every(isWideLoad);
  let end = 16;
  const take = (size: number): number => {
    const at = align(end);
    end = at + size;
    return at;
  };
  const streams = kernel.loads.length + stores.length;
  const control = take((controls.streams + controls.words * streams) * 4);
  const indexControl = take(indexes.length * indexControls.count * 8);
  const state = { at: take(bytes * groups), bytes, groups, slots };
  const loads = kernel.loads.map(({ dtype, input, plane, map }) => ({
    dtype,
    input,
    plane,
    map,
    at: take(crossedCapacity * bytesOf(dtype)),
  }));
  const outputs = kernel.outputs.map((output): OutputTiles => {
    const length = output.kind === 'reduce' ? groups * lanes : crossedCapacity;
    return {
      kind: output.kind === 'reduce' ? 'reduce' : 'store',
      planes: planesOf(output).map((dtype) => ({ dtype, at: take(length * bytesOf(dtype)) })),
    };
  });
  return {
    lanes,
    rank: kernel.rank,
    reduced: kernel.reduced,
    loads,
    outputs,
    indexes,
    capacity,
    crossedCapacity,
    freeCapacity: longest,
    halves,
    steppedRows: passes === 1 ? steppedRows.oneLoop : steppedRows.several,
    state,
    control,
    indexControl,
    end: align(end),
  };
}
