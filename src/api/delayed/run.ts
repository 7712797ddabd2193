/** Making delayed calls: each once, as soon as what it is given is there. */
import { ChunkedArray } from '../../array.js';
import { computeExprs, type Value } from '../../compute.js';
import { AbortError, ArgumentError, ChunkwiseError, TaskError } from '../../core/errors.js';
import { preferredExecutor } from '../../exec/preferred.js';
import { callTask } from '../../exec/tasks/call.js';
import type { TaskClient } from '../../exec/tasks/client.js';
import { isTask } from '../../exec/tasks/types.js';
import { defaultPool } from '../../exec/threads/index.js';
import type { Executor } from '../../exec/types.js';
import { callOrder, callsIn, type DelayedCall, replaced } from './node.js';

export interface DelayedOptions {
  /** Who runs tasks, and computes arrays among the arguments. Default: threads. */
  readonly executor?: Executor;
  /** Aborting it lets no more calls begin, stops tasks that run, and rejects with an AbortError. */
  readonly signal?: AbortSignal;
}

const runsTasks = (executor: Executor): executor is Executor & TaskClient => 'submit' in executor;

export function runDelayed(root: DelayedCall, { executor, signal }: DelayedOptions): Promise<unknown> {
  const stop = new AbortController();
  const results = new Map<unknown, Promise<unknown>>();
  const order = callOrder(root);
  const run = async (node: DelayedCall): Promise<unknown> => {
    const needs = callsIn(node);
    const given = [...needs, ...arraysIn(node)];
    const values = await Promise.all(given.map((input) => results.get(input)));
    stop.signal.throwIfAborted();
    const known = new Map(given.map((input, i) => [input as unknown, values[i]]));
    const args = replaced(node.args, (leaf) => (known.has(leaf) ? known.get(leaf) : leaf));
    return call(node, args as readonly unknown[], executor, stop.signal);
  };
  const outcome = new Promise<unknown>((resolve, reject) => {
    const fail = (error: unknown): void => {
      stop.abort(error);
      reject(error);
    };
    const onAbort = (): void => fail(new AbortError('delayed', 'the signal was aborted', { cause: signal?.reason }));
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    computeArrays(order, results, executor, stop.signal);
    for (const node of order) results.set(node, run(node));
    for (const result of results.values()) result.catch(fail);
    results.get(root)?.then((value) => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    }, fail);
  });
  return outcome;
}

function arraysIn(node: DelayedCall): ChunkedArray[] {
  const found = new Set<ChunkedArray>();
  replaced(node.args, (leaf) => {
    if (leaf instanceof ChunkedArray) found.add(leaf);
    return leaf;
  });
  return [...found];
}

/** All arrays in one pass, so that what they share is computed once. */
function computeArrays(
  order: readonly DelayedCall[],
  results: Map<unknown, Promise<unknown>>,
  executor: Executor | undefined,
  signal: AbortSignal,
): void {
  const arrays = [...new Set(order.flatMap(arraysIn))];
  if (arrays.length === 0) return;
  const options = executor === undefined ? { signal } : { executor, signal };
  const values: Promise<Value[]> = computeExprs(
    arrays.map((array) => array.expr),
    options,
  );
  arrays.forEach((array, i) => {
    results.set(
      array,
      values.then((all) => all[i]),
    );
  });
}

async function call(
  { call: made, key }: DelayedCall,
  args: readonly unknown[],
  executor: Executor | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  if (!isTask(made)) return callHere(made as (...args: readonly unknown[]) => unknown, key, args);
  const client = executor ?? preferredExecutor() ?? defaultPool();
  if (!runsTasks(client)) {
    if (client.kind === 'sync') return callTask({ ...made, args });
    throw new ArgumentError('delayed', `the executor ${client.kind} runs no tasks`, { hint: 'da.threads()' });
  }
  const future = client.submit(made, ...args);
  const cancel = (): void => void future.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return future.result().finally(() => signal.removeEventListener('abort', cancel));
}

async function callHere(
  made: (...args: readonly unknown[]) => unknown,
  key: string,
  args: readonly unknown[],
): Promise<unknown> {
  try {
    return await made(...args);
  } catch (thrown) {
    if (thrown instanceof ChunkwiseError) throw thrown;
    const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    throw new TaskError(key, `the call failed with ${message}`, { cause: thrown });
  }
}
