/** A grey image as text. */
import type { NDArray } from 'chunkwise';

const shades = ' .:-=+*#%@';

/** One character for every 4 by 2 pixels of a uint8 image, from dark to bright. */
export function drawing(image: NDArray): string {
  const [height = 0, width = 0] = image.shape;
  const lines: string[] = [];
  for (let y = 0; y < height; y += 4) {
    let line = '  ';
    for (let x = 0; x < width; x += 2) {
      line += shades[Math.floor((Number(image.get(y, x)) / 256) * shades.length)];
    }
    lines.push(line.trimEnd());
  }
  return lines.join('\n');
}
