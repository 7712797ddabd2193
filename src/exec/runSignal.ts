/** The signal of a run: that of its first batch. Aborting it stops the run as a whole. */
import { aborted } from './failure.js';

export class RunSignal {
  readonly #stop: (error: unknown) => void;
  #signal: AbortSignal | undefined;

  /** `stop` is called with an AbortError when the signal is aborted, at once if it is already. */
  constructor(stop: (error: unknown) => void) {
    this.#stop = stop;
  }

  watch(signal: AbortSignal | undefined): void {
    if (signal === undefined || this.#signal !== undefined) return;
    this.#signal = signal;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The run is over: the signal may outlive it. */
  leave(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#stop(aborted(this.#signal as AbortSignal));
}
