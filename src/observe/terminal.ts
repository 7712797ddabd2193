/** Progress of the computations of this process: a view of the event log that draws lines on stderr. */
import { wallClock } from '../core/clock.js';
import type { Event, EventLog } from '../exec/log.js';
import { delay, type Progress, type ProgressFailure, type ProgressOptions, progress } from './progress.js';

/** How often lines are brought up to date, in milliseconds. */
const tick = 100;

/** What the log has said of one run. */
interface Shown {
  readonly label: string;
  readonly workers: number;
  readonly begun: number;
  readonly always: boolean;
  total: number;
  memoryLimit: number | undefined;
  done: number;
  running: number;
  bytes: number;
  failure: ProgressFailure | undefined;
  /** Made when first needed: most computations are over before. */
  line: Progress | undefined;
}

type Of<T extends Event['type']> = Extract<Event, { readonly type: T }>;

/**
 * Shows the computations that `log` tells of until the function given back is called. One is drawn at a time: the
 * oldest. Where there is no stream to write to, nothing listens.
 */
export function showRuns(log: EventLog, options: ProgressOptions = {}): () => void {
  if (options.stream === undefined && !inNode()) return () => {};
  const view = new RunLines(options);
  const leave = log.subscribe((event) => view.take(event));
  return () => {
    leave();
    view.stop();
  };
}

const inNode = (): boolean => {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
};

class RunLines {
  readonly #options: ProgressOptions;
  readonly #runs = new Map<number, Shown>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  take(event: Event): void {
    if (event.type === 'run') this.#begin(event);
    const run = this.#runs.get(event.run);
    if (run === undefined) return;
    if (event.type === 'plan') {
      run.total = event.tasks;
      run.memoryLimit = event.memoryLimit;
    } else if (event.type === 'start') run.running++;
    else if (event.type === 'retry') run.running--;
    else if (event.type === 'end') {
      run.running--;
      run.done += event.to - event.from;
      run.bytes = event.bytes;
    } else if (event.type === 'error') run.failure = event;
    else if (event.type === 'done') this.#end(run, event);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const run of this.#runs.values()) run.line?.clear();
    this.#runs.clear();
  }

  #begin({ run, label, workers, progress, time }: Of<'run'>): void {
    if (progress === false) return;
    const none = { total: 0, done: 0, running: 0, bytes: 0 };
    const yet = { memoryLimit: undefined, failure: undefined, line: undefined };
    this.#runs.set(run, { label, workers, begun: time, always: progress === true, ...none, ...yet });
    this.#timer ??= inBackground(setInterval(() => this.#draw(), tick));
  }

  #draw(): void {
    const [run] = this.#runs.values();
    if (run === undefined) return;
    const { label, workers, total, done, bytes, memoryLimit, running } = run;
    const elapsedMs = wallClock() - run.begun;
    const busy = Math.min(workers, running);
    this.#lineOf(run).update({ label, done, total, elapsedMs, bytes, memoryLimit, busy, workers });
  }

  #end(run: Shown, event: Of<'done'>): void {
    this.#runs.delete(event.run);
    if (this.#runs.size === 0) this.stop();
    if (run.line === undefined && !run.always && event.wallMs < delay.first) return;
    if (event.ok) {
      const { wallMs, busyMs, peakBytes, retries, tasksUnfused = run.total } = event;
      const efficiency = Math.min(1, busyMs / (wallMs * run.workers));
      const { label, total: tasks } = run;
      this.#lineOf(run).done({ label, wallMs, tasks, tasksUnfused, efficiency, peakBytes, retries });
    } else if (run.failure === undefined || run.failure.name === 'AbortError') run.line?.clear();
    else this.#lineOf(run).fail(run.failure);
  }

  #lineOf(run: Shown): Progress {
    run.line ??= progress({ ...this.#options, always: run.always });
    return run.line;
  }
}

/** Timers of views keep no process alive. */
function inBackground<T>(timer: T): T {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
