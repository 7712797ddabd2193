import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest, hashText } from '#src/core/hash.js';

describe('names', () => {
  it('are 128 bits in hex, the same for the same data', () => {
    expect(digest({ a: [1, 'x'], b: null })).toMatch(/^[0-9a-f]{32}$/);
    expect(digest({ a: [1, 'x'], b: null })).toBe(digest({ a: [1, 'x'], b: null }));
    expect(digest([1, 2])).not.toBe(digest([2, 1]));
    expect(hashText('')).not.toBe(hashText('\0'));
  });

  it('property: no two texts of many that are alike share 64 bits of them', () => {
    const seen = new Map<string, string>();
    let met = 0;
    for (let i = 0; i < 100_000; i++) {
      const text = JSON.stringify({ op: 'load', at: i, of: [i % 7, i >> 3] });
      const half = hashText(text).slice(0, 16);
      if (seen.has(half)) met++;
      seen.set(half, text);
    }
    expect(met).toBe(0);
  });

  it('property: one changed character changes about half of the bits', () => {
    let changed = 0;
    let total = 0;
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60 }), fc.nat(59), (text, at) => {
        const i = at % text.length;
        const other = text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ 1) + text.slice(i + 1);
        const [a, b] = [hashText(text), hashText(other)];
        for (let w = 0; w < 4; w++) {
          let bits = Number.parseInt(a.slice(8 * w, 8 * w + 8), 16) ^ Number.parseInt(b.slice(8 * w, 8 * w + 8), 16);
          for (; bits !== 0; bits &= bits - 1) changed++;
        }
        total += 128;
      }),
      { numRuns: 500 },
    );
    expect(changed / total).toBeGreaterThan(0.48);
    expect(changed / total).toBeLessThan(0.52);
  });
});
