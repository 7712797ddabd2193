/** Amounts of memory as people write and read them. */
import { ArgumentError } from './errors.js';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** '0 B', '78.13 KiB', '7.45 GiB': four digits at most, in powers of 1024. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  while (unit < units.length - 1 && bytes >= 1024 ** (unit + 1)) unit++;
  const amount = bytes / 1024 ** unit;
  const text = unit === 0 ? String(Math.round(amount)) : amount.toFixed(amount < 100 ? 2 : amount < 1000 ? 1 : 0);
  return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text} ${units[unit]}`;
}

const scales: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A number of bytes, or text such as '2 GiB', '500MB'. */
export function parseBytes(operation: string, given: number | string): number {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(String(given)) ?? [];
  const bytes = Number(amount) * (scales[(unit ?? '').toLowerCase()] ?? Number.NaN);
  if (bytes > 0 && bytes < Number.POSITIVE_INFINITY) return bytes;
  throw new ArgumentError(operation, `${JSON.stringify(given)} is not an amount of memory`, {
    hint: "a positive number of bytes, or text such as '2 GiB' or '500 MB'",
  });
}
