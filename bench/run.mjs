/** All benches, one process each, and what they found in bench/results/latest.json. `npm run bench -- [name...]` */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { saveJson } from './report/print.mjs';

const all = ['build', 'chunk-size', 'fusion', 'workers'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`there is no bench ${unknown.join(', ')}; there are ${all.join(', ')}`);

const results = {};
for (const name of wanted.length > 0 ? wanted : all) {
  const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--expose-gc', script], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  const { machine: _, ...result } = JSON.parse(readFileSync(new URL(`results/${name}.json`, import.meta.url), 'utf8'));
  results[name] = result;
}
if (wanted.length === 0) saveJson('latest', results);
