/** Tasks of users on other machines: what `submit`, `map` and `gather` of a client run on. */
import { closed } from '../exec/failure.js';
import type { TaskCall, TaskCallOptions, TaskRunner } from '../exec/tasks/types.js';
import type { SharedBlocks } from './blocks.js';
import { CallRun } from './callRun.js';
import type { Engine } from './engine.js';
import type { CallHost, ClientSettings } from './settings.js';
import { encode } from './values.js';

export class RemoteCalls implements TaskRunner {
  /** The engine gives the jobs of dead workers to others by itself. */
  readonly tries = 1;
  readonly #begin: (onIdle: () => void) => CallRun;
  /** The run of the calls that are open; undefined while none is. */
  #run: CallRun | undefined;
  readonly #ending = new Set<Promise<void>>();
  #closed = false;

  constructor(engine: Engine, blocks: SharedBlocks, settings: ClientSettings, host: CallHost) {
    this.#begin = (onIdle) => new CallRun(engine, blocks, settings, host, onIdle);
  }

  async runTask(call: TaskCall, options: TaskCallOptions): Promise<unknown> {
    if (this.#closed) throw closed('remote');
    options.signal.throwIfAborted();
    const args = encode(call.name, call.args);
    this.#run ??= this.#begin(() => this.#end());
    return this.#run.make(call, args, options);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#run?.stop(closed('remote'));
    await Promise.all(this.#ending);
  }

  #end(): void {
    const ending = this.#run
      ?.end()
      .catch(() => {})
      .finally(() => this.#ending.delete(ending as Promise<void>));
    if (ending !== undefined) this.#ending.add(ending);
    this.#run = undefined;
  }
}
