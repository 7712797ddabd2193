/** What it takes to begin, and the memory of W1: in fresh processes. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../report/measure.mjs';

/** What a script of node/ prints as its last line. */
function measured(script, ...args) {
  const path = fileURLToPath(new URL(`node/${script}.mjs`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`measuring the start failed: ${stderr.trim()}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Medians over `rounds` fresh processes. */
export function measureStart(rounds, w1Size) {
  const runs = Array.from({ length: rounds }, () => measured('startUp'));
  const medians = Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));
  return { ...medians, ...measured('peakMemory', String(w1Size)) };
}
