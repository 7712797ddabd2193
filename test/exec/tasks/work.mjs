// What the tests of tasks run in threads.
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
import { NDArray } from '../../../dist/core/ndarray.js';

export const double = (x) => 2 * x;
export const add = async (a, b) => a + b;
export const where = () => ({ isMainThread, threadId });
export const after = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
export const forever = () => new Promise((resolve) => setTimeout(resolve, 2 ** 30));
export const spin = () => {
  for (;;);
};
export function fail(message) {
  throw new RangeError(message);
}
export const failOddly = () => Promise.reject('just text');
export const giveFunction = () => () => 1;
export const total = (array) => {
  if (!(array instanceof NDArray)) throw new TypeError('no NDArray');
  return new NDArray('float64', Float64Array.of(array.data.reduce((a, b) => a + b, 0)), [1]);
};
/** Ends its thread until the file has `times` lines, then gives their number. */
export function dieUntil(file, times) {
  appendFileSync(file, 'x\n');
  const tries = readFileSync(file, 'utf8').split('\n').length - 1;
  if (tries < times) process.exit(7);
  return tries;
}
export const notAFunction = 5;
export const same = (x) => x;
export const addOne = (array) => array.map((x) => x + 1);
/** Says in the file that it was called, and fails. */
export function failInto(file) {
  appendFileSync(file, 'x\n');
  throw new RangeError('it always does');
}
/** Says in the file that it was called, and gives how often. */
export function logged(file) {
  appendFileSync(file, 'x\n');
  return readFileSync(file, 'utf8').split('\n').length - 1;
}
/** Ends its process until the file has `times` lines, then gives their number. */
export function killUntil(file, times) {
  const tries = logged(file);
  if (tries < times) process.kill(process.pid, 'SIGKILL');
  while (tries < times);
  return tries;
}
