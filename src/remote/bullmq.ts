/** The engine on BullMQ: a queue a pool, one job an id, notes as keys beside it. */
import type { Job, Queue, QueueEvents, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Address, addressOf, type Credentials } from './address.js';
import { atMost } from './atMost.js';
import {
  type Consumer,
  type Engine,
  type EngineJob,
  JobFailure,
  type JobState,
  type Notes,
  PutBack,
  type TakenJob,
  type Workforce,
} from './engine.js';
import { connectRedis, optionalPackage } from './redis.js';

export interface QueueOptions extends Credentials {
  /** The class of workers that is asked, or that this one is. Default 'default'. */
  readonly pool?: string;
  /** How often a job is tried in all. Default 3. */
  readonly attempts?: number;
}

export interface ConsumeOptions extends QueueOptions {
  /** Jobs taken at the same time. */
  readonly slots: number;
  /** Shown to people who look at the queue. */
  readonly name: string;
  /** How long a worker that says nothing keeps its jobs, in milliseconds. */
  readonly lockDuration: number;
  /** How often jobs of silent workers are looked for, in milliseconds. */
  readonly stalledInterval: number;
  /** How often a job may lose its worker before it counts as what kills them. */
  readonly maxStalledCount: number;
}

/** News are a wake-up only: those that are not read in time may go. */
const keptNews = 4096;
/** Finished jobs that nobody fetched go after so many seconds. */
const keptResults = { age: 3600 };
const keptFailures = { age: 86_400 };
/** Closing says goodbye to the server, which may not be there any more. */
const mostClosingMs = 2000;
/** Jobs added, looked up or removed in one go. */
const most = 500;

const queueName = (pool: string): string => `chunkwise-v1-${pool}`;
const noteKey = (name: string): string => `{chunkwise}:${name}`;
/** A worker's name ends with its slots, for clients to count. */
const slotsIn = (name: string): number => Number(/-s(\d{1,5})$/.exec(name)?.[1] ?? 1);

const bullmq = (operation: string) => optionalPackage(operation, 'bullmq', () => import('bullmq'));

class RedisNotes implements Notes {
  readonly redis: Redis;
  constructor(redis: Redis) {
    this.redis = redis;
  }
  async keepNote(name: string, text: string, seconds: number): Promise<void> {
    await this.redis.set(noteKey(name), text, 'EX', seconds);
  }
  async readNote(name: string): Promise<string | undefined> {
    return (await this.redis.get(noteKey(name))) ?? undefined;
  }
  async dropNotes(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.redis.del(...names.map(noteKey));
  }
}

type Data = { readonly text: string };

/** The client's side of the queue at `url`. */
export async function openQueue(url: string | undefined, options: QueueOptions = {}): Promise<Engine> {
  const { Queue, QueueEvents } = await bullmq('connect');
  const address = await addressOf('connect', url, options);
  const redis = await connectRedis('connect', address);
  const name = queueName(options.pool ?? 'default');
  const queue = new Queue<Data, string>(name, {
    connection: redis,
    streams: { events: { maxLen: keptNews } },
    defaultJobOptions: {
      attempts: options.attempts ?? 3,
      backoff: { type: 'exponential', delay: 500 },
      removeOnComplete: keptResults,
      removeOnFail: keptFailures,
    },
  });
  const news = new QueueEvents(name, { connection: redis, lastEventId: '0' });
  queue.on('error', () => {});
  news.on('error', () => {});
  await news.waitUntilReady();
  return new BullEngine(redis, queue, news);
}

class BullEngine extends RedisNotes implements Engine {
  readonly #queue: Queue<Data, string>;
  readonly #news: QueueEvents;

  constructor(redis: Redis, queue: Queue<Data, string>, news: QueueEvents) {
    super(redis);
    this.#queue = queue;
    this.#news = news;
  }

