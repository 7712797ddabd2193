/** What work on other machines is told when it begins, and what it asks of its client. */
import type { Engine, Workforce } from './engine.js';

/** How long is waited for whom, and what people are told of it. */
export interface Patience {
  readonly pool: string;
  /** The server's address, fit to be shown. */
  readonly shownUrl: string;
  readonly workerTimeoutMs: number;
  readonly engineTimeoutMs: number;
}

/** What all work of a client has in common. */
export interface ClientSettings extends Patience {
  /** The storage's own name. */
  readonly store: string;
  readonly key: string | undefined;
  readonly taskTimeoutMs: number | undefined;
  readonly reconcileMs: number;
  readonly touchMs: number;
}

export interface RunSettings extends ClientSettings {
  /** Names its jobs and blocks. */
  readonly run: string;
  /** The hash of the plan's text. */
  readonly spec: string;
  /** Whether a later client with the same plan may find what this one leaves. */
  readonly resumes: boolean;
  readonly backups: boolean;
}

export interface CallHost {
  workforce(): Promise<Workforce>;
  /** Jobs that may usefully be in the queue. */
  readonly slots: number;
}

export interface RunHost {
  readonly engine: Engine;
  getBlock(name: string): Promise<Uint8Array | undefined>;
  putBlock(name: string, bytes: Uint8Array): Promise<void>;
  /** At some time soon. */
  deleteBlock(name: string): void;
  /** Says that the run is still wanted. */
  keep(): Promise<void>;
  /** Sends the plan and its arrays again. */
  restore(): Promise<void>;
  workforce(): Promise<Workforce>;
  /** Jobs that may be at work at the same time. */
  readonly slots: number;
  /** Numbers workers in the order in which they are met. */
  workerIndex(name: string): number;
  /** Removes all traces of the run; `held`: jobs that workers still have. */
  cleanUp(held: readonly string[]): Promise<void>;
  /** Leaves everything where the next client finds it. */
  leave(): void;
}
