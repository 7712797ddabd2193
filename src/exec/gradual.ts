/**
 * Kernels that this thread meets for the first time. Compiling one takes 15 to 40 milliseconds in a young process, most of them
 * in code that the engine has yet to compile itself; interpreting it for a few elements takes a fifth of that. The bits are
 * the same.
 */
import { keepRecent } from '../core/recent.js';
import { sizeOf } from '../core/shape.js';
import { kernelCode } from '../kernel/identity.js';
import { hasWasm } from '../kernel/instantiate.js';
import type { Kernel } from '../kernel/ir.js';
import type { BlockRun, Runner } from '../kernel/run.js';
import { stageElements } from '../plan/size.js';
import type { Plan } from '../plan/types.js';
import { compilerAtHand, loadCompiler, loadInterpreter, theInterpreter } from './onDemand.js';
import { prepare, runnerOf } from './runners.js';

/** More elements are not interpreted. */
const few = 256;
/** Milliseconds that a kernel is interpreted for before it is compiled. */
const enough = 10;

/** How long kernels were interpreted, by their code. */
const spent = new Map<string, number>();
const kept = 512;

const elementsOf = ({ extent, count = 1 }: BlockRun): number => count * sizeOf(extent);

/** Loads what the kernels of a plan may take here. */
export async function readyFor({ stages }: Plan): Promise<void> {
  await loadInterpreter();
  if (hasWasm && stages.some((stage) => stageElements(stage) > few)) await loadCompiler();
}

/** Interprets a kernel that is not compiled as long as it has little to do. Only after `readyFor`. */
export function gradually(kernel: Kernel): Runner {
  const code = kernelCode(kernel);
  let compiled: Runner | undefined;
  let interpreted: Runner | undefined;
  return (run) => {
    if (compiled === undefined) {
      const before = spent.get(code) ?? 0;
      if (elementsOf(run) <= few && staysInterpreted(code, before)) {
        const start = performance.now();
        interpreted ??= theInterpreter().interpret(kernel);
        const done = interpreted(run);
        keepRecent(spent, code, before + performance.now() - start, kept);
        return done;
      }
      compiled = runnerOf(kernel, prepare(kernel));
      interpreted = undefined;
    }
    return compiled(run);
  };
}

/** Whether it is not compiled, and need not be: or cannot yet. */
function staysInterpreted(code: string, before: number): boolean {
  const compiler = compilerAtHand();
  if (before < enough) return compiler?.isCompiled(code) !== true;
  // Until it is there, kernels are interpreted; should it fail to come, whoever cannot do without will say so.
  if (compiler === undefined && hasWasm) loadCompiler().catch(() => {});
  return compiler === undefined && hasWasm;
}
