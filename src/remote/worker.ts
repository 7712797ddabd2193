/** A worker process: takes jobs from the queue, computes them in threads of its own, and puts their blocks where others find them. */
import { availableParallelism, hostname, totalmem } from 'node:os';
import { parseBytes } from '../core/bytes.js';
import { ArgumentError, RefusedError } from '../core/errors.js';
import { ThreadPool } from '../exec/threads/index.js';
import type { Batch } from '../plan/types.js';
import { answerOf } from './answer.js';
import type { SharedBlocks } from './blocks.js';
import { type ConsumeOptions, consume } from './bullmq.js';
import { checkBatch, checkPlan, type PlanLimits } from './checkPlan.js';
import { type Consumer, JobFailure, PutBack, type TakenJob } from './engine.js';
import { moduleRule } from './modules.js';
import { openBlocks } from './openBlocks.js';
import { loadSources, OpenedPlan } from './openedPlan.js';
import { blockName, fromBase64 } from './pack.js';
import {
  type BatchesPayload,
  type CallPayload,
  openPayload,
  type Payload,
  type Result,
  seal,
  sealFailure,
  version,
} from './protocol.js';
import { mayMend } from './runErrors.js';
import { readSpec } from './spec.js';
import { type Leave, Turns } from './turns.js';
import { cancelNote } from './withdraw.js';
import { WorkerCalls } from './workerCalls.js';
import type { RemoteWorker, WorkerFigures, WorkerOptions } from './workerOptions.js';

/** A plan that nobody used for so long is let go, in milliseconds; at most so many are kept. */
const keptPlanMs = 30_000;
const mostPlans = 16;
/** How often it looks for what was cancelled and what is idle. */
const lookMs = 500;

/** How a worker comes by its jobs. */
export type Take = (settings: ConsumeOptions, work: (job: TakenJob) => Promise<string>) => Promise<Consumer>;

/** Starts taking jobs from the queue. */
export async function startWorker(options: WorkerOptions = {}): Promise<RemoteWorker> {
  const storeUrl = options.store ?? options.url ?? process.env.CHUNKWISE_REDIS_URL ?? '';
  const blocks = await openBlocks(storeUrl, options);
  return workWith(options, blocks, (settings, work) => consume(options.url, settings, work));
}

/** Starts doing the jobs that `take` gives. */
export async function workWith(options: WorkerOptions, blocks: SharedBlocks, take: Take): Promise<RemoteWorker> {
  const {
    slots = availableParallelism(),
    lockDuration = 10_000,
    stalledInterval = 5000,
    maxStalledCount = 2,
  } = options;
  try {
    if (!Number.isInteger(slots) || slots < 1) {
      throw new ArgumentError('worker', `slots must be a positive integer, got ${slots}`);
    }
    await blocks.sweep();
    const worker = new WorkerProcess(options, slots, blocks, await blocks.identify());
    const name = `${hostname().replace(/[^A-Za-z0-9.]/g, '')}-${process.pid}`;
    const settings = { ...options, slots, name, lockDuration, stalledInterval, maxStalledCount };
    worker.start(await take(settings, (job) => worker.take(job)), name);
    return worker;
  } catch (error) {
    await blocks.close();
    throw error;
  }
}

class WorkerProcess implements RemoteWorker {
  readonly slots: number;
  readonly closed: Promise<void>;
  readonly #options: WorkerOptions;
  readonly #blocks: SharedBlocks;
  readonly #store: string;
  readonly #memory: number;
  readonly #limits: PlanLimits;
  readonly #pool: ThreadPool;
  readonly #calls: WorkerCalls;
  readonly #turns: Turns;
  readonly #plans = new Map<string, Promise<OpenedPlan | undefined>>();
  readonly #figures = { jobs: 0, failed: 0, batches: 0, busyMs: 0, active: 0 };
  #consumer: Consumer | undefined;
  #name = '';
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastWork = Date.now();
  #closing: Promise<void> | undefined;
  #tellClosed!: () => void;

