/**
 * The interpreter and the compiler of kernels: a fifth of the package's text, which an import need not read. Whoever opens a plan
 * loads what its kernels may take; from then on it is at hand.
 */
import { InternalError } from '../core/errors.js';
import { hasWasm } from '../kernel/instantiate.js';

type Interpreter = typeof import('../kernel/interpret.js');
type Compiler = typeof import('../kernel/compile.js');

let interpreter: Interpreter | undefined;
let compiler: Compiler | undefined;

export async function loadInterpreter(): Promise<void> {
  interpreter ??= await import('../kernel/interpret.js');
}

export async function loadCompiler(): Promise<void> {
  await loadInterpreter();
  compiler ??= await import('../kernel/compile.js');
}

/** What makes kernels ready for others to run. */
export const loadBest = (): Promise<void> => (hasWasm ? loadCompiler() : loadInterpreter());

/** The compiler, if it is loaded. */
export const compilerAtHand = (): Compiler | undefined => compiler;

export const theCompiler = (): Compiler => compiler ?? notLoaded('compiler');
export const theInterpreter = (): Interpreter => interpreter ?? notLoaded('interpreter');

function notLoaded(what: string): never {
  throw new InternalError('kernel', `the ${what} is asked for before it is loaded`);
}
