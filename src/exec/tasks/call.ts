/** Where a task ends up: its module is imported, and the function it names is called. */
import { ArgumentError, TaskError } from '../../core/errors.js';
import { NDArray } from '../../core/ndarray.js';
import type { TaskCall } from './types.js';

/**
 * Calls what `call` names. Rejects with an ArgumentError where the module exports no such function, and a TaskError with
 * the cause for all that the module or the function throws.
 */
export async function callTask({ module, name, args }: TaskCall): Promise<unknown> {
  const exported = await imported(module, name);
  const run = Object.hasOwn(exported, name) ? exported[name] : undefined;
  if (typeof run !== 'function') throw noFunction(module, name, exported);
  try {
    return await run(...args);
  } catch (thrown) {
    throw new TaskError(name, `a task failed with ${described(thrown)}`, { cause: thrown });
  }
}

async function imported(module: string, name: string): Promise<Record<string, unknown>> {
  try {
    return (await import(/* @vite-ignore */ module)) as Record<string, unknown>;
  } catch (thrown) {
    throw new TaskError(name, `the module ${module} cannot be imported: ${described(thrown)}`, { cause: thrown });
  }
}

function noFunction(module: string, name: string, exported: Record<string, unknown>): ArgumentError {
  const names = Object.keys(exported).filter((key) => typeof exported[key] === 'function');
  const there = names.length === 0 ? 'no functions' : `the functions ${names.slice(0, 20).join(', ')}`;
  return new ArgumentError(name, `${module} exports no function '${name}'`, { hint: `it exports ${there}` });
}

const described = (thrown: unknown): string =>
  thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);

type ArrayParts = Pick<NDArray, 'elementType' | 'data' | 'shape' | 'stride' | 'offset'>;

/** A value on its way between threads. Computed arrays are taken apart, since classes do not travel. */
export type Parcel = { readonly value: unknown } | { readonly array: ArrayParts };

export function packed(value: unknown): Parcel {
  if (!(value instanceof NDArray)) return { value };
  const { elementType, data, shape, stride, offset } = value;
  return { array: { elementType, data, shape, stride, offset } };
}

export function unpacked(parcel: Parcel): unknown {
  if ('value' in parcel) return parcel.value;
  const { elementType, data, shape, stride, offset } = parcel.array;
  return new NDArray(elementType, data, shape, stride, offset);
}
