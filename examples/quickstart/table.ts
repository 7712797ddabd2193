/** The quickstart's results as a table, and how memory is watched. */
import type { Stats } from 'chunkwise';

export interface Row {
  readonly what: string;
  readonly answer: number;
  readonly truth: number;
  /** How far from the truth an answer may lie: four standard errors, or the rounding of an exact result. */
  readonly within: number;
  readonly stats: Pick<Stats, 'tasks' | 'tasksUnfused' | 'wallMs'>;
  /** Bytes by which the process grew at most. */
  readonly memory: number;
}

/** Samples the memory of the process every few milliseconds; `stop` gives by how much it grew at most. */
export function watchMemory(): { stop(): number } {
  const start = process.memoryUsage.rss();
  let most = start;
  const sample = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, 5);
  return {
    stop() {
      clearInterval(timer);
      sample();
      return most - start;
    },
  };
}

const significant = (x: number): string => (Math.abs(x) < 1e-3 ? x.toExponential(3) : String(Number(x.toPrecision(9))));

const truthOf = ({ truth, within }: Row): string =>
  within < 1e-9 ? significant(truth) : `${significant(Number(truth.toPrecision(6)))} ± ${within.toExponential(1)}`;

const columns: readonly { readonly title: string; readonly left?: boolean; readonly cell: (row: Row) => string }[] = [
  { title: '', left: true, cell: (row) => (Math.abs(row.answer - row.truth) <= row.within ? '✔' : '✘') },
  { title: 'what', left: true, cell: (row) => row.what },
  { title: 'answer', cell: (row) => significant(row.answer) },
  { title: 'known truth', cell: truthOf },
  { title: 'seconds', cell: (row) => (row.stats.wallMs / 1000).toFixed(3) },
  { title: 'tasks', cell: (row) => `${row.stats.tasksUnfused} → ${row.stats.tasks}` },
  { title: 'memory', cell: (row) => `${(row.memory / 2 ** 20).toFixed(0)} MiB` },
];

/** Lines of aligned columns under their titles. */
export function table(rows: readonly Row[]): string {
  const cells = columns.map(({ title, cell }) => [title, ...rows.map(cell)]);
  const aligned = cells.map((column, i) => {
    const width = Math.max(...column.map((text) => text.length));
    return column.map((text) => (columns[i]?.left ? text.padEnd(width) : text.padStart(width)));
  });
  const lines = [0, ...rows.map((_, i) => i + 1)].map((i) =>
    aligned
      .map((column) => column[i])
      .join('  ')
      .trimEnd(),
  );
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)));
  const notes = 'tasks: as written → after fusion.   memory: most the process grew by, all threads together.';
  return [lines[0], rule, ...lines.slice(1), '', notes, ''].join('\n');
}
