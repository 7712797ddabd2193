/** Calls of users' functions on workers elsewhere: from the first that is open until none is. */
import { randomBytes } from 'node:crypto';
import { InternalError, TaskError } from '../core/errors.js';
import type { TaskCall, TaskCallOptions } from '../exec/tasks/types.js';
import type { SharedBlocks } from './blocks.js';
import { argsName, carriedBytes, carry, fits, resultName } from './carried.js';
import type { Engine, EngineJob, JobState } from './engine.js';
import { Ledger } from './ledger.js';
import { Presence } from './presence.js';
import { type CallPayload, mostInlinePayload, openResult, seal, version } from './protocol.js';
import { callFailure } from './runErrors.js';
import type { CallHost, ClientSettings } from './settings.js';
import { decode } from './values.js';
import { cancelNote, withdraw } from './withdraw.js';

/** How often a call is made again because its arguments or its result were lost. */
const mostGenerations = 3;

/** One call whose promise is not settled. */
interface OpenCall {
  readonly call: TaskCall;
  /** Its arguments, encoded. */
  readonly args: Uint8Array;
  readonly number: number;
  readonly options: TaskCallOptions;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onAbort: () => void;
  generation: number;
  /** Its job, and when the engine has been told of it. */
  job: string | undefined;
  sending: Promise<void>;
}

const isSmall = ({ args }: OpenCall): boolean => fits(args, mostInlinePayload);

export class CallRun {
  readonly #run = randomBytes(16).toString('hex');
  readonly #engine: Engine;
  readonly #blocks: SharedBlocks;
  readonly #settings: ClientSettings;
  readonly #host: CallHost;
  readonly #onIdle: () => void;
  readonly #presence: Presence;
  readonly #ledger: Ledger;
  readonly #begun: Promise<void>;
  readonly #touching: ReturnType<typeof setInterval>;
  readonly #open = new Set<OpenCall>();
  readonly #waiting = new Set<OpenCall>();
  readonly #jobs = new Map<string, OpenCall>();
  readonly #withdrawals = new Set<Promise<void>>();
  #flushing: Promise<void> | undefined;
  #calls = 0;

