/** What clientProcess.mjs begins to compute and deaths.test.ts computes to the end. */
import * as da from '#src/index.js';

/** A sum of 32 tasks, and the tree above them. */
export const resumable = () =>
  da.random
    .uniform(0, 1, [32, 10_000], { seed: 5, chunks: [1, 10_000] })
    .sqrt()
    .sum();
