/** Every test on every block of a sequence, its words seen from both ends and folded; then: are the p-values uniform? */
import { uniformity } from './probability.mjs';
import { reverseBits, tests } from './tests.mjs';

/** Words of 64 bits in a block. */
export const blockWords = 2 ** 18;

export const views = { upper: 'upper bits', reversed: 'bits reversed', folded: 'halves folded' };

/** The block's words from the top, from the bottom with bits reversed, and their halves combined by exclusive or. */
function viewsOf(block) {
  const halves = new Uint32Array(block.buffer);
  const [upper, lower] = [new Uint32Array(block.length), new Uint32Array(block.length)];
  for (let i = 0; i < block.length; i++) {
    lower[i] = halves[2 * i];
    upper[i] = halves[2 * i + 1];
  }
  return {
    upper: { words: upper, others: lower },
    reversed: { words: lower.map(reverseBits), others: upper.map(reverseBits) },
    folded: { words: upper.map((x, i) => x ^ lower[i]), others: upper },
  };
}

/** [{ test, view, p, values }] of `blocks` blocks of a sequence; `fill` as in draws.mjs. */
export function runBattery(fill, blocks) {
  const found = new Map();
  const block = new BigUint64Array(blockWords);
  for (let k = 0; k < blocks; k++) {
    fill(block, k * blockWords);
    for (const [view, seen] of Object.entries(viewsOf(block))) {
      for (const [test, run] of Object.entries(tests)) {
        const key = `${test}, ${views[view]}`;
        found.set(key, [...(found.get(key) ?? []), run(seen)]);
      }
    }
  }
  return [...found].map(([test, values]) => ({ test, p: secondLevel(values), values }));
}

/** Of one block its p-value, two-sided; of more how uniform they are, or the most extreme one if that says more. */
function secondLevel(values) {
  const extreme = Math.min(...values.map((p) => Math.min(p, 1 - p)));
  const anywhere = -Math.expm1(values.length * Math.log1p(-2 * Math.min(extreme, 0.5)));
  if (values.length < 8) return anywhere;
  return Math.min(1, 2 * Math.min(uniformity(values), anywhere));
}
