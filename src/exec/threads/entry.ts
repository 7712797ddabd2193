/** Where a thread begins: it waits for plans and batches, or for calls of tasks, and runs them. */

import * as comlink from 'comlink';
import { parent } from '#platform';
import { wallClock } from '../../core/clock.js';
import { InternalError } from '../../core/errors.js';
import { hasWasm } from '../../kernel/instantiate.js';
import type { Batch, Stage } from '../../plan/types.js';
import { asTaskError, toFailure } from '../failure.js';
import { loadInterpreter } from '../onDemand.js';
import { runnerOf, workIn } from '../runners.js';
import { type Halt, PlanWorker } from '../worker.js';
import { ThreadBlocks } from './blocks.js';
import {
  claim,
  type FromThread,
  isStopped,
  isToThread,
  type OpenRun,
  type Outcome,
  type TaskCounter,
  type ThreadControl,
  type ToThread,
  takeTasks,
  type Work,
} from './protocol.js';
import { answer, isOrder } from './taskAnswer.js';

/**
 * Outcomes are sent together while they follow each other within so many milliseconds, more than one job is left and the
 * next is of the same stage, which will take no longer: each message wakes the thread that gives out jobs, and where all
 * cores are at work, that holds one of them up.
 */
const together = 4;

interface OpenedRun {
  readonly stages: readonly Stage[];
  readonly flags: Int32Array | undefined;
  readonly blocks: ThreadBlocks;
  readonly worker: PlanWorker;
  readonly halt: Halt;
}

if (!hasWasm) await loadInterpreter();

const port = parent();
const runs = new Map<number, OpenedRun>();
const queue: Work[] = [];
let busy = false;

function open({ run, plan, kernels, flags }: OpenRun): void {
  const blocks = new ThreadBlocks(plan);
  const worker = new PlanWorker(plan, blocks, ({ id, kernel }) => runnerOf(kernel, kernels[id]));
  const stopped = flags === undefined ? () => false : () => isStopped(flags);
  runs.set(run, { stages: plan.stages, flags, blocks, worker, halt: { paused: () => false, stopped } });
}

const control: ThreadControl = { ready: () => {}, workIn };

/** Runs one job; a promise only where a task has to wait for what it reads. */
function run(work: Work): Outcome | Promise<Outcome> {
  const opened = runs.get(work.run);
  const start = wallClock();
  const outcome = (tasks: number): Outcome => ({ run: work.run, ticket: work.ticket, start, end: wallClock(), tasks });
  const failed = (thrown: unknown): Outcome => {
    const label = opened?.stages[work.batch.stage]?.label ?? 'compute';
    return { ...outcome(0), failure: toFailure(asTaskError(label, thrown)) };
  };
  if (opened === undefined) return failed(new InternalError('threads', 'the plan was not opened in this thread'));
  const done = (tasks: number): Outcome => {
    const { written } = opened.blocks;
    return { ...outcome(tasks), ...(written === undefined ? {} : { written }) };
  };
  try {
    opened.blocks.receive(work);
    const tasks =
      work.counter === undefined ? runBatch(opened, work.batch) : runShare(opened, work.batch, work.counter);
    return tasks instanceof Promise ? tasks.then(done).catch(failed) : done(tasks);
  } catch (thrown) {
    return failed(thrown);
  }
}

/** Gives how many tasks that were. */
function runBatch({ worker, halt }: OpenedRun, batch: Batch): number | Promise<number> {
  const loop = worker.begin(batch);
  const goOn = (): number | Promise<number> => {
    const progress = loop.advance(halt);
    return progress instanceof Promise ? progress.then(goOn) : batch.to - batch.from;
  };
  return goOn();
}

/** Runs what falls to this thread of a batch; gives how many tasks, `ran` before. */
function runShare(opened: OpenedRun, batch: Batch, counter: TaskCounter, ran = 0): number | Promise<number> {
  while (!opened.halt.stopped()) {
    const taken = takeTasks(batch, counter);
    if (taken === undefined) break;
    const tasks = runBatch(opened, taken);
    if (tasks instanceof Promise) return tasks.then((more) => runShare(opened, batch, counter, ran + more));
    ran += tasks;
  }
  return ran;
}

/** Runs what is queued, one batch at a time, telling outcomes as they come. */
async function drain(): Promise<void> {
  let outcomes: Outcome[] = [];
  let told = performance.now();
  for (let work = queue.shift(); work !== undefined; work = queue.shift()) {
    const opened = runs.get(work.run);
    opened?.blocks.learn(work);
    if (!claim(opened?.flags, work.ticket)) continue;
    const outcome = run(work);
    outcomes.push(outcome instanceof Promise ? await outcome : outcome);
    const [next] = queue;
    const alike = next?.run === work.run && next.batch.stage === work.batch.stage;
    if (alike && queue.length > 1 && performance.now() - told < together) continue;
    tell(outcomes);
    outcomes = [];
    told = performance.now();
  }
  if (outcomes.length > 0) tell(outcomes);
}

function tell(outcomes: FromThread): void {
  port.postMessage(
    outcomes,
    outcomes.flatMap(({ written }) => written ?? []),
  );
}

async function receive({ opened, work, ended }: ToThread): Promise<void> {
  for (const run of opened) open(run);
  if (ended !== undefined) runs.delete(ended);
  queue.push(...work);
  if (busy) return;
  busy = true;
  await drain().finally(() => {
    busy = false;
  });
}

port.addEventListener('message', (event) => {
  const { data } = event as MessageEvent<unknown>;
  if (isToThread(data)) void receive(data);
  else if (isOrder(data)) void answer(port, data);
});
comlink.expose(control, port);