  /** `onIdle` is told when no call is open any more; the run is to be ended then. */
  constructor(engine: Engine, blocks: SharedBlocks, settings: ClientSettings, host: CallHost, onIdle: () => void) {
    this.#engine = engine;
    this.#blocks = blocks;
    this.#settings = settings;
    this.#host = host;
    this.#onIdle = onIdle;
    this.#presence = new Presence(settings, host, (error) => this.stop(error));
    this.#ledger = new Ledger(engine, {
      reconcileMs: settings.reconcileMs,
      onBegin: (job) => this.#jobs.get(job)?.options.onStart(),
      onEnd: (job, state) => this.#settle(job, state),
      onMissing: () => this.#restore(),
      backup: () => undefined,
      onLook: (silentMs) => void this.#presence.look(silentMs, this.#ledger.size),
    });
    this.#begun = blocks.begin(this.#run);
    this.#touching = setInterval(() => void blocks.touch(this.#run).catch(() => {}), settings.touchMs);
    this.#touching.unref();
  }

  make(call: TaskCall, args: Uint8Array, options: TaskCallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const open: OpenCall = {
        call,
        args,
        number: this.#calls++,
        options,
        resolve,
        reject,
        onAbort: () => this.#fail(open, options.signal.reason),
        generation: 0,
        job: undefined,
        sending: Promise.resolve(),
      };
      options.signal.addEventListener('abort', open.onAbort, { once: true });
      this.#open.add(open);
      this.#enqueue(open);
    });
  }

  /** Rejects all open calls with `error`. */
  stop(error: unknown): void {
    for (const open of this.#open) this.#fail(open, error);
  }

  /** Removes all traces of it. */
  end(): Promise<void> {
    return this.#presence.cleaned(this.#end());
  }

  async #end(): Promise<void> {
    this.#ledger.rest();
    clearInterval(this.#touching);
    await Promise.allSettled([this.#begun, this.#flushing, ...this.#withdrawals]);
    await this.#ledger.close([]);
    await this.#blocks.expire(this.#run);
  }

  #enqueue(open: OpenCall): void {
    this.#waiting.add(open);
    this.#flushSoon();
  }

  /** Calls made in one turn go out together. */
  #flushSoon(): void {
    this.#flushing ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.#begun)
      .then(() => {
        this.#flushing = undefined;
        this.#flush();
      })
      .catch((error: unknown) => this.stop(error));
  }

  /** Sends what waits, as long as the queue holds not too many jobs of this run. */
  #flush(): void {
    const small: OpenCall[] = [];
    for (const open of this.#waiting) {
      if (this.#jobs.size >= this.#host.slots) break;
      this.#waiting.delete(open);
      open.job = this.#jobName(open);
      this.#jobs.set(open.job, open);
      if (isSmall(open)) small.push(open);
      else this.#send([open], this.#put(open));
    }
    if (small.length > 0) this.#send(small, Promise.resolve());
  }

  #send(calls: readonly OpenCall[], stored: Promise<void>): void {
    const jobs = calls.map((open) => this.#jobOf(open));
    const sending = stored.then(() => this.#ledger.send(jobs, false));
    for (const open of calls) open.sending = sending.catch((error: unknown) => this.#fail(open, error));
  }

  #jobName({ number, generation }: OpenCall): string {
    return `${this.#run}.c${number}${generation === 0 ? '' : `~g${generation}`}`;
  }

  #jobOf(open: OpenCall): EngineJob {
    const { call, args, number, job: id = '' } = open;
    const { store, key, taskTimeoutMs } = this.#settings;
    const payload: CallPayload = {
      v: version,
      kind: 'call',
      job: id,
      run: this.#run,
      store,
      module: call.module,
      name: call.name,
      call: number,
      args: carry(args, mostInlinePayload),
      ...(taskTimeoutMs === undefined ? {} : { timeoutMs: taskTimeoutMs }),
    };
    return { id, title: call.name, body: seal(payload, key), urgent: false };
  }

  async #put({ number, args }: OpenCall): Promise<void> {
    await this.#blocks.put(this.#run, argsName(number), args);
  }

  /** Stores again what workers may miss: the storage may have forgotten the run. */
  async #restore(): Promise<void> {
    await this.#blocks.begin(this.#run);
    await Promise.all([...this.#open].filter((open) => !isSmall(open)).map((open) => this.#put(open)));
  }

  #settle(job: string, state: JobState): void {
    this.#ledger.settle(job, true);
    const open = this.#jobs.get(job);
    if (open === undefined) return;
    this.#jobs.delete(job);
    open.job = undefined;
    if (this.#waiting.size > 0) this.#flushSoon();
    if (state.state === 'failed') this.#fail(open, callFailure(open.call.name, state.reason));
    else if (state.state === 'completed') {
      this.#returned(open, job, state.result).catch((error: unknown) => this.#fail(open, error));
    }
  }

  async #returned(open: OpenCall, job: string, text: string): Promise<void> {
    const result = openResult(text, this.#settings.key);
    if (result.job !== job) throw new InternalError('remote', `a result for ${result.job}`);
    if (result.kind === 'restore') {
      await this.#restore();
      return this.#again(open);
    }
    if (result.kind !== 'returned') throw new InternalError('remote', 'a result of batches for a task');
    const bytes = await carriedBytes(result.value, () => this.#blocks.get(this.#run, resultName(open.number)));
    if (bytes === undefined) return this.#again(open);
    const value = decode(bytes);
    this.#close(open, () => open.resolve(value));
    if (!('inline' in result.value)) this.#drop(open);
  }

  #again(open: OpenCall): void {
    if (!this.#open.has(open)) return;
    if (++open.generation < mostGenerations) this.#enqueue(open);
    else {
      const { name } = open.call;
      this.#fail(
        open,
        new TaskError(name, `it was called ${mostGenerations} times, and what it gave is lost each time`),
      );
    }
  }

  #fail(open: OpenCall, error: unknown): void {
    this.#close(open, () => open.reject(error));
  }

  #close(open: OpenCall, how: () => void): void {
    if (!this.#open.delete(open)) return;
    open.options.signal.removeEventListener('abort', open.onAbort);
    this.#waiting.delete(open);
    how();
    if (open.job !== undefined) this.#withdraw(open, open.job);
    if (!isSmall(open)) this.#drop(open);
    if (this.#open.size === 0) this.#onIdle();
  }

  /** Takes a job back once the engine has it, also from the worker that is at it. */
  #withdraw(open: OpenCall, job: string): void {
    this.#jobs.delete(job);
    const withdrawal = open.sending
      .then(() => {
        this.#ledger.settle(job, false);
        return withdraw(this.#engine, cancelNote(job), [job]);
      })
      .catch(() => {})
      .finally(() => this.#withdrawals.delete(withdrawal));
    this.#withdrawals.add(withdrawal);
    if (this.#waiting.size > 0) this.#flushSoon();
  }

  /** What a call had in the storage goes before the run does. */
  #drop({ number }: OpenCall): void {
    void this.#blocks.delete(this.#run, [argsName(number), resultName(number)]).catch(() => {});
  }
}
