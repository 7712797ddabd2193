/** An executor with some of its members replaced. */
import type { Executor } from './types.js';

/** `executor`, with what `own` has in place of its own; everything else stays as it is, and runs on `executor` itself. */
export function overlaid<E extends Executor>(executor: E, own: Partial<Executor>): E {
  return new Proxy(executor, {
    get(target, property) {
      if (property in own) return own[property as keyof Executor];
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
