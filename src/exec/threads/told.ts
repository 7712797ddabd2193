/** What threads are told of a plan: its kernels compiled, and their code where nothing compiles it. */
import type { Kernel } from '../../kernel/ir.js';
import type { Plan, Stage } from '../../plan/types.js';
import { prepare, type ReadyKernel } from '../runners.js';
import type { OpenRun } from './protocol.js';
import { readsInPlace } from './sources.js';

/** `isNear`: stages that no thread runs. */
export function forThreads(plan: Plan, isNear: (stage: Stage) => boolean): Pick<OpenRun, 'plan' | 'kernels'> {
  const kernels = plan.stages.map(
    (stage): ReadyKernel => (isNear(stage) ? undefined : prepare(stage.kernel, readsInPlace(plan, stage))),
  );
  const stages = plan.stages.map((stage, i): Stage => {
    const interprets = !isNear(stage) && kernels[i] === undefined;
    return interprets ? stage : { ...stage, kernel: withoutCode(stage.kernel) };
  });
  return { plan: { ...plan, stages }, kernels };
}

/** How a kernel reads, but not what it computes: most of a plan is that, and a copy of it is made for each thread. */
const withoutCode = (kernel: Kernel): Kernel => ({ ...kernel, body: [], outputs: [] });
