import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Addresses } from '#src/core/addresses.js';

/** Takes a length, or gives back one of those taken. */
const step = fc.oneof(fc.record({ take: fc.integer({ min: 0, max: 500 }) }), fc.record({ release: fc.nat(20) }));

test('stretches are inside, aligned and apart; given back, they are whole again', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const all = new Addresses(1, 4096);
      const taken: { at: number; length: number }[] = [];
      for (const one of steps) {
        if ('take' in one) {
          const at = all.take(one.take);
          if (at === undefined) continue;
          expect(at % 64).toBe(0);
          expect(at).toBeGreaterThan(0);
          expect(at + one.take).toBeLessThanOrEqual(4096);
          for (const other of taken) expect(at + one.take <= other.at || other.at + other.length <= at).toBe(true);
          taken.push({ at, length: Math.max(1, one.take) });
        } else {
          const [gone] = taken.splice(one.release % Math.max(1, taken.length), 1);
          if (gone !== undefined) all.release(gone.at);
        }
      }
      for (const { at } of taken) all.release(at);
      expect(all.take(4096 - 64)).toBe(64);
    }),
  );
});

test('a range that is too short says how much is missing, and can be made longer', () => {
  const all = new Addresses(0, 128);
  expect(all.take(100)).toBe(0);
  expect(all.take(1)).toBeUndefined();
  expect(all.missing(100)).toBe(128);
  all.extend(all.missing(100));
  expect(all.take(100)).toBe(128);
  all.release(7);
  expect(all.take(1)).toBeUndefined();
});
