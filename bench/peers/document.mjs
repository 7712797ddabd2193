/** docs/performance.md from a report: nothing in it is written by hand. */
import { ratioOf, show, showSeconds } from './numbers.mjs';
import { present, ratioRow, remarks, secondsRow } from './tables.mjs';
import { judgeTargets } from './targets.mjs';

const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const escaped = (text) => text.replaceAll('|', '\\|');
const verdict = { true: 'met', false: '**missed**', undefined: 'not measured' };

/** Peers that are faster than chunkwise, workload by workload. */
function losses(report) {
  return report.workloads.flatMap((workload) => {
    const ahead = present(report)
      .filter(({ id }) => !id.startsWith('chunkwise'))
      .map(({ id, title }) => ({ title, ratio: ratioOf(workload, id, 'chunkwise') }))
      .filter(({ ratio }) => ratio !== undefined && ratio < 1)
      .sort((a, b) => a.ratio - b.ratio)
      .map(({ title, ratio }) => `${title} (${show(1 / ratio)} x)`);
    return ahead.length === 0 ? [] : [`- ${workload.id}, ${escaped(workload.title)}: ${ahead.join(', ')}`];
  });
}

const size = (n) => n.toLocaleString('en-US').replaceAll(',', ' ');

function settings(report) {
  return present(report).map(({ id, title, env, setting }) => {
    const version = report.workloads.map((w) => w.results[id]?.version).find((v) => v !== undefined);
    const named = Object.entries(env ?? {}).map(([key, value]) => `\`${key}=${value}\``);
    const built = setting === undefined ? [] : [`\`${setting}\``];
    return `- ${title}: ${[version ?? 'did not run', ...built, ...named].join('; ')}`;
  });
}

function chunksFound(report) {
  return report.workloads.flatMap(({ id, results }) => {
    const note = results.dask?.note;
    return note ? [`${id} ${note.replace('chunks', '')}`] : [];
  });
}

export function performanceDocument(report) {
  const { machine, rounds, scale, threads, workloads, start } = report;
  const titles = present(report).map((s) => s.title);
  const chunks = chunksFound(report);
  const lost = losses(report);
  const noted = remarks(report);
  const parts = [
    '# Performance',
    'Written by `npm run bench:peers -- --docs` from `bench/results/peers.json`; do not edit.',
    `Measured on ${machine.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}; ${threads} threads for every system that has threads. ` +
      `${rounds} rounds at ${scale === 1 ? 'full size' : `${scale} of the full sizes`}.`,
    'Each system is a process of its own that stays: starting it, importing, compiling, a first run and a second of further ones are not counted. Then all systems take turns, round by round. ' +
      'A turn is one run, or where runs are short up to five in a row (of 0.6 s in all), of which the median counts; where one takes less than a second, another goes before that is not counted, for processes that were asleep take longer at first. ' +
      'Times are medians; a ratio is the median of the ratios within the rounds. A system that takes more than ' +
      `${patienceOf(report)} runs once (¹). Dask is not made to wait for more than 2000 chunks: where W4 has more, its time on so many is scaled up in proportion (²). Every answer is checked: random ones to lie within six standard errors of the true mean, the others to agree to nine digits (to four with systems whose titles say float32, for they have no float64). ` +
      'Data in memory (W6, W7) are plain arrays (in `worker_threads` over a `SharedArrayBuffer`; chunkwise copies an array for its threads the first time it is used, in the warm-up); random numbers are drawn anew in every run by each system’s own generator. ' +
      'In W4 only chunkwise, Numba, Dask and C work chunk by chunk; NumPy, JAX and the loops know no chunks.',
    '![Times relative to chunkwise](../bench/results/peers.svg)',
    '## Seconds',
    table(
      ['workload', 'elements', ...titles],
      workloads.map((w) => [`${w.id} ${escaped(w.title)}`, size(w.elements), ...secondsRow(report, w)]),
    ),
    '## Times as long as chunkwise',
    table(
      ['workload', ...titles],
      workloads.map((w) => [w.id, ...ratioRow(report, w)]),
    ),
    ...youngPart(report),
    '## Targets',
    table(
      ['target', 'measured', ''],
      judgeTargets(report).map(({ says, shown, met }) => [escaped(says), shown, verdict[met]]),
    ),
    '## Where others are faster',
    lost.length === 0 ? 'Nowhere in this run.' : lost.join('\n'),
    ...(start === undefined ? [] : ['## Start', startTable(start)]),
    '## Settings',
    settings(report).join('\n'),
    'NumPy, numexpr and Dask keep freed memory (`MALLOC_…`), which spares them page faults; “default malloc” is NumPy without that.',
    ...(chunks.length === 0 ? [] : [`Best chunks that Dask was found to have: ${chunks.join(', ')}.`]),
    ...(noted.length === 0 ? [] : ['## Left out and wrong', noted.map((line) => `- ${escaped(line)}`).join('\n')]),
    '## Run it',
    '```\nnpm install --prefix peers numpy-ts @tensorflow/tfjs @tensorflow/tfjs-backend-wasm\n' +
      'npm run bench:peers -- --python /usr/bin/python3 --modules peers --rounds 5 --docs\n```',
    '`--scale 0.1` makes everything smaller, `--only W1,W6a` and `--systems numba,dask` choose, `--distributed` adds Dask’s cluster.',
  ];
  return `${parts.join('\n\n')}\n`;
}

/** '2.5 s (W1, W2: 8 s)': some workloads may have been measured again with more patience. */
function patienceOf({ patience, workloads }) {
  const others = workloads.filter((w) => (w.patience ?? patience) !== patience);
  const times = [...new Set(others.map((w) => w.patience))];
  const named = times.map((seconds) => {
    const those = others.filter((w) => w.patience === seconds).map(({ id }) => id);
    return `${those.join(', ')}: ${seconds} s`;
  });
  return `${patience} s${named.length > 0 ? ` (${named.join('; ')})` : ''}`;
}

/** What short runs take while a process is young; nothing where all are long. */
function youngPart(report) {
  const rows = report.workloads.filter(({ results }) => results.chunkwise?.young !== undefined);
  if (rows.length === 0) return [];
  return [
    '## Seconds while processes are young',
    'Medians of the second to the tenth run of a process, where runs are short: V8 has compiled little of what it runs then.',
    table(
      ['workload', ...present(report).map((s) => s.title)],
      rows.map((w) => [w.id, ...present(report).map(({ id }) => showSeconds(w.results[id]?.young))]),
    ),
  ];
}

const startTable = (start) =>
  table(
    ['', 'ms'],
    [
      ['import', show(start.importMs)],
      ['first compute of a tiny array', show(start.firstComputeMs)],
      ['compute of a tiny array, after 100 others', show(start.tinyYoungMs)],
      ['compute of a tiny array, warm: after 2000 others', show(start.tinyMs)],
      ['array of a million chunks: build', show(start.buildMs)],
      ['array of a million chunks: first block', show(start.firstBlockMs)],
      ['array of a million chunks: first block in a fresh process', show(start.firstBlockColdMs)],
      [`kernel of W1, ${start.kernelBytes} bytes: encoded`, show(start.kernelEncodeMs)],
      ['kernel of W1: compiled by the engine', show(start.kernelCompileMs)],
      ['first kernel of W1 in a process: encoded and compiled', show(start.kernelFirstMs)],
      ['W1 over at most 20 million: fused', show(start.fusedMs)],
      ['the same, unfused', show(start.unfusedMs)],
    ],
  );
