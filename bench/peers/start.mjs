/** What it takes to begin: import and first compute in fresh processes, a warm tiny compute, compiling W1, huge graphs. */
import { spawnSync } from 'node:child_process';
import { median } from '../report/measure.mjs';

const script = `
const begin = performance.now();
const da = await import('chunkwise');
const imported = performance.now();
await da.arange(10).sum().compute();
const first = performance.now();
const tiny = [];
for (let i = 0; i < 300; i++) {
  const t = performance.now();
  await da.arange(10).sum().compute();
  tiny.push(performance.now() - t);
}
const build = () => da.random.random(1e12, { chunks: 1e6 }).sqrt().mean();
const builds = [];
for (let i = 0; i < 20; i++) {
  const t = performance.now();
  build();
  builds.push(performance.now() - t);
}
const firstBlock = performance.now();
for await (const block of da.random.random(1e9, { chunks: 1e3 }).blocks()) { if (block) break; }
const block = performance.now() - firstBlock;
const middle = (x) => x.sort((a, b) => a - b)[x.length >> 1];
console.log(JSON.stringify({
  importMs: imported - begin, firstComputeMs: first - imported, tinyMs: middle(tiny.slice(100)),
  buildMs: middle(builds), firstBlockMs: block,
}));
process.exit(0);
`;

const peak = (n) => `
const da = await import('chunkwise');
const rng = da.random.generator(1);
const executor = await da.threads({ workers: 2 });
await da.arange(1e6).sum().compute({ executor });
const idle = process.memoryUsage().rss;
let top = idle;
const watch = setInterval(() => { top = Math.max(top, process.memoryUsage().rss); }, 5);
const [a, b, c] = [rng.uniform(5, 10, ${n}), rng.uniform(10, 20, ${n}), rng.uniform(-0.1, 0.1, ${n})];
await da.expr\`(-\${b} + sqrt(\${b}**2 - 4*\${a}*\${c})) / (2*\${a})\`.mean().compute({ executor });
clearInterval(watch);
console.log(JSON.stringify({ peakMiB: (Math.max(top, process.memoryUsage().rss) - idle) / 2 ** 20 }));
process.exit(0);
`;

function measured(code) {
  const cwd = new URL('../..', import.meta.url);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`measuring the start failed: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Medians over `rounds` fresh processes. */
export function measureStart(rounds, w1Size) {
  const runs = Array.from({ length: rounds }, () => measured(script));
  const medians = Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));
  return { ...medians, ...measured(peak(w1Size)) };
}
