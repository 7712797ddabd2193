import { expect, it } from 'vitest';
import { type Event, EventLog } from '#src/exec/log.js';

const worker = (n: number): Event => ({ time: n, run: 0, type: 'worker', worker: n, state: 'added' });
const times = (events: Iterable<Event>) => [...events].map((event) => event.time);

it('keeps the last events, oldest first, by number', () => {
  const log = new EventLog({ capacity: 4 });
  for (let n = 0; n < 10; n++) log.emit(worker(n));
  expect(log.count).toBe(10);
  expect(times(log.since())).toEqual([6, 7, 8, 9]);
  expect(times(log.since(8))).toEqual([8, 9]);
  expect(times(log.since(10))).toEqual([]);
});

it('tells listeners until they leave; one that throws is dropped and harms nobody', () => {
  const log = new EventLog();
  const seen: number[] = [];
  let thrown = 0;
  log.subscribe(() => {
    thrown++;
    throw new Error('a view broke');
  });
  const leave = log.subscribe((event) => seen.push(event.time));
  log.emit(worker(1));
  log.emit(worker(2));
  leave();
  log.emit(worker(3));
  expect(seen).toEqual([1, 2]);
  expect(thrown).toBe(1);
});
