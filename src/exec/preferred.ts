/** Who computes where a computation does not say. */
import type { Executor } from './types.js';

let preferred: Executor | undefined;

/**
 * Computations that name no executor use this one from now on; without an argument, threads again. It is not closed for
 * you. Meant for whoever starts a script: `chunkwise run --target` calls it, libraries should not.
 */
export function useExecutor(executor?: Executor): void {
  preferred = executor;
}

export const preferredExecutor = (): Executor | undefined => preferred;