  async submit(jobs: readonly EngineJob[]): Promise<void> {
    for (const part of partsOf(jobs)) {
      await this.#queue.addBulk(
        part.map(({ id, title, body, urgent }) => ({
          name: title,
          data: { text: body },
          opts: { jobId: id, lifo: urgent },
        })),
      );
    }
  }

  async states(ids: readonly string[]): Promise<JobState[]> {
    const states: JobState[] = [];
    for (const part of partsOf(ids)) {
      const pipeline = this.redis.pipeline();
      for (const id of part) {
        pipeline.hmget(this.#queue.toKey(id), 'timestamp', 'processedOn', 'finishedOn', 'returnvalue', 'failedReason');
      }
      for (const [error, fields] of (await pipeline.exec()) ?? []) {
        if (error !== null) throw error;
        states.push(stateOf(fields as (string | null)[]));
      }
    }
    return states;
  }

  async remove(ids: readonly string[]): Promise<string[]> {
    const kept: string[] = [];
    for (const part of partsOf(ids)) {
      const done = await Promise.all(part.map((id) => this.#queue.remove(id)));
      done.forEach((code, i) => {
        if (code === 0) kept.push(part[i] as string);
      });
    }
    return kept;
  }

  onNews(listener: (id: string, what: 'begun' | 'ended') => void): () => void {
    const begun = ({ jobId }: { jobId: string }) => listener(jobId, 'begun');
    const ended = ({ jobId }: { jobId: string }) => listener(jobId, 'ended');
    this.#news.on('active', begun).on('completed', ended).on('failed', ended);
    return () => void this.#news.off('active', begun).off('completed', ended).off('failed', ended);
  }

  backlog(): Promise<number> {
    return this.#queue.getJobCountByTypes('waiting', 'prioritized', 'delayed', 'active');
  }

  async workforce(): Promise<Workforce> {
    const workers = await this.#queue.getWorkers();
    return {
      processes: workers.length,
      slots: workers.reduce((n, { rawname, name }) => n + slotsIn(rawname ?? name ?? ''), 0),
    };
  }

  async close(): Promise<void> {
    await atMost(mostClosingMs, Promise.all([this.#news.close(), this.#queue.close()])).catch(() => {});
    this.redis.disconnect();
  }
}

function stateOf(fields: readonly (string | null)[]): JobState {
  const [added, started, finished, result, reason] = fields;
  if (added === null) return { state: 'missing' };
  if (finished === null || finished === undefined) return { state: started === null ? 'waiting' : 'active' };
  if (typeof result === 'string') return { state: 'completed', result: String(JSON.parse(result)) };
  return { state: 'failed', reason: reason ?? '' };
}

function* partsOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += most) yield all.slice(at, at + most);
}

/** Takes jobs from the queue at `url` and has `work` do them. */
export async function consume(
  url: string | undefined,
  options: ConsumeOptions,
  work: (job: TakenJob) => Promise<string>,
): Promise<Consumer> {
  const { UnrecoverableError, WaitingError, Worker } = await bullmq('worker');
  const address: Address = await addressOf('worker', url, options);
  const redis = await connectRedis('worker', address);
  const process = async (job: Job<Data, string>, token?: string): Promise<string> => {
    const { id = '', data, stalledCounter } = job;
    try {
      return await work({ id, body: typeof data?.text === 'string' ? data.text : '', suspect: stalledCounter > 0 });
    } catch (error) {
      if (error instanceof PutBack) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      throw error instanceof JobFailure && error.final ? new UnrecoverableError(error.message) : error;
    }
  };
  const worker = new Worker<Data, string>(queueName(options.pool ?? 'default'), process, {
    connection: redis,
    name: `${options.name}-s${options.slots}`,
    concurrency: options.slots,
    lockDuration: options.lockDuration,
    stalledInterval: options.stalledInterval,
    maxStalledCount: options.maxStalledCount,
  });
  worker.on('error', () => {});
  await worker.waitUntilReady();
  return new BullConsumer(redis, worker);
}

class BullConsumer extends RedisNotes implements Consumer {
  readonly #worker: Worker<Data, string>;

  constructor(redis: Redis, worker: Worker<Data, string>) {
    super(redis);
    this.#worker = worker;
  }

  want(jobs: number): void {
    this.#worker.concurrency = jobs;
  }

  async close(): Promise<void> {
    await this.#worker.close();
    this.redis.disconnect();
  }
}
