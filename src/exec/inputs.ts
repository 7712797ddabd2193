/** What the tasks of a batch read: one region an input, in place where it lies in one piece, gathered otherwise. */
import { type Box, boxOf } from '../core/chunks.js';
import { type DType, makeArray, type TypedArray } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import { sizeOf, stridesOf } from '../core/shape.js';
import type { Region } from '../kernel/run.js';
import { batchOf, type Piece, packedOffset, piecesOf, readBox } from '../plan/regions.js';
import type { ArrayRef, Plan, Stage } from '../plan/types.js';
import { copyBox } from '../store/copy.js';
import { isResident, readRegion, residentRegion } from '../store/read.js';
import type { BlockStore } from '../store/types.js';

/** How one input of a stage is read. `move` points `region` at what a task reads, at once or when the promise is kept. */
export interface InputReader {
  region: Region;
  /** Whether, from `begin` on, one region holds what every task of the batch reads. */
  readonly whole: boolean;
  begin(): void;
  move(task: Box): Promise<void> | undefined;
}

/** What a reader needs of a store. */
export type Blocks = Pick<BlockStore, 'get' | 'dense'>;

const nothing: Region = { origin: [], data: [], offset: 0, strides: [] };

export function inputReader(plan: Plan, stage: Stage, input: number, blocks: Blocks): InputReader {
  const ref = stage.reads[input] as ArrayRef;
  if (!stage.kernel.loads.some((load) => load.input === input)) return new WholeReader(() => nothing);
  if (ref.kind === 'source') {
    const source = sourceOf(plan, ref.source);
    if (isResident(source)) return new WholeReader(() => residentRegion(source));
  }
  return new PieceReader(plan, stage, input, blocks);
}

function sourceOf(plan: Plan, source: number) {
  const found = plan.sources[source];
  if (found === undefined) throw new InternalError('read', `there is no source ${source}`);
  return found;
}

/** An array that lies in memory whole: one region for every task. */
class WholeReader implements InputReader {
  region: Region;
  readonly whole = true;
  constructor(whole: () => Region) {
    this.region = whole();
  }
  begin(): void {}
  move(): undefined {}
}

/** Where a piece lies: `offset` is that of its first element. */
interface PieceMemory {
  readonly data: readonly TypedArray[];
  readonly offset: number;
  readonly strides: readonly number[];
}

class PieceReader implements InputReader {
  region: Region = nothing;
  whole = false;
  readonly #plan: Plan;
  readonly #stage: Stage;
  readonly #input: number;
  readonly #ref: ArrayRef;
  readonly #blocks: Blocks;
  /** One buffer a plane for gathered regions, kept from task to task. */
  #scratch: TypedArray[] = [];

  constructor(plan: Plan, stage: Stage, input: number, blocks: Blocks) {
    this.#plan = plan;
    this.#stage = stage;
    this.#input = input;
    this.#ref = stage.reads[input] as ArrayRef;
    this.#blocks = blocks;
  }

  begin(): void {
    const ref = this.#ref;
    const memory = ref.kind === 'stage' ? this.#blocks.dense(ref.stage, ref.output) : undefined;
    this.whole = memory !== undefined;
    if (memory === undefined) return;
    this.region = { origin: ref.shape.map(() => 0), data: memory.data, offset: 0, strides: stridesOf(ref.shape) };
  }

