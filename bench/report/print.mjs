/** Where a bench's results go: a table on the console, and JSON under bench/results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

const folder = new URL('../results/', import.meta.url);

export const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
  date: new Date().toISOString().slice(0, 10),
});

/** Rows of equal fields, as aligned columns. */
export function printTable(title, rows) {
  const keys = Object.keys(rows[0] ?? {});
  const cells = [keys, ...rows.map((row) => keys.map((key) => String(row[key])))];
  const widths = keys.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const lines = cells.map((line) =>
    line.map((text, i) => (i ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join('  '),
  );
  console.log(`\n${title}\n${'─'.repeat(lines[0].length)}\n${lines.join('\n')}`);
}

export function saveJson(name, result) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify({ machine: machine(), ...result }, null, 2)}\n`);
}

export function saveText(name, text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(name, folder), text);
  console.log(`\nbench/results/${name}`);
}

export const seconds = (ms) => (ms / 1000).toFixed(4);
export const percent = (share) => `${(100 * share).toFixed(1)} %`;
export const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(2);
