/** Repeated measurements, and how many repetitions are worth their time. */

export const total = (values) => values.reduce((a, b) => a + b, 0);

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * Profiles each of `cases` ({ name: () => Promise<{ stats }> }) `rounds` times, turn by turn, so that a slow moment of
 * the machine falls on all of them. Gives by name the stats of the round whose wall time is the median.
 */
export async function turnByTurn(cases, rounds = 5) {
  const names = Object.keys(cases);
  const runs = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await cases[name]();
  for (let round = 0; round < rounds; round++) {
    for (const name of names) runs[name].push((await cases[name]()).stats);
  }
  return Object.fromEntries(names.map((name) => [name, middleRun(runs[name])]));
}

const middleRun = (stats) => {
  const sorted = [...stats].sort((a, b) => a.wallMs - b.wallMs);
  return sorted[sorted.length >> 1];
};

/** Milliseconds of each of `rounds` calls. */
export function timings(call, rounds) {
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    call();
    return performance.now() - start;
  });
}
