/** As many workers as there is work for: started when tasks wait, left to end by themselves when none do. */
import { ArgumentError } from '../core/errors.js';
import { type Event, type EventLog, log } from '../exec/log.js';
import type { Workforce } from './engine.js';
import type { Launch } from './launch.js';

export interface AdaptOptions {
  /** Workers that are kept even when there is nothing to do. Default 0. */
  readonly minimum?: number;
  /** The most that are started. */
  readonly maximum: number;
  /** Starts so many workers more: `launchCommand('sbatch worker.sbatch')`, or a function. */
  readonly launch: Launch;
  /** How often it is looked, in milliseconds. Default 5000. */
  readonly interval?: number;
  /** Milliseconds in which a worker that was asked for should come; then it is asked for again. Default 120 000. */
  readonly patience?: number;
  /** Told when `launch` fails; it is tried again. */
  readonly onError?: (error: unknown) => void;
}

export interface Adapting {
  /** Workers asked for that have not come yet. */
  readonly expected: number;
  /** Starts no more. Workers that are there end by themselves, as their --idle-exit says. */
  stop(): Promise<void>;
}

/** Who is asked how many workers there are: a client. */
export interface Staffed {
  workforce(): Promise<Workforce>;
}

/**
 * Keeps between `minimum` and `maximum` workers for the computations of this process: one for each `slots` batches that
 * wait or run. Workers should be started with --idle-exit, since nobody stops them.
 */
export function adapt(client: Staffed, options: AdaptOptions, events: EventLog = log): Adapting {
  const { minimum = 0, maximum } = options;
  if (!Number.isInteger(minimum) || !Number.isInteger(maximum) || minimum < 0 || maximum < Math.max(1, minimum)) {
    throw new ArgumentError(
      'adapt',
      `minimum and maximum must be whole numbers in order, got ${minimum} and ${maximum}`,
    );
  }
  const demand = new Demand();
  const leave = events.subscribe((event) => demand.take(event));
  const scaler = new Scaler(client, options, demand);
  return {
    get expected() {
      return scaler.expected;
    },
    async stop() {
      leave();
      await scaler.stop();
    },
  };
}

/** The batches still to be done, as far as the event log tells: tasks by the tasks in a batch seen so far. */
class Demand {
  readonly #runs = new Map<number, { left: number; tasks: number; batches: number }>();

  take(event: Event): void {
    const run = this.#runs.get(event.run);
    if (event.type === 'plan') this.#runs.set(event.run, { left: event.tasks, tasks: 0, batches: 0 });
    else if (event.type === 'done') this.#runs.delete(event.run);
    else if (run !== undefined && event.type === 'end') {
      run.left -= event.to - event.from;
      run.tasks += event.to - event.from;
      run.batches++;
    }
  }

  get batches(): number {
    let sum = 0;
    for (const { left, tasks, batches } of this.#runs.values()) sum += batches === 0 ? left : (left * batches) / tasks;
    return Math.ceil(sum);
  }
}

class Scaler {
  readonly #client: Staffed;
  readonly #options: AdaptOptions;
  readonly #demand: Demand;
  readonly #timer: ReturnType<typeof setInterval>;
  /** When each worker that has not come was asked for. */
  #asked: number[] = [];
  #seen = 0;
  #looking: Promise<void> | undefined;

  constructor(client: Staffed, options: AdaptOptions, demand: Demand) {
    this.#client = client;
    this.#options = options;
    this.#demand = demand;
    this.#timer = setInterval(() => this.#look(), options.interval ?? 5000);
    this.#timer.unref?.();
    this.#look();
  }

  get expected(): number {
    return this.#asked.length;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** One look at a time. */
  #look(): void {
    this.#looking ??= this.#scale()
      .catch((error: unknown) => this.#options.onError?.(error))
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #scale(): Promise<void> {
    const { minimum = 0, maximum, launch, patience = 120_000 } = this.#options;
    const { processes, slots } = await this.#client.workforce();
    this.#asked.splice(0, Math.max(0, processes - this.#seen));
    this.#seen = processes;
    const now = performance.now();
    this.#asked = this.#asked.filter((when) => now - when < patience);
    const slotsOfOne = processes === 0 ? 1 : Math.max(1, slots / processes);
    const wanted = Math.min(maximum, Math.max(minimum, Math.ceil(this.#demand.batches / slotsOfOne)));
    const more = wanted - processes - this.#asked.length;
    if (more <= 0) return;
    await launch(more);
    this.#asked.push(...Array.from({ length: more }, () => now));
  }
}
