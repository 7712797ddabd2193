/** Calls of users' functions in a worker: only of modules that it may run, in threads of their own. */
import { AbortError, MemoryLimitError, RefusedError, TaskError, TaskTimeoutError } from '../core/errors.js';
import type { TaskRunner } from '../exec/tasks/types.js';
import type { SharedBlocks } from './blocks.js';
import { argsName, carriedBytes, carry, fits, resultName } from './carried.js';
import { JobFailure } from './engine.js';
import type { ModuleRule } from './modules.js';
import { type CallPayload, mostInlineResult, type Result, sealFailure, version } from './protocol.js';
import { decode, encode } from './values.js';

interface OpenCall {
  readonly job: string;
  readonly stop: AbortController;
}

export class WorkerCalls {
  readonly #threads: TaskRunner;
  readonly #blocks: SharedBlocks;
  readonly #checkModule: ModuleRule;
  readonly #memory: number;
  readonly #open = new Set<OpenCall>();

  /** `memory`: the bytes that the arguments of a call may have. */
  constructor(threads: TaskRunner, blocks: SharedBlocks, checkModule: ModuleRule, memory: number) {
    this.#threads = threads;
    this.#blocks = blocks;
    this.#checkModule = checkModule;
    this.#memory = memory;
  }

  /** Makes the call. What the function throws is a failure for good: calling it again is for its user to decide. */
  async run(payload: CallPayload): Promise<Result> {
    const { job, module, name, timeoutMs } = payload;
    this.#checkModule(module, name);
    const open: OpenCall = { job, stop: new AbortController() };
    const late = () => open.stop.abort(new TaskTimeoutError(name, `it took longer than ${timeoutMs} ms`));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onStart = () => {
      if (timeoutMs !== undefined) timer = setTimeout(late, timeoutMs);
    };
    this.#open.add(open);
    try {
      const args = await this.#argsOf(payload);
      if (args === undefined) return { v: version, job, kind: 'restore' };
      const returned = await this.#threads.runTask({ module, name, args }, { signal: open.stop.signal, onStart });
      return await this.#answer(payload, returned);
    } catch (error) {
      throw error instanceof TaskError ? new JobFailure(sealFailure(error), true) : error;
    } finally {
      clearTimeout(timer);
      this.#open.delete(open);
    }
  }

  /** Stops the calls that their clients have cancelled. */
  async stopCancelled(isCancelled: (job: string) => Promise<boolean>): Promise<void> {
    for (const { job, stop } of this.#open) {
      if (await isCancelled(job)) stop.abort(new AbortError('compute', 'the task was cancelled by its client'));
    }
  }

  async #argsOf({ run, name, call, args }: CallPayload): Promise<readonly unknown[] | undefined> {
    if ('bytes' in args && args.bytes > this.#memory) {
      throw new MemoryLimitError(name, `its arguments have ${args.bytes} bytes, a job may take ${this.#memory} here`, {
        hint: 'start workers with more --memory, or fewer --slots',
      });
    }
    const bytes = await carriedBytes(args, () => this.#blocks.get(run, argsName(call)));
    if (bytes === undefined) return undefined;
    const list = decode(bytes);
    if (Array.isArray(list)) return list;
    throw new RefusedError(name, 'its arguments are not a list');
  }

  async #answer({ job, run, name, call }: CallPayload, returned: unknown): Promise<Result> {
    const bytes = encoded(name, returned);
    const there = fits(bytes, mostInlineResult) || (await this.#blocks.put(run, resultName(call), bytes));
    if (!there) return { v: version, job, kind: 'restore' };
    return { v: version, job, kind: 'returned', value: carry(bytes, mostInlineResult) };
  }
}

function encoded(name: string, returned: unknown): Uint8Array {
  try {
    return encode(name, returned);
  } catch (thrown) {
    throw new TaskError(name, 'what it returned cannot be sent back', { hint: 'return plain data', cause: thrown });
  }
}
