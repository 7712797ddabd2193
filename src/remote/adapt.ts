/** As many workers as there is work for: started when jobs wait, left to end by themselves when none do. */
import { ArgumentError } from '../core/errors.js';
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

/** What keeps a pool of workers as large as its work. */
export interface Adapting {
  /** Workers asked for that have not come yet. */
  readonly expected: number;
  /** Starts no more. Workers that are there end by themselves, as their --idle-exit says. */
  stop(): Promise<void>;
}

/** Who is asked how many workers there are, and how many jobs for them. */
export interface Staffed {
  workforce(): Promise<Workforce>;
  backlog(): Promise<number>;
}

/** Keeps between `minimum` and `maximum` workers: one for each `slots` jobs that wait or are at work in the queue. */
export class Scaler implements Adapting {
  readonly #queue: Staffed;
  readonly #options: AdaptOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  /** When each worker that has not come was asked for. */
  #asked: number[] = [];
  #seen = 0;
  #looking: Promise<void> | undefined;

  constructor(queue: Staffed, options: AdaptOptions) {
    const { minimum = 0, maximum, interval = 5000 } = options;
    if (!Number.isInteger(minimum) || !Number.isInteger(maximum) || minimum < 0 || maximum < Math.max(1, minimum)) {
      throw new ArgumentError(
        'adapt',
        `minimum and maximum must be whole numbers in order, got ${minimum} and ${maximum}`,
      );
    }
    this.#queue = queue;
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), interval);
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
    const [{ processes, slots }, jobs] = await Promise.all([this.#queue.workforce(), this.#queue.backlog()]);
    this.#asked.splice(0, Math.max(0, processes - this.#seen));
    this.#seen = processes;
    const now = performance.now();
    this.#asked = this.#asked.filter((when) => now - when < patience);
    const slotsOfOne = processes === 0 ? 1 : Math.max(1, slots / processes);
    const wanted = Math.min(maximum, Math.max(minimum, Math.ceil(jobs / slotsOfOne)));
    const more = wanted - processes - this.#asked.length;
    if (more <= 0) return;
    await launch(more);
    this.#asked.push(...Array.from({ length: more }, () => now));
  }
}
