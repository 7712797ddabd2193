/** `delayed`: calls of functions put off, as a graph that runs each call once, in order, and side by side where it can. */

import type { ChunkedArray } from '../array.js';
import { ArgumentError } from '../core/errors.js';
import { isTask, type Task } from '../exec/tasks/types.js';
import { draw, type PictureOptions } from '../observe/draw.js';
import { type Call, DelayedCall } from './delayed/node.js';
import { drawableOf } from './delayed/picture.js';
import { type DelayedOptions, runDelayed } from './delayed/run.js';

export type { DelayedOptions } from './delayed/run.js';

type AnyFunction = (...args: never[]) => unknown;

/** What a call may be given for an argument of type T: the value, a delayed one, or a list or object with such in it. */
export type Lazy<T> =
  | T
  | Delayed<T>
  | ChunkedArray
  | (T extends AnyFunction
      ? never
      : T extends readonly unknown[] | Readonly<Record<string, unknown>>
        ? { readonly [K in keyof T]: Lazy<T[K]> }
        : never);

export type LazyArgs<Args extends readonly unknown[]> = { [I in keyof Args]: Lazy<Args[I]> };

/** A call that has not been made: what it will give once computed. */
export class Delayed<R = unknown> extends DelayedCall {
  /** What it gives; for the types alone. */
  declare protected readonly result?: R;

  /**
   * Makes the calls it depends on, then its own. Each is made once for a `compute`, as soon as its arguments are there.
   * Functions run in this thread, tasks on the executor: by default in threads. Rejects with a TaskError when one throws.
   */
  compute(options: DelayedOptions = {}): Promise<R> {
    return runDelayed(this, options) as Promise<R>;
  }

  /** The calls as SVG, DOT or JSON: returned, and written where a filename is given. Nothing is called. */
  visualize(options: PictureOptions = {}): Promise<string> {
    return draw(() => drawableOf(this), options);
  }

  /** `visualize`, in British spelling. */
  visualise(options?: PictureOptions): Promise<string> {
    return this.visualize(options);
  }

  override toString(): string {
    return `Delayed(${this.key})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/**
 * The function put off: calling what is given back makes a `Delayed`, whose `compute` makes the call. Arguments may be
 * delayed themselves, also in lists and plain objects, or arrays, which are computed first.
 *
 *     const inc = da.delayed((i: number) => i + 1);
 *     await inc(inc(1)).compute();   // 3
 */
export function delayed<Args extends readonly unknown[], R>(
  call: ((...args: Args) => R) | Task<Args, R>,
): (...args: LazyArgs<Args>) => Delayed<Awaited<R>> {
  if (typeof call !== 'function' && !isTask(call)) {
    throw new ArgumentError('delayed', 'it takes a function, or a task', { hint: 'da.delayed((x: number) => x + 1)' });
  }
  return (...args) => new Delayed(call as Call, args);
}
