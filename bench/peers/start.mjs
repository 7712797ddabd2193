/** What it takes to begin, what a kernel takes to be made, what fusion gains and the memory of W1: in fresh processes. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../report/measure.mjs';

/** Milliseconds after which a script is taken for hanging. */
const timeout = 120_000;
/** W1 unfused writes out every intermediate, so that fusion is measured on no more than this. */
const mostUnfused = 2e7;

/** What a script of node/ prints as its last line. */
function measured(script, ...args) {
  const path = fileURLToPath(new URL(`node/${script}.mjs`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8', timeout });
  if (status !== 0) throw new Error(`${script} failed: ${stderr.trim() || `no end in ${timeout / 1000} s`}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** A fresh process is short, and no two are alike: so many at least. */
const fewest = 9;

/** Medians over fresh processes. */
export function measureStart(rounds, w1Size) {
  const runs = Array.from({ length: Math.max(fewest, rounds) }, () => measured('startUp'));
  const medians = Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));
  return {
    ...medians,
    ...measured('kernelCompile'),
    ...measured('fusionGain', String(Math.min(w1Size, mostUnfused)), String(rounds)),
    ...measured('peakMemory', String(w1Size)),
  };
}
