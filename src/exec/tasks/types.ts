/** Functions of users that run elsewhere: they travel as the name of a module and of its export, never as code. */

declare const signature: unique symbol;

/** A function that workers find for themselves. `Args` and `R` are what it takes and gives, for the types alone. */
export interface Task<Args extends readonly unknown[] = readonly unknown[], R = unknown> {
  readonly kind: 'task';
  /** The module's URL. */
  readonly module: string;
  /** What it exports the function as. */
  readonly name: string;
  readonly [signature]?: (...args: Args) => R;
}

/** One call of a task, as data. */
export interface TaskCall {
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface TaskCallOptions {
  /** Aborting it stops the call: it rejects at once, whether or not the function can be stopped. */
  readonly signal: AbortSignal;
  /** Called when a worker, with its thread started, begins with it; again when it is tried again. */
  readonly onStart: () => void;
}

/**
 * What an executor adds to run tasks. Rejects with a TaskError whose cause is what the function threw, with a typed error
 * when the call is refused, or with WorkerLostError when the worker died.
 */
export interface TaskRunner {
  /** How often a call is handed in whose workers die. 1: the runner itself sees to it that it is tried again. */
  readonly tries: number;
  runTask(call: TaskCall, options: TaskCallOptions): Promise<unknown>;
}

export const isTask = (value: unknown): value is Task =>
  typeof value === 'object' && value !== null && (value as Partial<Task>).kind === 'task' && 'module' in value;
