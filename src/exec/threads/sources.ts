/** Inputs that lie in this thread's own memory, made visible to the others. */
import { bytesOf, makeArray, type TypedArray } from '../../core/dtype.js';
import type { Plan } from '../../plan/types.js';
import { sharedArena } from '../../store/arena.js';
import { sharedMemory } from '../../store/buffers.js';

/** An array that threads can see: where kernels work too, if there was room, or in a buffer of its own. */
interface Copy {
  readonly data: TypedArray;
  readonly address: number | undefined;
}

/** The shared copy of an array that was not shared. Each is kept as long as the other. */
const copies = new WeakMap<TypedArray, Copy>();
const originals = new WeakMap<TypedArray, TypedArray>();
/** Gives the room of a copy back once its array is gone. */
const left = new FinalizationRegistry<number>((address) => sharedArena()?.release(address));

function sharedCopy(data: TypedArray, dtype: Plan['sources'][number]['dtype']): Copy {
  const known = copies.get(data);
  if (known !== undefined) return known;
  const bytes = data.length * bytesOf(dtype);
  const address = sharedArena()?.take(bytes);
  const made = makeArray(dtype, data.length, roomAt(address, bytes), address);
  made.set(data as never);
  if (address !== undefined) left.register(data, address);
  const copy = { data: made, address };
  copies.set(data, copy);
  originals.set(made, data);
  return copy;
}

const roomAt = (address: number | undefined, bytes: number): ArrayBufferLike =>
  address === undefined ? new SharedArrayBuffer(bytes) : (sharedArena()?.memory.buffer as ArrayBufferLike);

/** The plan with its sources in shared memory: copied once per source, if they were not. */
export function withSharedSources(plan: Plan): Plan {
  if (!sharedMemory || plan.sources.length === 0) return plan;
  const sources = plan.sources.map((source) => {
    if (source.kind !== 'memory' || source.data.buffer instanceof SharedArrayBuffer) return source;
    return { ...source, ...sharedCopy(source.data, source.dtype) };
  });
  return { ...plan, sources };
}

/** Whether a kernel of the stage can read an input where it lies, in the memory that kernels share. */
export const readsInPlace = (plan: Plan, stage: Plan['stages'][number]): boolean =>
  stage.reads.some((ref) => ref.kind === 'source' && plan.sources[ref.source]?.address !== undefined);
