/** What a06 runs in threads. */
import { setTimeout } from 'node:timers/promises';

/** Gives its argument back after a while: the even ones later than the odd ones. */
export async function sleepThenId(id: number): Promise<number> {
  await setTimeout(id % 2 === 0 ? 600 - 50 * id : 50 + 20 * id);
  return id;
}
