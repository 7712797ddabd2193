/** dieharder on a sequence piped to it, where it is installed. */
import { spawnSync } from 'node:child_process';
import { verdict } from './pipe.mjs';

/** dieharder's tests of a minute or less each; 'all' asks for the whole battery. */
export const quickTests = [0, 2, 3, 4, 8, 9, 10, 11, 15, 100, 101, 204];

export function dieharderVersion() {
  const { status, stdout } = spawnSync('dieharder', ['-h'], { encoding: 'utf8' });
  return status === null ? undefined : (/dieharder version [\d.]+/.exec(stdout ?? '')?.[0] ?? 'dieharder');
}

/** Lines 'name|ntup|tsamples|psamples|p|PASSED' of one run. */
async function assess(fill, args) {
  const text = await verdict('dieharder', ['-g', '200', ...args], fill);
  return text.split('\n').filter((line) => /PASSED|WEAK|FAILED/.test(line));
}

/** Counts of what passed; `which` is 'all' or 'quick'. */
export async function runDieharder(fill, which) {
  const runs = which === 'all' ? [['-a']] : quickTests.map((test) => ['-d', String(test)]);
  const lines = [];
  for (const args of runs) lines.push(...(await assess(fill, args)));
  const count = (word) => lines.filter((line) => line.includes(word)).length;
  const notes = lines
    .filter((line) => !line.includes('PASSED'))
    .map((line) => {
      const [name, , , , p] = line.split('|').map((part) => part.trim());
      return `${name} p = ${p}`;
    });
  const tests = which === 'all' ? 'all (`-a`)' : quickTests.join(', ');
  return { passed: count('PASSED'), weak: count('WEAK'), failed: count('FAILED'), notes: notes.join('; '), tests };
}
