import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveIn, touchIn } from '#src/kernel/copy.js';
import { moverIn } from '#src/kernel/wasm/mover.js';

const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
const bytes = new Uint8Array(memory.buffer);
const [tileAt, dataAt, dataBytes] = [2 ** 16, 2 ** 17, 2 ** 17];
for (let i = 0; i < dataBytes; i++) bytes[dataAt + i] = Math.imul(i + 1, 0x9e3779b1) >>> 24;

const movers = { vectors: moverIn(memory, true), scalar: moverIn(memory, false) };

/** A window of up to 70 x 70 elements of `width` bytes, whose elements are one after the other along one axis or none. */
const windows = fc
  .record({
    width: fc.constantFrom(1, 2, 4, 8),
    rows: fc.integer({ min: 1, max: 70 }),
    cols: fc.integer({ min: 1, max: 70 }),
    near: fc.constantFrom(1, 1, 1, 2, -1),
    gap: fc.integer({ min: 0, max: 5 }),
    across: fc.boolean(),
    more: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ width, rows, cols, near, gap, across, more }) => {
    const far = (across ? rows : cols) * Math.abs(near) + gap;
    const [rowStep, colStep] = across ? [near, far] : [far, near];
    const at = near < 0 ? (across ? rows : cols) : more;
    return { width, pitch: cols + more, window: { at, rows, cols, rowStep, colStep } };
  });

describe('a window of the memory that a tile lies in', () => {
  for (const [name, mover] of Object.entries(movers)) {
    it(`is copied element by element, and nothing beside it is written: ${name}`, () => {
      fc.assert(
        fc.property(windows, ({ width, pitch, window }) => {
          const { at, rows, cols, rowStep, colStep } = window;
          bytes.fill(0xee, tileAt, dataAt);
          moveIn(mover, tileAt, pitch, dataAt + at * width, width, window);
          const wanted = new Uint8Array(dataAt - tileAt).fill(0xee);
          for (let r = 0; r < rows; r++) {
            for (let c = 0; c < cols; c++) {
              const from = dataAt + (at + r * rowStep + c * colStep) * width;
              wanted.set(bytes.subarray(from, from + width), (r * pitch + c) * width);
            }
          }
          expect(Buffer.compare(bytes.subarray(tileAt, dataAt), wanted)).toBe(0);
        }),
        { numRuns: 400 },
      );
    });
  }

  it('may be asked for to the last byte of the memory, and no byte after it', () => {
    const end = memory.buffer.byteLength;
    for (const width of [1, 2, 4, 8]) {
      for (const [rows, cols] of [
        [3, 65],
        [65, 3],
        [1, 1],
      ] as const) {
        const [alongRows, alongColumns] = [
          { at: 0, rows, cols, rowStep: cols, colStep: 1 },
          { at: 0, rows, cols, rowStep: 1, colStep: rows },
        ];
        const from = end - rows * cols * width;
        for (const window of [alongRows, alongColumns]) {
          expect(() => touchIn(movers.vectors, from, width, window)).not.toThrow();
          expect(() => touchIn(movers.vectors, from + rows * cols * width, width, window)).toThrow(
            WebAssembly.RuntimeError,
          );
        }
      }
    }
  });

  it('has functions of vectors only where there are any', () => {
    expect(Object.keys(movers.vectors)).toContain('cross8');
    expect(Object.keys(movers.scalar)).not.toContain('cross8');
  });
});
