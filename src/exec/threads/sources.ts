/** Inputs that lie in this thread's own memory, made visible to the others. */
import { bytesOf, makeArray, type TypedArray } from '../../core/dtype.js';
import type { Plan } from '../../plan/types.js';
import { sharedMemory } from '../../store/buffers.js';

/** The shared copy of an array that was not shared, kept as long as the array. */
const copies = new WeakMap<TypedArray, TypedArray>();

function sharedCopy(data: TypedArray, dtype: Plan['sources'][number]['dtype']): TypedArray {
  const known = copies.get(data);
  if (known !== undefined) return known;
  const copy = makeArray(dtype, data.length, new SharedArrayBuffer(data.length * bytesOf(dtype)));
  copy.set(data as never);
  copies.set(data, copy);
  return copy;
}

/** The plan with its sources in shared memory: copied once per source, if they were not. */
export function withSharedSources(plan: Plan): Plan {
  if (!sharedMemory || plan.sources.length === 0) return plan;
  const sources = plan.sources.map((source) => {
    if (source.kind !== 'memory' || source.data.buffer instanceof SharedArrayBuffer) return source;
    return { ...source, data: sharedCopy(source.data, source.dtype) };
  });
  return { ...plan, sources };
}
