/** From rounds to what tables and targets show. */
import { median } from '../report/measure.mjs';

/** The median time of a system in a workload, if it has one. */
export function timeOf(workload, system) {
  const { seconds, wrong } = workload?.results[system] ?? {};
  return seconds === undefined || seconds.length === 0 || wrong !== undefined ? undefined : median(seconds);
}

/**
 * How many times longer `slow` takes than `fast`: the median over rounds of the ratio within a round, for neighbours in
 * time are what can be compared; of the medians where a system was too slow for more than one round.
 */
export function ratioOf(workload, slow, fast) {
  if (timeOf(workload, slow) === undefined || timeOf(workload, fast) === undefined) return undefined;
  const [a, b] = [workload.results[slow].seconds, workload.results[fast].seconds];
  if (a.length !== b.length) return median(a) / median(b);
  return median(a.map((seconds, i) => seconds / b[i]));
}

/** That ratio against the quickest of `systems`: how many times longer than `fast` even it takes. */
export function ratioOfBest(workload, systems, fast) {
  const ratios = systems.map((slow) => ratioOf(workload, slow, fast)).filter((x) => x !== undefined);
  return ratios.length === 0 ? undefined : Math.min(...ratios);
}

export const show = (x) => (x === undefined ? '' : x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
export const showSeconds = (x) =>
  x === undefined ? '' : x >= 10 ? x.toFixed(1) : x >= 1 ? x.toFixed(2) : x.toPrecision(2);
