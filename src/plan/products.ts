/** How products of matrices are cut into tasks where nobody sees it. */
import { blocks, type Chunks, type Cuts, evenly, maxBlock } from '../core/chunks.js';

/** Rows and columns of a block in which what is packed is used often enough, and of the smallest that is worth a task. */
const side = { best: 512, least: 128 };
/** Blocks that a slot should have. */
const blocksPerSlot = 4;

/**
 * The domain (..., m, n, k) of a product with rows and columns cut into squares: of thin blocks, each would pack nearly all of
 * the other matrix for a few rows. No task holds more than one of the blocks as they were.
 */
export function squared(chunks: Chunks, slots: number): Chunks {
  const [rows, columns, along] = chunks.slice(-3) as [Cuts, Cuts, Cuts];
  const stack = chunks.slice(0, -3);
  const held = (m: Cuts, n: Cuts): number => (maxBlock(m) + maxBlock(n)) * along.length + maxBlock(m) * maxBlock(n);
  const others = stack.reduce((n, cuts) => n * blocks(cuts), 1);
  for (let length = side.best; length >= side.least; length /= 2) {
    const [m, n] = [near(rows, length), near(columns, length)];
    const enough = others * blocks(m) * blocks(n) >= blocksPerSlot * slots || length === side.least;
    if (enough && held(m, n) <= held(rows, columns)) return Object.freeze([...stack, m, n, along]);
  }
  return chunks;
}

/** An axis in blocks of about `length`, all of nearly the same size. */
const near = (cuts: Cuts, length: number): Cuts => evenly(cuts.length, Math.max(1, Math.round(cuts.length / length)));
