/** What the executor of threads needs of a platform: `#platform` is node.ts or web.ts. */
import type { Endpoint } from 'comlink';

/** One end of a connection between threads, in the form that comlink speaks through. */
export type Port = Endpoint;

/** A thread that runs threads/entry.ts. */
export interface Thread {
  readonly port: Port;
  /** Called once when the thread is gone, or cannot be trusted any more: by an error, its own exit, or `terminate`. */
  onDeath(listener: (reason: unknown) => void): void;
  terminate(): void;
  /** Kept when no code of it can run any more; where that cannot be known, never. */
  readonly gone: Promise<void>;
  /** Whether the thread keeps the process alive. */
  keepAlive(yes: boolean): void;
}
