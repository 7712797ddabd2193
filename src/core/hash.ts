/** Names for values: a digest of plain data. */

const { imul } = Math;
/** The algorithm's multipliers. */
const c1 = 0x239b961b;
const c2 = 0xab0e9789 | 0;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93 | 0;

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** Spreads every bit of `h` over all of it. */
function finalMix(h: number): number {
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

/**
 * The 128-bit MurmurHash3 for 32-bit machines (Austin Appleby, 2011) of `text`, two UTF-16 units a word. Names are made
 * several times an operation, so this costs about a microsecond where SHA-256 in JavaScript costs ten. It is no
 * protection against someone who looks for collisions: what crosses machines is verified by SHA-256.
 */
export function hashText(text: string): string {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const whole = text.length - (text.length % 8);
  const rest = text.slice(whole).padEnd(8, '\0');
  for (let i = 0; i < text.length; i += 8) {
    const from = i < whole ? text : rest;
    const at = i < whole ? i : 0;
    const w1 = from.charCodeAt(at) | (from.charCodeAt(at + 1) << 16);
    const w2 = from.charCodeAt(at + 2) | (from.charCodeAt(at + 3) << 16);
    const w3 = from.charCodeAt(at + 4) | (from.charCodeAt(at + 5) << 16);
    const w4 = from.charCodeAt(at + 6) | (from.charCodeAt(at + 7) << 16);
    h1 = (imul((rotate(h1 ^ imul(rotate(imul(w1, c1), 15), c2), 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 = (imul((rotate(h2 ^ imul(rotate(imul(w2, c2), 16), c3), 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 = (imul((rotate(h3 ^ imul(rotate(imul(w3, c3), 17), c4), 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 = (imul((rotate(h4 ^ imul(rotate(imul(w4, c4), 18), c1), 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  [h1, h2, h3, h4] = [h1 ^ text.length, h2 ^ text.length, h3 ^ text.length, h4 ^ text.length];
  h1 += h2 + h3 + h4;
  [h2, h3, h4] = [h2 + h1, h3 + h1, h4 + h1].map(finalMix) as [number, number, number];
  h1 = finalMix(h1) + h2 + h3 + h4;
  return hex(h1) + hex(h2 + h1) + hex(h3 + h1) + hex(h4 + h1);
}

/**
 * 128 bits in hex over the JSON text of plain data, in which -0, NaN and infinities must not occur. The order of an
 * object's keys counts, as it does not vary between values made by one constructor.
 */
export const digest = (value: unknown): string => hashText(JSON.stringify(value));
