/**
 * The spine. What users wrote is optimised, cut into stages, run by an executor and assembled:
 *
 *   Expr -> optimize -> buildPlan -> drive(executor, store) -> number or NDArray
 *
 * Each step hands a value to the next and nothing calls back up.
 */
import { chosenExecutor } from './compute/chosen.js';
import { knownPlan } from './compute/plans.js';
import { type Progress, type RunRecord, recordRun } from './compute/record.js';
import { parseBytes } from './core/bytes.js';
import { boxOf, gridOf, unravel } from './core/chunks.js';
import type { DType, TypedArray } from './core/dtype.js';
import { AbortError } from './core/errors.js';
import { NDArray, scalarOf } from './core/ndarray.js';
import { sizeOf, stridesOf } from './core/shape.js';
import { type DriveReport, drive } from './exec/drive.js';
import { isSmall, runInOrder } from './exec/inOrder.js';
import type { Executor } from './exec/types.js';
import { source } from './expr/build.js';
import type { Expr } from './expr/types.js';
import { optimize } from './optimize/index.js';
import { buildPlan } from './plan/build.js';
import { checkMemory } from './plan/memory.js';
import { packedOffset } from './plan/regions.js';
import type { ArrayRef, Batch, Plan, Stage, StageOutput } from './plan/types.js';
import { MemoryStore } from './store/memory.js';

export type { Progress } from './compute/record.js';

export interface ComputeOptions {
  /**
   * Who computes. Default: the shared thread pool where there are threads; plans of under a
   * millisecond, and while the threads are still to be started those of some fifty, run in the calling thread.
   */
  readonly executor?: Executor;
  /** Aborting it stops the computation within a task and rejects with an AbortError. */
  readonly signal?: AbortSignal;
  /** Called after every batch of tasks. */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * A line on stderr that says how far it is: true at once, false never. By default after a second on a terminal, every
   * ten seconds elsewhere.
   */
  readonly progress?: boolean;
  /** false runs every operation as written, each in a stage of its own. The digits are the same. Default true. */
  readonly optimizeGraph?: boolean;
  /** Most bytes to hold at a time: a number, or text such as '2 GiB'. Default: the executor's limit, or none. */
  readonly memoryLimit?: number | string;
}

export interface Stats {
  /** Tasks of the plan that ran, and of the graph as written. */
  readonly tasks: number;
  readonly tasksUnfused: number;
  readonly stages: number;
  /** Groups of tasks that were handed out. */
  readonly batches: number;
  readonly retries: number;
  readonly wallMs: number;
  /** Milliseconds of work, summed over workers. */
  readonly busyMs: number;
  readonly workers: number;
  /** busyMs / (wallMs * workers). */
  readonly efficiency: number;
  /** Most bytes of blocks and results held at a time. */
  readonly peakBytes: number;
  readonly executor: string;
}

export type Value = number | bigint | boolean | NDArray;

/** Milliseconds a batch should take where blocks are wanted one by one: the first is there sooner. */
const blocksBatchMs = 0.3;

/** The plan for `roots`, as `compute` would run it. `otherwiseBatchMs` counts where the executor does not say. */
export function planFor(
  roots: readonly Expr[],
  { executor, optimizeGraph = true }: ComputeOptions = {},
  otherwiseBatchMs?: number,
): Plan {
  const slots = executor?.workers ?? 8;
  const batchMs = executor?.batchMs ?? otherwiseBatchMs;
  // Where none is named it will be the pool, unless the plan is tiny.
  const isPool = executor === undefined || executor.together === true;
  const together = isPool && batchMs === undefined ? slots : 1;
  return knownPlan(roots, [optimizeGraph, slots, batchMs, together].join(), () => {
    const optimized = optimize(roots, { level: optimizeGraph ? 'full' : 'none' });
    return buildPlan(optimized, { slots, merge: optimizeGraph, batchMs, together });
  });
}

/** The values of `roots`, all in one pass. */
export async function computeExprs(roots: readonly Expr[], options: ComputeOptions = {}): Promise<Value[]> {
  const { refs, store } = await runPlan(roots, options);
  return roots.map((root, i) => resultOf(root, store, refs[i] as ArrayRef));
}

/** The values and how computing them went. */
export async function profileExprs(
  roots: readonly Expr[],
  options: ComputeOptions = {},
): Promise<{ values: Value[]; stats: Stats }> {
  const start = performance.now();
  const { refs, store, plan, report, executor } = await runPlan(roots, options);
  const values = roots.map((root, i) => resultOf(root, store, refs[i] as ArrayRef));
  const wallMs = performance.now() - start;
  return {
    values,
    stats: {
      tasks: plan.tasks,
      tasksUnfused: planFor(roots, { optimizeGraph: false }).tasks,
      stages: plan.stages.length,
      batches: report.batches,
      retries: report.retries,
      wallMs,
      busyMs: report.busyMs,
      workers: executor.workers,
      efficiency: Math.min(1, report.busyMs / (wallMs * executor.workers)),
      peakBytes: store.peakBytes,
      executor: executor.kind,
    },
  };
}

/** `roots` computed and kept: sources in memory with the same shape, dtype and chunks. */
export async function persistExprs(roots: readonly Expr[], options: ComputeOptions = {}): Promise<Expr[]> {
  const { refs, store } = await runPlan(roots, options);
  return roots.map((root, i) => {
    const data = denseData(store, refs[i] as ArrayRef);
    const { shape, dtype, chunks, label } = root;
    return source({ label, dtype, chunks, source: { kind: 'memory', data, strides: stridesOf(shape), offset: 0 } });
  });
}

