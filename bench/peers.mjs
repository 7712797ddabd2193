/**
 * chunkwise beside what else there is, W1 to W7, by turns in one run.
 *
 *   npm run bench:peers -- [--python PATH] [--rounds 5] [--scale 1] [--only W1,W6a] [--systems numba,dask]
 *                          [--threads N] [--patience 20] [--modules DIR] [--distributed] [--docs]
 *
 * The Python is --python, else CHUNKWISE_PYTHON, else python3; of its NumPy, numexpr, Numba, Dask and JAX those that are
 * there take part. numpy-ts and TensorFlow.js are too large for this project's own packages; they take part after
 *
 *   npm install --prefix DIR numpy-ts @tensorflow/tfjs @tensorflow/tfjs-backend-wasm
 *
 * with --modules DIR, else CHUNKWISE_PEER_MODULES. Who takes more than --patience seconds runs once, and who gives no
 * answer for five times that and a minute is left out. Writes bench/results/peers.json and peers.svg; --docs also
 * docs/performance.md, and with --only=none from the JSON of the last run. Workloads that are named by --only, and the rows
 * of import, first results and memory, which are named `start`, take the places of theirs in that JSON, where it is of the
 * same scale, rounds, threads, machine and systems.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { peersChart } from './peers/chart.mjs';
import { performanceDocument } from './peers/document.mjs';
import { runWorkload } from './peers/rounds.mjs';
import { measureStart } from './peers/start.mjs';
import { findSystems } from './peers/systems.mjs';
import { consoleRows, ratioRow, remarks, secondsRow } from './peers/tables.mjs';
import { judgeTargets } from './peers/targets.mjs';
import { chosen, workloads } from './peers/workloads.mjs';
import { machine, printTable, saveText } from './report/print.mjs';

const text = (otherwise) => ({ type: 'string', ...(otherwise === undefined ? {} : { default: otherwise }) });
const { values: options } = parseArgs({
  options: {
    python: text(process.env.CHUNKWISE_PYTHON ?? 'python3'),
    rounds: text('5'),
    scale: text('1'),
    only: text(),
    systems: text(),
    threads: text(String(availableParallelism())),
    patience: text('20'),
    modules: text(process.env.CHUNKWISE_PEER_MODULES),
    distributed: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
  },
});

const number = (name) => {
  const value = Number(options[name]);
  if (!(value > 0)) throw new Error(`--${name} must be a positive number, got ${options[name]}`);
  return value;
};

const onTerminal = process.stderr.isTTY === true;
const say = (line) => void process.stderr.write(onTerminal ? `\r\x1b[K${line}` : `${line}\n`);

async function measure() {
  const [rounds, scale, threads, patience] = ['rounds', 'scale', 'threads', 'patience'].map(number);
  const { python, modules, distributed } = options;
  const { systems, folder } = findSystems({ python, threads, modules, distributed, systems: options.systems });
  const report = {
    machine: machine(),
    rounds,
    scale,
    threads,
    patience,
    systems: systems.map(described),
    workloads: [],
  };
  try {
    const named = options.only?.split(',').map((name) => name.trim());
    for (const workload of chosen(named?.filter((name) => name !== 'start'))) {
      report.workloads.push(await runWorkload(workload, systems, { scale, rounds, patience, say }));
    }
    if (named?.includes('start') ?? true) {
      say('start and memory');
      report.start = measureStart(rounds, workloads[0].size(scale));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (onTerminal) say('');
  return report;
}

/** Some workloads alone take the places of theirs in the last report, if that was of the same size and systems. */
function inLast(report) {
  if (options.only === undefined || options.systems !== undefined || !existsSync(saved)) return report;
  const last = JSON.parse(readFileSync(saved, 'utf8'));
  const alike = ({ scale, rounds, threads, machine, systems }) =>
    JSON.stringify([scale, rounds, threads, machine.cpu, machine.node, systems]);
  if (alike(last) !== alike(report)) return report;
  const measured = new Map(report.workloads.map((workload) => [workload.id, workload]));
  const workloads = last.workloads.map((workload) => measured.get(workload.id) ?? workload);
  return { ...last, workloads, start: report.start ?? last.start };
}

const described = ({ id, title, single, missing, env, setting }) => ({ id, title, single, missing, env, setting });

function print(report) {
  printTable('seconds, medians (¹ one round, ² of fewer chunks, scaled)', consoleRows(report, secondsRow));
  printTable('times as long as chunkwise', consoleRows(report, ratioRow));
  const judged = judgeTargets(report).filter((t) => t.met !== undefined);
  if (judged.length > 0)
    printTable(
      'targets',
      judged.map(({ says, shown, met }) => ({ target: says, measured: shown, '': met ? 'met' : 'MISSED' })),
    );
  for (const line of remarks(report)) console.log(line);
}

const saved = new URL('results/peers.json', import.meta.url);
const again = options.only === 'none';
const report = again ? JSON.parse(readFileSync(saved, 'utf8')) : inLast(await measure());
print(report);
if (!again) saveText('peers.json', `${JSON.stringify(report, null, 2)}\n`);
const chart = peersChart(report);
if (chart !== undefined) saveText('peers.svg', chart);
if (options.docs) writeFileSync(new URL('../docs/performance.md', import.meta.url), performanceDocument(report));
