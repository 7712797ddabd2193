/**
 * Prints the greatest error of every function in ulps.
 *
 * node test/kernel/math/ulp.mjs              over the hard and random places of reference.json
 * node test/kernel/math/ulp.mjs N [name...]  over N fresh random places each (needs python3 with mpmath)
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apply, readRows } from './kernels.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const fresh = (...args) => execFileSync('python3', [here('reference.py'), ...args], { maxBuffer: 2 ** 30 });
const [count, ...names] = process.argv.slice(2);
const table = JSON.parse(count === undefined ? readFileSync(here('reference.json')) : fresh(count, ...names));

for (const [name, rows] of Object.entries(table)) {
  const { inputs, rounded, error } = readRows(rows);
  const out = apply(name, 'float64', inputs);
  let [worst, at, wrong] = [0, 0, 0];
  out.forEach((answer, i) => {
    if (!Object.is(answer, rounded[i])) wrong++;
    if (error(answer, i) > worst) [worst, at] = [error(answer, i), i];
  });
  const share = ((100 * (out.length - wrong)) / out.length).toFixed(1);
  const place = inputs.map((x) => x[at]).join(', ');
  console.log(
    `${name.padEnd(10)} ${worst.toFixed(2)} ulp at (${place}); ${share} % of ${out.length} correctly rounded`,
  );
}
