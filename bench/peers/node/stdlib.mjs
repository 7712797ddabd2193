/** @stdlib: its Mersenne Twister and its own elementary functions, element by element. */

import exp from '@stdlib/math-base-special-exp';
import log from '@stdlib/math-base-special-ln';
import sin from '@stdlib/math-base-special-sin';
import sqrt from '@stdlib/math-base-special-sqrt';
import mt19937 from '@stdlib/random-base-mt19937';
import { data } from './data.mjs';
import { serve } from './serve.mjs';

const draw = mt19937.factory({ seed: 12345 }).normalized;
const summed = (n, value) => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += value(i);
  return sum;
};
const hit = () => {
  const [x, y] = [draw(), draw()];
  return sqrt(x * x + y * y) < 1 ? 4 : 0;
};
const root = () => {
  const [a, b, c] = [5 + 5 * draw(), 10 + 10 * draw(), 0.2 * draw() - 0.1];
  return (-b + sqrt(b * b - 4 * a * c)) / (2 * a);
};
const pair = (n) => [data('x', n), data('y', n)];

await serve('@stdlib', {
  W1: (n) => () => summed(n, root) / n,
  W3: (n) => () => summed(n, hit) / n,
  W4: (n) => () => summed(n, draw) / n,
  W5: (n) => () => summed(n, () => sqrt(draw())) / n,
  W6a: (n) => {
    const [x, y] = pair(n);
    return () => summed(n, (i) => sqrt(x[i] * x[i] + y[i] * y[i])) / n;
  },
  W6d: (n) => {
    const [x, y] = pair(n);
    return () => summed(n, (i) => exp(-x[i] * x[i]) * sin(y[i]));
  },
  W6e: (n) => {
    const x = data('x', n);
    return () => summed(n, (i) => log(x[i]));
  },
});
