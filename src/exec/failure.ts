/** Errors that cross between threads: as data on the way, and typed again where they arrive. */
import * as errors from '../core/errors.js';

const { ChunkwiseError, TaskError } = errors;

/** An error as plain data. */
export interface Failure {
  /** The name of its class: one of core/errors, or whatever else was thrown. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** For errors of core/errors. */
  readonly operation?: string;
  readonly hint?: string;
  readonly cause?: Failure;
}

/** How deep causes are followed: an error may be its own cause. */
const deepest = 8;

export function toFailure(thrown: unknown, depth = 0): Failure {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown), stack: undefined };
  const { name, message, stack } = thrown;
  const cause = thrown.cause === undefined || depth === deepest ? {} : { cause: toFailure(thrown.cause, depth + 1) };
  if (!(thrown instanceof ChunkwiseError)) return { name, message, stack, ...cause };
  const { operation, hint } = thrown;
  return { name, message, stack, operation, ...(hint === undefined ? {} : { hint }), ...cause };
}

type ErrorClass = new (
  operation: string,
  problem: string,
  options: { hint?: string; cause?: unknown },
) => errors.ChunkwiseError;

const classes: Readonly<Record<string, unknown>> = errors;

export function fromFailure(failure: Failure): Error {
  const { name, message, stack, operation, hint } = failure;
  const cause = failure.cause === undefined ? {} : { cause: fromFailure(failure.cause) };
  if (operation === undefined || typeof classes[name] !== 'function') {
    return withStack(Object.assign(new Error(message, cause), { name }), stack);
  }
  const typed = new (classes[name] as ErrorClass)(operation, '', { ...(hint === undefined ? {} : { hint }), ...cause });
  return withStack(Object.assign(typed, { message }), stack);
}

const withStack = <E extends Error>(error: E, stack: string | undefined): E =>
  stack === undefined ? error : Object.assign(error, { stack });

/** What a task threw as what users see: an error of ours as it is, anything else as the cause of a TaskError. */
export function asTaskError(label: string, thrown: unknown): errors.ChunkwiseError {
  if (thrown instanceof ChunkwiseError) return thrown;
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new TaskError(label, `a task failed with ${message}`, { cause: thrown });
}

/** The error of a computation whose signal said stop. */
export const aborted = (signal: AbortSignal): errors.AbortError =>
  new errors.AbortError('compute', 'the computation was aborted', { cause: signal.reason });

/** The error of whoever asks a closed executor for work. */
export const closed = (kind: string): errors.ExecutorClosedError =>
  new errors.ExecutorClosedError(kind, 'the executor is closed', { hint: 'make a new one, or leave out `executor`' });
