/** Waiting with an end. */
import { setTimeout } from 'node:timers/promises';

/** Waits for `work`, `ms` milliseconds at most. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const enough = setTimeout(ms, undefined, { signal: stop.signal }).catch(() => {});
  await Promise.race([work, enough]).finally(() => stop.abort());
}