  constructor(options: WorkerOptions, slots: number, blocks: SharedBlocks, store: string) {
    this.slots = slots;
    this.#options = options;
    this.#blocks = blocks;
    this.#store = store;
    this.#memory = options.memory === undefined ? totalmem() / 2 : parseBytes('worker', options.memory);
    const allowed = (options.allowData ?? []).map((url) => new URL(url).href);
    this.#limits = {
      memory: this.#memory / slots,
      mayRead: (url) => allowed.some((beginning) => url.startsWith(beginning)),
    };
    this.#pool = new ThreadPool({ workers: slots });
    this.#turns = new Turns(slots);
    const mayRun = moduleRule(options.allowModules ?? []);
    this.#calls = new WorkerCalls(this.#pool.taskThreads, blocks, mayRun, this.#limits.memory);
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
  }

  get figures(): WorkerFigures {
    return { ...this.#figures };
  }

  start(consumer: Consumer, name: string): void {
    this.#consumer = consumer;
    this.#name = name;
    this.#timer = setInterval(() => void this.#look().catch(() => {}), lookMs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#consumer?.close();
    clearInterval(this.#timer);
    for (const plan of this.#plans.values()) await (await plan.catch(() => undefined))?.close();
    await this.#pool.close();
    await this.#blocks.close();
    this.#tellClosed();
  }

  /** Does one job: the text of its result, or a JobFailure. */
  async take(job: TakenJob): Promise<string> {
    try {
      const payload = openPayload(job.body, this.#options.key);
      if (payload.job !== job.id) throw new RefusedError('job', 'it was made under another name');
      const leave = await this.#turn(job, payload);
      if (leave === undefined) throw new PutBack();
      return await this.#work(payload, leave);
    } catch (error) {
      if (error instanceof PutBack) throw error;
      this.#figures.failed++;
      throw error instanceof JobFailure ? error : new JobFailure(sealFailure(error), !mayMend(error));
    }
  }

  #turn({ suspect }: TakenJob, payload: Payload): Promise<Leave | undefined> {
    const tasks = payload.timeoutMs === undefined ? 'tasks' : 'timed';
    const turn = this.#turns.take(payload.kind === 'call' ? 'call' : tasks, suspect);
    this.#consumer?.want(this.#turns.jobs);
    return turn;
  }

  async #work(payload: Payload, leave: Leave): Promise<string> {
    this.#figures.active++;
    try {
      const result = await this.#do(payload, leave);
      this.#figures.jobs++;
      return seal(result, this.#options.key);
    } finally {
      leave();
      this.#figures.active--;
      this.#lastWork = Date.now();
      this.#consumer?.want(this.#turns.jobs);
    }
  }

  #do(payload: Payload, leave: Leave): Promise<Result> {
    if (payload.store !== this.#store) {
      throw new RefusedError('job', 'its blocks are in another storage than this worker uses', {
        hint: 'give connect and the workers the same store',
      });
    }
    return payload.kind === 'call' ? this.#call(payload) : this.#compute(payload, leave);
  }

  #call(payload: CallPayload): Promise<Result> {
    const start = performance.now();
    return this.#calls.run(payload).finally(() => {
      this.#figures.busyMs += performance.now() - start;
    });
  }

  async #compute(payload: BatchesPayload, leave: Leave): Promise<Result> {
    const { job, run } = payload;
    const message = { v: version, job } as const;
    const opened = await this.#open(payload);
    if (opened === undefined) return { ...message, kind: 'restore' };
    const batches = payload.batches.map(([stage, from, to]): Batch => ({ stage, from, to }));
    for (const batch of batches) checkBatch(opened.plan, batch, this.#limits.memory);
    const inline = new Map(payload.inline.map(([stage, from, bytes]) => [`${stage}.${from}`, fromBase64(bytes)]));
    opened.active++;
    try {
      const answer = await answerOf(batches, this.#name, {
        execute: async (batch) => {
          await this.#options.beforeBatch?.(batch);
          return opened.execute(batch, inline, payload.timeoutMs);
        },
        put: (batch, bytes) => this.#blocks.put(run, blockName(batch), bytes),
        onMade: (ms) => {
          this.#figures.batches++;
          this.#figures.busyMs += ms;
        },
        leave,
      });
      return { ...message, ...answer };
    } finally {
      opened.active--;
      opened.lastUse = Date.now();
    }
  }

  /** The plan of a job; undefined: its text, or an array that belongs to it, is not there. */
  #open(payload: BatchesPayload): Promise<OpenedPlan | undefined> {
    const { run } = payload;
    const known = this.#plans.get(run);
    if (known !== undefined) return known;
    const opening = this.#load(payload);
    this.#plans.set(run, opening);
    const forget = () => void this.#plans.delete(run);
    opening.then((opened) => opened ?? forget(), forget);
    return opening;
  }

  async #load({ run, spec: hash }: BatchesPayload): Promise<OpenedPlan | undefined> {
    const text = await this.#consumer?.readNote(`spec:${hash}`);
    if (text === undefined) return undefined;
    const spec = readSpec(text, hash);
    checkPlan(spec, this.#limits);
    const sources = await loadSources(spec, run, this.#blocks);
    if (sources === undefined) return undefined;
    const plan = { stages: spec.stages, sources, results: [], tasks: 0 };
    return new OpenedPlan(run, plan, this.#pool, this.#blocks, this.#memory / 4);
  }

  /** Stops what was cancelled, lets idle plans go, and ends when there has been nothing to do for long. */
  async #look(): Promise<void> {
    await this.#calls.stopCancelled((job) => this.#isCancelled(job));
    const idle: [string, OpenedPlan][] = [];
    for (const [run, opening] of this.#plans) {
      const opened = await opening.catch(() => undefined);
      if (opened === undefined) continue;
      if (opened.active === 0) idle.push([run, opened]);
      else if (await this.#isCancelled(run)) {
        this.#plans.delete(run);
        await opened.cancel();
      }
    }
    const tooMany = this.#plans.size - mostPlans;
    for (const [i, [run, opened]] of idle.sort((a, b) => a[1].lastUse - b[1].lastUse).entries()) {
      if (opened.active > 0 || (i >= tooMany && Date.now() - opened.lastUse < keptPlanMs)) continue;
      this.#plans.delete(run);
      await opened.close();
    }
    const { idleExit } = this.#options;
    const quiet = this.#figures.active === 0 && Date.now() - this.#lastWork;
    if (idleExit !== undefined && quiet !== false && quiet > idleExit * 1000) await this.close();
  }

  async #isCancelled(work: string): Promise<boolean> {
    return (await this.#consumer?.readNote(cancelNote(work))) !== undefined;
  }
}
