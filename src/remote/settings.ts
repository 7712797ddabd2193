/** What a run is told when it is opened, and what it asks of its client. */
import type { Engine, Workforce } from './engine.js';

export interface RunSettings {
  /** Names its jobs and blocks. */
  readonly run: string;
  /** The hash of the plan's text. */
  readonly spec: string;
  /** The storage's own name. */
  readonly store: string;
  readonly pool: string;
  /** The server's address, fit to be shown. */
  readonly shownUrl: string;
  readonly key: string | undefined;
  /** Whether a later client with the same plan may find what this one leaves. */
  readonly resumes: boolean;
  readonly backups: boolean;
  readonly taskTimeoutMs: number | undefined;
  readonly reconcileMs: number;
  readonly touchMs: number;
  readonly workerTimeoutMs: number;
  readonly engineTimeoutMs: number;
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
