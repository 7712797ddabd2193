/** What a computation tells the event log, and the caller who asked for progress, while it runs. */
import { blockCount } from '../core/chunks.js';
import { wallClock } from '../core/clock.js';
import type { ChunkwiseError } from '../core/errors.js';
import type { DriveReport, RunEvent } from '../exec/drive.js';
import { type Event, log } from '../exec/log.js';
import { busyMsOf, type Executor } from '../exec/types.js';
import type { Plan, Stage } from '../plan/types.js';

export interface Progress {
  /** Tasks done, and in all. */
  readonly done: number;
  readonly total: number;
  readonly fraction: number;
  /** Bytes of blocks held now. */
  readonly bytes: number;
  /** The stage whose batch was done last. */
  readonly label: string;
  readonly elapsedMs: number;
}

export interface RunAbout {
  readonly label: string;
  readonly memoryLimit: number | undefined;
  readonly progress: boolean | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  /** Tasks of the graph as written: asked for at the end of runs that took long. */
  readonly tasksUnfused: () => number;
}

/** One computation as it is recorded. */
export interface RunRecord {
  /** For `drive`; undefined where nobody listens. */
  readonly onEvent: ((event: RunEvent) => void) | undefined;
  done(report: DriveReport, peakBytes: number): void;
  /** Records `error`, and gives it back to be thrown. */
  failed(error: unknown): unknown;
}

/** Milliseconds that make a run long: what is reckoned at its end is then a small part of it. */
const long = 500;

type Unstamped = Event extends infer E ? (E extends Event ? Omit<E, 'time' | 'run'> : never) : never;

let lastRun = 0;

export function recordRun(plan: Plan, executor: Executor, about: RunAbout): RunRecord {
  const counted = about.onProgress && countBatches(plan, about.onProgress);
  if (!log.watched) return { onEvent: counted, done: () => {}, failed: (error) => error };
  const run = ++lastRun;
  const begun = wallClock();
  const emit = (event: Unstamped): void => log.emit({ time: wallClock(), run, ...event } as Event);
  announce(plan, executor, about, emit);
  let [busyMs, peakBytes, retries] = [0, 0, 0];
  const end = (ok: boolean, report: Pick<DriveReport, 'busyMs' | 'retries'>, peak: number): void => {
    const wallMs = wallClock() - begun;
    const unfused = ok && wallMs > long ? { tasksUnfused: about.tasksUnfused() } : {};
    emit({ type: 'done', ok, wallMs, busyMs: report.busyMs, retries: report.retries, peakBytes: peak, ...unfused });
  };
  return {
    onEvent(event) {
      if (event.type === 'done') busyMs += busyMsOf(event.report);
      if (event.type === 'retry') retries++;
      else peakBytes = Math.max(peakBytes, event.bytes);
      emit(logged(event));
      counted?.(event);
    },
    done: (report, peak) => end(true, report, peak),
    failed(error) {
      emit(described(error));
      end(false, { busyMs, retries }, peakBytes);
      return error;
    },
  };
}

function announce(
  { stages, tasks }: Plan,
  { kind, workers }: Executor,
  { label, memoryLimit, progress }: RunAbout,
  emit: (event: Unstamped) => void,
): void {
  emit({ type: 'run', label, executor: kind, workers, ...(progress === undefined ? {} : { progress }) });
  emit({ type: 'plan', tasks, ...(memoryLimit === undefined ? {} : { memoryLimit }) });
  for (const { id, label, chunks, taskBytes } of stages) {
    emit({ type: 'stage', stage: id, label, tasks: blockCount(chunks), bytes: taskBytes });
  }
}

function logged(event: RunEvent): Unstamped {
  const { stage, from, to } = event.batch;
  switch (event.type) {
    case 'start':
      return { type: 'start', stage, from, to };
    case 'done': {
      const { worker, start: started, end: ended, others } = event.report;
      const end = { type: 'end', stage, from, to, worker, started, ended, bytes: event.bytes } as const;
      if (others === undefined) return end;
      return {
        ...end,
        others: others.map((share) => ({ worker: share.worker, started: share.start, ended: share.end })),
      };
    }
    case 'retry':
      return { type: 'retry', stage, from, to, reason: textOf(event.error) };
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** By its form, since it may come from another copy of the package. */
export const isTyped = (error: unknown): error is ChunkwiseError =>
  error instanceof Error && 'operation' in error && 'hint' in error;

/** An error as an event: without the operation and the hint in its text, which it names apart. */
export function described(error: unknown): Unstamped & { readonly type: 'error' } {
  const why = error instanceof Error && error.cause !== undefined ? { why: textOf(error.cause) } : {};
  if (!isTyped(error)) {
    return { type: 'error', name: error instanceof Error ? error.name : 'Error', text: textOf(error), ...why };
  }
  const { name, operation, message, hint } = error;
  const [problem] = message.replace(`${operation}: `, '').split('\n  try  ');
  return { type: 'error', name, operation, text: problem ?? '', ...why, ...(hint === undefined ? {} : { hint }) };
}

function countBatches(plan: Plan, onProgress: (progress: Progress) => void): (event: RunEvent) => void {
  const start = performance.now();
  let done = 0;
  return (event) => {
    if (event.type !== 'done') return;
    done += event.batch.to - event.batch.from;
    onProgress({
      done,
      total: plan.tasks,
      fraction: done / plan.tasks,
      bytes: event.bytes,
      label: (plan.stages[event.batch.stage] as Stage).label,
      elapsedMs: performance.now() - start,
    });
  };
}
