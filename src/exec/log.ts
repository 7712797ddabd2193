/** The event log: what the engine says happened, as plain data. Every view of a run is a function of it. */

/** One thing that happened. Times are milliseconds of performance.now() + performance.timeOrigin. */
export type Event = { readonly time: number; readonly run: number } & (
  | {
      readonly type: 'run';
      readonly label: string;
      readonly executor: string;
      readonly workers: number;
      /** Whether its caller wants it shown, where that was said. */
      readonly progress?: boolean;
    }
  | { readonly type: 'plan'; readonly tasks: number; readonly memoryLimit?: number }
  | {
      readonly type: 'stage';
      readonly stage: number;
      readonly label: string;
      readonly tasks: number;
      readonly bytes: number;
    }
  | {
      readonly type: 'start';
      readonly stage: number;
      readonly from: number;
      readonly to: number;
      readonly worker?: number;
    }
  | {
      readonly type: 'end';
      readonly stage: number;
      readonly from: number;
      readonly to: number;
      readonly worker: number;
      /** When the work itself began and ended, on the worker. */
      readonly started: number;
      readonly ended: number;
      /** What other workers did of it, where several worked on it together. */
      readonly others?: readonly { readonly worker: number; readonly started: number; readonly ended: number }[];
      /** Bytes of blocks held after it. */
      readonly bytes: number;
    }
  | {
      readonly type: 'retry';
      readonly stage: number;
      readonly from: number;
      readonly to: number;
      readonly reason: string;
    }
  | { readonly type: 'worker'; readonly worker: number; readonly state: 'added' | 'lost' }
  | { readonly type: 'warning'; readonly text: string; readonly hint?: string }
  | {
      readonly type: 'error';
      readonly name: string;
      /** What refused or failed: an operation, or the label of a stage. */
      readonly operation?: string;
      readonly text: string;
      /** The text of the error behind it. */
      readonly why?: string;
      readonly hint?: string;
    }
  | {
      readonly type: 'done';
      readonly ok: boolean;
      readonly wallMs: number;
      readonly busyMs: number;
      readonly peakBytes: number;
      readonly retries: number;
      /** Tasks of the graph as written: for runs that took long enough to reckon them unnoticed. */
      readonly tasksUnfused?: number;
    }
);

export type EventType = Event['type'];
export type Listener = (event: Event) => void;

export interface EventLogOptions {
  /** How many events are kept; older ones are forgotten. */
  readonly capacity?: number;
}

/** The last events, and those who want the next ones. */
export class EventLog {
  readonly #capacity: number;
  readonly #ring: Event[] = [];
  readonly #listeners = new Set<Listener>();
  #emitted = 0;

  constructor({ capacity = 65_536 }: EventLogOptions = {}) {
    this.#capacity = Math.max(1, capacity);
  }

  /** Whether anybody listens. Where nobody does, there is no need to make events. */
  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  /** How many events there have been; event number n is kept if n >= count - capacity. */
  get count(): number {
    return this.#emitted;
  }

  /** Keeps `event` and tells the listeners. Never waits, and what a listener throws is its own loss: it is dropped. */
  emit(event: Event): void {
    this.#ring[this.#emitted++ % this.#capacity] = event;
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        this.#listeners.delete(listener);
      }
    }
  }

  /** Events from number `from` on that are still kept, oldest first. */
  *since(from = 0): Generator<Event, void, undefined> {
    for (let n = Math.max(from, this.#emitted - this.#capacity); n < this.#emitted; n++) {
      yield this.#ring[n % this.#capacity] as Event;
    }
  }

  /** Calls `listener` with every event from now on, until the function given back is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** The log of this process: every computation writes to it while somebody listens. */
export const log = new EventLog({ capacity: 8_192 });
