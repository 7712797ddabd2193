/** Taking jobs back, also those that workers are at. */
import type { Engine } from './engine.js';

/** How long workers are asked to stop what was cancelled, and how often it is looked whether they have. */
const askMs = 5000;
const lookMs = 100;
/** A note that outlives its job, for workers that do not answer now, in seconds. */
const keptNote = 30;

/** What workers look for while they are at a job of a run, or at one job. */
export const cancelNote = (work: string): string => `cancel:${work}`;

/** Removes jobs. Those that workers have are removed when these, asked by a note, let go of them. */
export async function withdraw(engine: Engine, note: string, jobs: readonly string[]): Promise<void> {
  let left = await engine.remove(jobs);
  if (left.length === 0) return;
  await engine.keepNote(note, '1', keptNote);
  const end = Date.now() + askMs;
  while (left.length > 0 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    left = await engine.remove(left);
  }
  if (left.length === 0) await engine.dropNotes([note]);
}
