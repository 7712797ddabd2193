/** Kernels made ready to run in this thread. */
import { interpret } from '../kernel/interpret.js';
import type { Kernel } from '../kernel/ir.js';
import type { Runner } from '../kernel/run.js';

/** What a thread needs to run a kernel without compiling it: cloned to workers, where the code is shared. */
export type ReadyKernel = undefined;

export const prepare = (_kernel: Kernel): ReadyKernel => undefined;
export const runnerOf = (kernel: Kernel, _ready: ReadyKernel): Runner => interpret(kernel);