export interface Block<D extends DType = DType> {
  /** The block's place in the grid of blocks. */
  readonly index: number[];
  /** The index of its first element in the array. */
  readonly origin: number[];
  readonly data: NDArray<D>;
}

/**
 * The blocks of `root` as they are done. At most two a slot are held: what is not taken from the iterator is not
 * computed yet. Leaving the loop stops the computation.
 */
export async function* blocksOf(root: Expr, options: ComputeOptions = {}): AsyncGenerator<Block, void, undefined> {
  const plan = planFor([root], options, blocksBatchMs);
  const executor = executorFor(plan, options);
  const [ref] = plan.results as [ArrayRef & { kind: 'stage' }];
  const stage = plan.stages[ref.stage] as Stage;
  const memoryLimit = limitOf(options, executor);
  checkMemory(plan, memoryLimit, []);
  const store = new MemoryStore(plan, { wholeBelow: 0 });
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const done: { batch: Batch; release: () => void }[] = [];
  let wake: () => void = () => {};
  const run = await executor.open(plan, store);
  let outcome: { error?: unknown } | undefined;
  const onResult = (batch: Batch, release: () => void) => {
    done.push({ batch, release });
    wake();
  };
  const { slots, workers } = executor;
  const { onEvent, ...record } = recordOf([root], plan, executor, options);
  const how = { slots, firstSlots: workers, signal, memoryLimit, onEvent, onResult, held: 2 * slots };
  const finished = drive(plan, [stage], run, store, how).then(
    (report) => {
      record.done(report, store.peakBytes);
      outcome = {};
    },
    (error: unknown) => {
      outcome = { error: record.failed(error) };
    },
  );
  void finished.then(() => wake());
  try {
    for (;;) {
      const next = done.shift();
      if (next !== undefined) {
        yield* blocksIn(root, stage, ref.output, next.batch, store);
        next.release();
      } else if (outcome !== undefined) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if ('error' in outcome) throw outcome.error;
  } finally {
    stop.abort(new AbortError('blocks', 'the loop over blocks was left'));
    await finished;
    await run.end();
  }
}

function* blocksIn(root: Expr, stage: Stage, output: number, batch: Batch, store: MemoryStore): Generator<Block> {
  const memory = store.get(batch)?.[output];
  for (let task = batch.from; task < batch.to; task++) {
    const { origin, extent } = boxOf(root.chunks, task);
    const plane = memory?.data[0] as TypedArray;
    const from = packedOffset(stage.outputs[output] as StageOutput, batch, task);
    const data = plane.slice(from, from + sizeOf(extent));
    yield {
      index: unravel(task, gridOf(root.chunks)),
      origin: [...origin],
      data: new NDArray(root.dtype, data, extent),
    };
  }
}

interface Ran {
  readonly plan: Plan;
  readonly refs: readonly ArrayRef[];
  readonly store: MemoryStore;
  readonly report: DriveReport;
  readonly executor: Executor;
}

async function runPlan(roots: readonly Expr[], options: ComputeOptions): Promise<Ran> {
  if (options.signal?.aborted)
    throw new AbortError('compute', 'the signal was aborted before the start', { cause: options.signal.reason });
  const plan = planFor(roots, options);
  const executor = executorFor(plan, options);
  const record = recordOf(roots, plan, executor, options);
  try {
    const { store, report } = await driven(plan, executor, options, record);
    record.done(report, store.peakBytes);
    return { plan, refs: plan.results, store, report, executor };
  } catch (error) {
    throw record.failed(error);
  }
}

async function driven(
  plan: Plan,
  executor: Executor,
  options: ComputeOptions,
  { onEvent }: RunRecord,
): Promise<Pick<Ran, 'store' | 'report'>> {
  const memoryLimit = limitOf(options, executor);
  checkMemory(plan, memoryLimit, plan.results);
  const dense = plan.results.filter((ref) => ref.kind === 'stage');
  const store = new MemoryStore(plan, { dense });
  const stages = [...new Set(dense.map((ref) => ref.stage))].map((id) => plan.stages[id] as Stage);
  const run = await executor.open(plan, store);
  let report: DriveReport;
  try {
    const { slots, inline } = executor;
    const how = { slots, signal: options.signal, memoryLimit, onEvent };
    const quick = inline === true && memoryLimit === undefined && isSmall(plan);
    report = await (quick ? runInOrder(plan, run, how) : drive(plan, stages, run, store, how));
  } finally {
    await run.end();
  }
  // A thread that was lost may still be at it.
  if (report.retries === 0) store.leave();
  return { store, report };
}

const recordOf = (roots: readonly Expr[], plan: Plan, executor: Executor, options: ComputeOptions): RunRecord =>
  recordRun(plan, executor, {
    label: roots.map((root) => root.label).join(', '),
    memoryLimit: limitOf(options, executor),
    progress: options.progress,
    onProgress: options.onProgress,
    tasksUnfused: () => planFor(roots, { optimizeGraph: false }).tasks,
  });

const executorFor = (plan: Plan, { executor }: ComputeOptions): Executor => executor ?? chosenExecutor(plan);

const limitOf = ({ memoryLimit }: ComputeOptions, executor: Executor): number | undefined =>
  memoryLimit === undefined ? executor.memoryLimit : parseBytes('compute', memoryLimit);

function denseData(store: MemoryStore, ref: ArrayRef): TypedArray {
  const { stage, output } = ref as ArrayRef & { kind: 'stage' };
  return store.dense(stage, output)?.data[0] as TypedArray;
}

function resultOf(root: Expr, store: MemoryStore, ref: ArrayRef): Value {
  const data = denseData(store, ref);
  return root.shape.length === 0
    ? scalarOf(root.dtype, data[0] as number | bigint)
    : new NDArray(root.dtype, data, root.shape);
}
