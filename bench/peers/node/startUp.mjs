/**
 * A fresh process: import (of what users import, the package's bundle), the first compute, tiny ones, a graph of a
 * million chunks and its first block, the first time (when the pool starts too) and later ones.
 */
const begin = performance.now();
const da = await import('chunkwise');
const imported = performance.now();
await da.arange(10).sum().compute();
const first = performance.now();
const tiny = [];
for (let i = 0; i < 3000; i++) {
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
const blocks = [];
for (let i = 0; i < 6; i++) {
  const t = performance.now();
  for await (const block of da.random.random(1e9, { chunks: 1e3 }).blocks()) {
    if (block) break;
  }
  blocks.push(performance.now() - t);
}
const middle = (x) => [...x].sort((a, b) => a - b)[x.length >> 1];
console.log(
  JSON.stringify({
    importMs: imported - begin,
    firstComputeMs: first - imported,
    tinyMs: middle(tiny.slice(2000)),
    tinyYoungMs: middle(tiny.slice(100, 300)),
    buildMs: middle(builds),
    firstBlockMs: middle(blocks.slice(1)),
    firstBlockColdMs: blocks[0],
  }),
);
process.exit(0);
