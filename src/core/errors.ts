/**
 * Every error chunkwise throws on purpose. Each names the operation, says what was given and what was
 * expected, and, where there is one, the edit that fixes it.
 */
export class ChunkwiseError extends Error {
  override name = 'ChunkwiseError';
  /** The operation that refused, as the user wrote it: `sum`, `reshape`, `fromNpy`. */
  readonly operation: string;
  /** The edit that helps, when one is known. */
  readonly hint: string | undefined;

  constructor(operation: string, problem: string, options: { hint?: string; cause?: unknown } = {}) {
    const text = options.hint === undefined ? problem : `${problem}\n  try  ${options.hint}`;
    super(`${operation}: ${text}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.operation = operation;
    this.hint = options.hint;
  }
}

/** Shapes that do not fit: broadcasting, reshape, concat, a negative or NaN length. */
export class ShapeError extends ChunkwiseError {
  override name = 'ShapeError';
}
/** A dtype the operation has no meaning for, or a cast that would lose data silently. */
export class DTypeError extends ChunkwiseError {
  override name = 'DTypeError';
}
/** An axis out of range, given twice, or not an integer. */
export class AxisError extends ChunkwiseError {
  override name = 'AxisError';
}
/** An index out of bounds, or a slice that cannot be read. */
export class IndexError extends ChunkwiseError {
  override name = 'IndexError';
}
/** Chunks that do not add up to the shape, or cannot be made. */
export class ChunkError extends ChunkwiseError {
  override name = 'ChunkError';
}
/** Any other argument out of its domain: a seed, a count, an option. */
export class ArgumentError extends ChunkwiseError {
  override name = 'ArgumentError';
}
/** A reduction without identity (min, max, argmin, argmax) over no elements. */
export class EmptyReductionError extends ChunkwiseError {
  override name = 'EmptyReductionError';
}
/** A file or buffer that is not what it says. */
export class FormatError extends ChunkwiseError {
  override name = 'FormatError';
}
/** A plan of which one task alone needs more than the limit. Refused before anything runs. */
export class MemoryLimitError extends ChunkwiseError {
  override name = 'MemoryLimitError';
}
/** The executor was closed, before or during the computation. */
export class ExecutorClosedError extends ChunkwiseError {
  override name = 'ExecutorClosedError';
}
/** A worker died in the same task as often as tasks are tried. */
export class WorkerLostError extends ChunkwiseError {
  override name = 'WorkerLostError';
}
/** A task threw; `cause` holds what it threw. */
export class TaskError extends ChunkwiseError {
  override name = 'TaskError';
}
/** The computation was aborted by its signal; `cause` is the signal's reason. */
export class AbortError extends ChunkwiseError {
  override name = 'AbortError';
}
/** A server that cannot be reached, or that refuses who asks. */
export class ConnectionError extends ChunkwiseError {
  override name = 'ConnectionError';
}
/** A queue of remote tasks that no worker takes from. */
export class NoWorkersError extends ChunkwiseError {
  override name = 'NoWorkersError';
}
/** A task that took longer than its caller allows. */
export class TaskTimeoutError extends ChunkwiseError {
  override name = 'TaskTimeoutError';
}
/** Work that came from elsewhere and is not what a worker does: malformed, unsigned, too large, or not allowed there. */
export class RefusedError extends ChunkwiseError {
  override name = 'RefusedError';
}
/** The project contradicts itself: always a bug in chunkwise, never in the caller. */
export class InternalError extends ChunkwiseError {
  override name = 'InternalError';
}
