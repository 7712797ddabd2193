/** Whether there is somebody to wait for: a server that answers, and workers that take what is sent. */
import { atMost } from './atMost.js';
import type { Workforce } from './engine.js';
import { nobodyThere, serverGone } from './runErrors.js';
import type { Patience } from './settings.js';

export class Presence {
  readonly #patience: Patience;
  readonly #client: { workforce(): Promise<Workforce> };
  readonly #giveUp: (error: Error) => void;
  #nobodySince: number | undefined;
  #serverGone = false;

  /** `giveUp` is told when one of them has been away for longer than `patience` says. */
  constructor(patience: Patience, client: { workforce(): Promise<Workforce> }, giveUp: (error: Error) => void) {
    this.#patience = patience;
    this.#client = client;
    this.#giveUp = giveUp;
  }

  /** One look: the server has said nothing for `silentMs`, and `jobs` are waited for. */
  async look(silentMs: number, jobs: number): Promise<void> {
    const { engineTimeoutMs, workerTimeoutMs } = this.#patience;
    if (silentMs > engineTimeoutMs) {
      this.#serverGone = true;
      return this.#giveUp(serverGone(silentMs));
    }
    if (jobs === 0) return;
    const { slots } = await this.#client.workforce().catch(() => ({ slots: 1 }));
    if (slots > 0) {
      this.#nobodySince = undefined;
      return;
    }
    this.#nobodySince ??= Date.now();
    const waited = Date.now() - this.#nobodySince;
    if (waited >= workerTimeoutMs) this.#giveUp(nobodyThere(jobs, waited, this.#patience));
  }

  /**
   * Waits until `work` has removed what is over, but no longer than a server may be away: one that is gone does not answer,
   * and what is left there ends by itself.
   */
  cleaned(work: Promise<void>): Promise<void> {
    return atMost(this.#serverGone ? 0 : this.#patience.engineTimeoutMs, work);
  }
}
