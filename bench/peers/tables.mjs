/** Results as rows: one a workload, one column a system. */
import { ratioOf, show, showSeconds, timeOf } from './numbers.mjs';

export const present = (report) => report.systems.filter((s) => s.missing === undefined);

/** Why there is no time, in a word. */
function absence(result) {
  if (result === undefined) return '';
  if (result.wrong !== undefined) return 'wrong answer';
  if (result.error !== undefined) return 'failed';
  if (result.unavailable?.endsWith('is not built')) return 'not built';
  return result.unavailable === undefined ? '' : 'n/a';
}

const marks = ({ seconds, scaledBy }) => (seconds.length === 1 ? '¹' : '') + (scaledBy === undefined ? '' : '²');

export const secondsRow = (report, workload) =>
  present(report).map(({ id }) => {
    const time = timeOf(workload, id);
    return time === undefined ? absence(workload.results[id]) : showSeconds(time) + marks(workload.results[id]);
  });

export const ratioRow = (report, workload) => present(report).map(({ id }) => show(ratioOf(workload, id, 'chunkwise')));

/** `rowOf` for every workload, turned on its side as objects that printTable takes: a row a system. */
export function consoleRows(report, rowOf) {
  const columns = report.workloads.map((workload) => [workload.id, rowOf(report, workload)]);
  return present(report).map(({ title }, i) =>
    Object.fromEntries([['system', title], ...columns.map(([id, cells]) => [id, cells[i]])]),
  );
}

/** What went wrong, was left out or was said, a line each. */
export function remarks(report) {
  const lines = report.systems.filter((s) => s.missing !== undefined).map((s) => `${s.title}: left out, ${s.missing}`);
  for (const workload of report.workloads) {
    for (const { id, title } of present(report)) {
      const { wrong, error, unavailable } = workload.results[id] ?? {};
      const reason = wrong ?? error ?? (id.startsWith('chunkwise') ? unavailable : undefined);
      if (reason !== undefined) lines.push(`${workload.id}, ${title}: ${reason}`);
    }
  }
  return lines;
}
