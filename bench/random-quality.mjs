/**
 * Are the generators as random as they should be? Batteries on what the compiled kernels draw.
 *
 *   node bench/random-quality.mjs [--samples 1e7] [--only weyl64] [--sequences 'in-stream,words'] [--docs]
 *                                 [--dieharder quick|all] [--practrand PATH --most 4GB] [--pipe weyl64/in-stream]
 *
 * Writes bench/results/random.json; --docs writes docs/random.md from it, --dieharder and --practrand (the path of its
 * RNG_test) add to it. --pipe writes the words of a sequence to the standard output for as long as somebody reads them.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generators } from '../dist/kernel/random.js';
import { blockWords, runBattery, views } from './random/battery.mjs';
import { dieharderVersion, runDieharder } from './random/dieharder.mjs';
import { randomDocument } from './random/document.mjs';
import { controls, sequences } from './random/draws.mjs';
import { pipe } from './random/pipe.mjs';
import { runPractRand } from './random/practrand.mjs';
import { uniformity } from './random/probability.mjs';
import { machine, printTable, saveText } from './report/print.mjs';

const { values: options } = parseArgs({
  options: {
    samples: { type: 'string', default: '1e7' },
    only: { type: 'string', default: Object.keys(generators).join(',') },
    sequences: { type: 'string', default: Object.keys(sequences).join(',') },
    dieharder: { type: 'string' },
    practrand: { type: 'string' },
    most: { type: 'string', default: '1GB' },
    pipe: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});

const [suspicious, failing] = [1e-5, 1e-9];
const chosen = options.only.split(',');
const asked = options.sequences.split(',').map((name) => name.trim());
const unknown = asked.find((name) => sequences[name] === undefined);
if (unknown !== undefined)
  throw new Error(`there is no sequence ${unknown}; there are ${Object.keys(sequences).join(', ')}`);

function examine(generator, name) {
  const { says, make, limit = Number.POSITIVE_INFINITY } = sequences[name];
  const blocks = Math.max(1, Math.floor(Math.min(Number(options.samples), limit) / blockWords));
  const found = runBattery(make(generator), blocks);
  const worst = found.reduce((a, b) => (b.p < a.p ? b : a));
  const low = found.filter(({ p }) => p < 0.001).length;
  const words = blocks * blockWords;
  return { generator, sequence: name, says, words, tests: found.length, smallest: worst.p, test: worst.test, low };
}

/** How clearly one block of each faulty generator fails. */
const examineControls = () =>
  Object.entries(controls).map(([name, make]) => {
    const found = runBattery(make(), 1);
    const failed = found.filter(({ p }) => p < failing).length;
    return { name, failed, tests: found.length };
  });

function battery() {
  const results = [];
  for (const generator of chosen) {
    for (const name of asked) {
      results.push(examine(generator, name));
      process.stderr.write(`${generator}, ${name}: smallest p ${results.at(-1).smallest.toPrecision(3)}\n`);
    }
  }
  const total = (pick) => results.reduce((sum, r) => sum + pick(r), 0);
  const corrected = results.map((r) => -Math.expm1(r.tests * Math.log1p(-r.smallest)));
  return {
    machine: machine(),
    samples: options.samples,
    blockWords,
    testsAView: results[0].tests / Object.keys(views).length,
    suspicious,
    failing,
    values: total((r) => r.tests),
    low: total((r) => r.low),
    uniform: uniformity(corrected),
    results,
    controls: examineControls(),
  };
}

/** What `run` finds of each endless sequence that is asked for. */
async function runs(name, run) {
  const found = [];
  for (const generator of chosen) {
    for (const sequence of asked.filter((one) => sequences[one].limit === undefined)) {
      const result = await run(sequences[sequence].make(generator));
      process.stderr.write(`${name}, ${generator}, ${sequence}: ${JSON.stringify(result)}\n`);
      found.push({ generator, sequence, ...result });
    }
  }
  return found;
}

async function dieharder() {
  const version = dieharderVersion();
  if (version === undefined) throw new Error('dieharder is not installed: apt-get install dieharder');
  return runs(version, async (fill) => ({ version, ...(await runDieharder(fill, options.dieharder)) }));
}

const practrand = () => runs('PractRand', (fill) => runPractRand(options.practrand, fill, options.most));

if (options.pipe !== undefined) {
  const [generator, name] = options.pipe.split('/');
  await pipe(sequences[name].make(generator), process.stdout);
  process.exit(0);
}

/** Earlier runs, the same ones replaced, in the order in which generators are listed. */
function withNew(earlier = [], found) {
  const isSame = (a) => (b) => a.generator === b.generator && a.sequence === b.sequence;
  const all = [...earlier.filter((one) => !found.some(isSame(one))), ...found];
  return Object.keys(generators).flatMap((name) => all.filter(({ generator }) => generator === name));
}

const saved = new URL('results/random.json', import.meta.url);
const known = existsSync(saved) ? JSON.parse(readFileSync(saved, 'utf8')) : undefined;

async function examined() {
  if (options.practrand !== undefined)
    return { ...(known ?? battery()), practrand: withNew(known?.practrand, await practrand()) };
  if (options.dieharder !== undefined)
    return { ...(known ?? battery()), dieharder: withNew(known?.dieharder, await dieharder()) };
  return { ...battery(), dieharder: known?.dieharder, practrand: known?.practrand };
}

const report = await examined();
printTable(
  `${report.values} p-values, ${report.low} below 0.001`,
  report.results.map(({ generator, sequence, words, smallest, test }) => ({
    generator,
    sequence,
    words,
    'smallest p': smallest.toPrecision(3),
    in: test,
  })),
);
saveText('random.json', `${JSON.stringify(report, null, 2)}\n`);
if (options.docs) writeFileSync(new URL('../docs/random.md', import.meta.url), randomDocument(report));
if (report.results.some((r) => r.smallest < failing) || report.controls.some((c) => c.failed === 0))
  process.exitCode = 1;