  move(task: Box): Promise<void> | undefined {
    if (this.whole) return undefined;
    const box = readBox(this.#stage, this.#input, task);
    const pieces = piecesOf(this.#stage, this.#input, task);
    const found = pieces.map((piece) => this.#find(piece));
    if (!found.some((memory) => memory instanceof Promise)) {
      this.#place(box, pieces, found as PieceMemory[]);
      return undefined;
    }
    return Promise.all(found).then((memories) => this.#place(box, pieces, memories));
  }

  #find({ from, box }: Piece): PieceMemory | Promise<PieceMemory> {
    if (from.kind === 'stage') return this.#blockOf(from, box);
    const region = readRegion(sourceOf(this.#plan, from.source), box);
    return region instanceof Promise ? region.then((r) => cutOut(r, box)) : cutOut(region, box);
  }

  #blockOf(from: Extract<Piece['from'], { kind: 'stage' }>, box: Box): PieceMemory {
    const producer = this.#plan.stages[from.stage] as Stage;
    const batch = batchOf(producer, from.task);
    const memory = this.#blocks.dense(from.stage, from.output) ?? this.#blocks.get(batch)?.[from.output];
    if (memory === undefined) {
      throw new InternalError(this.#stage.label, `block ${from.task} of stage ${from.stage} is not in the store`);
    }
    const { data, layout } = memory;
    const output = producer.outputs[from.output] as Stage['outputs'][number];
    const { shape, chunks } = output;
    if (layout === 'dense') {
      return cutOut({ origin: shape.map(() => 0), data, offset: 0, strides: stridesOf(shape) }, box);
    }
    const { origin, extent } = boxOf(chunks, from.task);
    const offset = packedOffset(output, batch, from.task);
    return cutOut({ origin, data, offset, strides: stridesOf(extent) }, box);
  }

  #place(box: Box, pieces: readonly Piece[], memories: readonly PieceMemory[]): void {
    const { origin, extent } = box;
    const strides = stridesOf(extent);
    const [piece, memory] = [pieces[0], memories[0]];
    if (pieces.length === 1 && piece !== undefined && memory !== undefined) {
      const inPlace = stridesInPlace(piece, memory, extent, strides);
      if (inPlace !== undefined) {
        this.region = { origin, data: memory.data, offset: memory.offset, strides: inPlace };
        return;
      }
    }
    const data = this.#room(sizeOf(extent));
    for (let i = 0; i < pieces.length; i++) gather(pieces[i] as Piece, memories[i] as PieceMemory, data);
    this.region = { origin, data, offset: 0, strides };
  }

  #room(length: number): TypedArray[] {
    const { planes } = this.#ref;
    if ((this.#scratch[0]?.length ?? -1) < length) {
      this.#scratch = planes.map((dtype: DType) => makeArray(dtype, length));
    }
    return this.#scratch;
  }
}

/** The part `box` of a region. */
function cutOut({ data, offset, origin, strides }: Region, box: Box): PieceMemory {
  for (let axis = 0; axis < strides.length; axis++) {
    offset += ((box.origin[axis] as number) - (origin[axis] as number)) * (strides[axis] as number);
  }
  return { data, offset, strides };
}

/**
 * The strides by which the one piece of a region can be read where it lies. Either it has the region's own axes; or (after
 * a reshape) its elements lie in memory just as they would be gathered. Undefined: neither.
 */
function stridesInPlace(
  piece: Piece,
  memory: PieceMemory,
  extent: readonly number[],
  gathered: readonly number[],
): readonly number[] | undefined {
  const lengths = piece.box.extent;
  if (sizeOf(lengths) !== sizeOf(extent)) return undefined;
  const sameAxes =
    lengths.length === extent.length &&
    lengths.every((n, axis) => n === extent[axis] && (n === 1 || piece.strides[axis] === gathered[axis]));
  if (sameAxes) return memory.strides;
  return lengths.every((n, axis) => n === 1 || memory.strides[axis] === piece.strides[axis]) ? gathered : undefined;
}

function gather(piece: Piece, memory: PieceMemory, into: readonly TypedArray[]): void {
  for (let plane = 0; plane < into.length; plane++) {
    copyBox(
      piece.box.extent,
      { data: memory.data[plane] as TypedArray, offset: memory.offset, strides: memory.strides },
      { data: into[plane] as TypedArray, offset: piece.offset, strides: piece.strides },
    );
  }
}
