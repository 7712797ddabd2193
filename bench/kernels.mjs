/**
 * What one thread needs for one element, without planning or scheduling around it: every operation of the tables, casts,
 * generators, reductions and the headline expressions, each beside the least that its instructions or bytes can take.
 *
 *   npm run bench:kernels -- [name...] [--elements 2000000] [--rounds 7]
 *
 * Names choose what contains one of them: `unary`, `sqrt`, `float32`, `W1`. Without names bench/results/kernels.json is
 * written.
 */
import { parseArgs } from 'node:util';
import * as da from 'chunkwise';
import { cases, rejecting } from './kernels/cases.mjs';
import { instructionLimit, measureLimits } from './kernels/limits.mjs';
import { bytesAnElement, nanosecondsOf, smallBlock } from './kernels/time.mjs';
import { printTable, saveJson } from './report/print.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { elements: { type: 'string', default: '2000000' }, rounds: { type: 'string', default: '7' } },
});
const [elements, rounds] = [options.elements, options.rounds].map(Number);
if (!(elements >= 1000 && rounds >= 1)) throw new Error('--elements is at least 1000, --rounds at least 1');

const asked = ({ group, name, dtype }) =>
  positionals.length === 0 || positionals.some((word) => `${group} ${name} ${dtype}`.includes(word));

/** A case with its time, its limit, and which of the two limits that is. */
function measured(each, limits) {
  const { group, name, dtype, kernel } = each;
  const { instructions, ns: computing } = instructionLimit(kernel, limits);
  const moving = bytesAnElement(kernel) * limits.byte;
  const ns = nanosecondsOf(each, elements, rounds);
  const limit = Math.max(computing, moving);
  return {
    group,
    name,
    dtype,
    ns,
    instructions,
    limit,
    by: moving > computing ? 'bytes' : 'instructions',
    times: ns / limit,
  };
}

/** Distributions outside kernels have no loop whose instructions could be counted. */
async function rejected(name, draw) {
  const count = Math.max(1000, Math.round(elements / 64));
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round++) {
    const array = draw(da.random.generator(round), count);
    const before = process.cpuUsage();
    await array.compute({ executor: da.sync() });
    const { user, system } = process.cpuUsage(before);
    if (round > 0) least = Math.min(least, ((user + system) * 1e3) / count);
  }
  return { group: 'random', name, dtype: 'by rejection', ns: least };
}

const shown = (x, digits = 2) => (x === undefined ? '' : x.toFixed(digits));
const row = ({ name, dtype, ns, instructions, limit, by, times }) => ({
  kernel: name,
  dtype,
  'ns an element': shown(ns),
  instructions: shown(instructions, 1),
  'limit ns': shown(limit),
  'set by': by ?? '',
  'times the limit': shown(times, 1),
});

const limits = measureLimits(rounds);
printTable(
  'limits of one thread, nanoseconds',
  Object.entries({ 'any other instruction': limits.simple, ...limits.slow, 'a byte read': limits.byte }).map(
    ([what, ns]) => ({ what, ns: ns.toFixed(3) }),
  ),
);
const all = cases();
const results = all.filter(asked).map((each) => measured(each, limits));
for (const [name, draw] of Object.entries(rejecting)) {
  if (asked({ group: 'random', name, dtype: '' })) results.push(await rejected(name, draw));
}
for (const group of new Set(results.map((result) => result.group))) {
  printTable(group, results.filter((result) => result.group === group).map(row));
}
const small = all.find(({ name }) => name.startsWith('sum of uniform'));
if (asked(small)) console.log(`\na block of 100 elements, ${small.name}: ${smallBlock(small).toFixed(0)} ns`);
if (positionals.length === 0)
  saveJson('kernels', { elements, rounds, limits, smallBlockNs: smallBlock(small), results });
