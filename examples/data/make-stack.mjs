/**
 * Makes cells.npy, a stack of 48 microscope-like frames of 96 x 128 uint8 pixels (frame, y, x): cells that drift over a
 * noisy background. Writes what is true of it beside it, taken by exact integer arithmetic, for others to be checked by.
 *
 *   node examples/data/make-stack.mjs
 */
import { writeFileSync } from 'node:fs';

const [FRAMES, HEIGHT, WIDTH] = [48, 96, 128];

/** A linear congruential generator (the constants of Numerical Recipes): the same stack on every machine. */
let state = 20261122;
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

const cells = Array.from({ length: 14 }, () => ({
  x: random(WIDTH) * 16,
  y: random(HEIGHT) * 16,
  dx: random(31) - 15,
  dy: random(31) - 15,
  bright: 90 + random(130),
  radius: 3 + random(4),
}));

const pixels = new Uint8Array(FRAMES * HEIGHT * WIDTH);
for (let i = 0; i < pixels.length; i++) pixels[i] = 8 + random(9);
for (let frame = 0; frame < FRAMES; frame++) {
  for (const { x, y, dx, dy, bright, radius } of cells) {
    const [cx, cy] = [(x + dx * frame) >> 4, (y + dy * frame) >> 4];
    for (let v = -radius; v <= radius; v++) {
      for (let u = -radius; u <= radius; u++) {
        const [px, py] = [cx + u, cy + v];
        if (px < 0 || py < 0 || px >= WIDTH || py >= HEIGHT) continue;
        const light = Math.trunc((bright * Math.max(0, radius * radius - u * u - v * v)) / (radius * radius));
        const at = (frame * HEIGHT + py) * WIDTH + px;
        pixels[at] = Math.min(255, pixels[at] + light);
      }
    }
  }
}

let [sum, squares] = [0n, 0n];
const projection = new Uint8Array(HEIGHT * WIDTH);
for (let i = 0; i < pixels.length; i++) {
  sum += BigInt(pixels[i]);
  squares += BigInt(pixels[i] * pixels[i]);
  projection[i % projection.length] = Math.max(projection[i % projection.length], pixels[i]);
}
const n = BigInt(pixels.length);
const truth = {
  shape: [FRAMES, HEIGHT, WIDTH],
  mean: Number(sum) / Number(n),
  std: Math.sqrt(Number(n * squares - sum * sum)) / Number(n),
  projectionSum: projection.reduce((a, b) => a + b, 0),
};

const dict = `{'descr': '|u1', 'fortran_order': False, 'shape': (${truth.shape.join(', ')}), }`;
const header = Buffer.alloc(128, ' ');
header.write('\x93NUMPY\x01\x00', 'latin1');
header.writeUInt16LE(128 - 10, 8);
header.write(dict, 10, 'latin1');
header.write('\n', 127);
writeFileSync(new URL('cells.npy', import.meta.url), Buffer.concat([header, pixels]));
writeFileSync(new URL('cells.json', import.meta.url), `${JSON.stringify(truth, null, 2)}\n`);
console.log(truth);
