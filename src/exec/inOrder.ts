/** Runs a small plan without a scheduler: where one batch runs at a time anyway, making one takes longer than the work. */
import { stagesBehind } from '../plan/graph.js';
import { batchesOf } from '../plan/regions.js';
import { stageBytes } from '../plan/size.js';
import type { Plan, Stage } from '../plan/types.js';
import type { DriveOptions, DriveReport } from './drive.js';
import { busyMsOf, type Run } from './types.js';

/** Plans of so many tasks, whose blocks may all be held until the end. */
const most = { tasks: 32, bytes: 2 ** 20 };

export const isSmall = ({ tasks, stages }: Plan): boolean =>
  tasks <= most.tasks && stages.reduce((n, stage) => n + stageBytes(stage), 0) <= most.bytes;

/** Resolves when all batches are done; rejects with what the first one throws. Every batch runs after those it reads. */
export async function runInOrder(
  plan: Plan,
  run: Run,
  { signal, onEvent }: Pick<DriveOptions, 'signal' | 'onEvent'>,
): Promise<DriveReport> {
  let [batches, busyMs, bytes] = [0, 0, 0];
  for (const stage of producersFirst(plan.stages)) {
    bytes += stageBytes(stage);
    for (const batch of batchesOf(stage)) {
      onEvent?.({ type: 'start', batch, bytes });
      const report = await run.submit(batch, signal);
      onEvent?.({ type: 'done', batch, report, bytes });
      busyMs += busyMsOf(report);
      batches++;
    }
  }
  return { batches, retries: 0, busyMs };
}

/** The stages, each after all that it reads. */
function producersFirst(stages: readonly Stage[]): ReadonlySet<Stage> {
  const ordered = new Set<Stage>();
  const visit = (stage: Stage): void => {
    if (ordered.has(stage)) return;
    for (const ref of stage.reads) for (const id of stagesBehind(ref)) visit(stages[id] as Stage);
    ordered.add(stage);
  };
  for (const stage of stages) visit(stage);
  return ordered;
}
