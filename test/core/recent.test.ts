import { expect, test } from 'vitest';
import { keepRecent } from '#src/core/recent.js';

test('of more entries than are kept, the one set longest ago goes', () => {
  const map = new Map<string, number>();
  for (const [i, key] of ['a', 'b', 'a', 'c'].entries()) keepRecent(map, key, i, 2);
  expect([...map]).toEqual([
    ['a', 2],
    ['c', 3],
  ]);
});
