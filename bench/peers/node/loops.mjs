/** The workloads as plain loops over a stretch of elements: what a JavaScript programmer writes without a library. */
import { data } from './data.mjs';

/** xoshiro128++ in 32-bit arithmetic, 53 bits a number from two draws: faster than Math.random, and seedable. */
export function uniformSource(seed) {
  let [a, b, c, d] = [seed | 1, 0x9e3779b9 ^ seed, 0x243f6a88, Math.imul(seed + 1, 0x85ebca6b)];
  const next = () => {
    let result = (a + d) | 0;
    result = (((result << 7) | (result >>> 25)) + a) | 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const draw = () => ((next() >>> 5) * 67108864 + (next() >>> 6)) * 2 ** -53;
  for (let i = 0; i < 16; i++) draw();
  return draw;
}

/** Each gets (draw, from, to, n) and gives a partial result: a sum, or an array that is added or joined up. */
const drawn = {
  W1: (draw, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) {
      const [a, b, c] = [5 + 5 * draw(), 10 + 10 * draw(), 0.2 * draw() - 0.1];
      sum += (-b + Math.sqrt(b * b - 4 * a * c)) / (2 * a);
    }
    return sum;
  },
  W3: (draw, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) {
      const [x, y] = [draw(), draw()];
      sum += Math.sqrt(x * x + y * y) < 1 ? 4 : 0;
    }
    return sum;
  },
  W4: (draw, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += draw();
    return sum;
  },
  W5: (draw, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += Math.sqrt(draw());
    return sum;
  },
  W2: (draw, from, to, n) => {
    let sum = 0;
    for (let row = from; row < to; row++) {
      for (let i = 0; i < 10 * n; i++) sum += Math.asin(draw()) + Math.acos(draw());
    }
    return sum;
  },
};

const stored = {
  W6a: (x, y, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += Math.sqrt(x[i] * x[i] + y[i] * y[i]);
    return sum;
  },
  W6b: (x, _, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += x[i];
    return sum;
  },
  W6c: (x, _, from, to, n) => {
    const sums = new Float64Array(to - from);
    for (let row = 0; row < n; row++) {
      const at = 2 * n * row + from;
      for (let i = 0; i < sums.length; i++) sums[i] += x[at + i];
    }
    return sums.map((s) => s / n);
  },
  W6d: (x, y, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += Math.exp(-x[i] * x[i]) * Math.sin(y[i]);
    return sum;
  },
  W6e: (x, _, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += Math.log(x[i]);
    return sum;
  },
  W7b: (x, _, from, to, n) => {
    let sum = 0;
    for (let r = from; r < to; r++) for (let c = 0; c < n; c++) sum += x[r * n + c] + x[c * n + r];
    return sum;
  },
};

export const names = [...Object.keys(drawn), ...Object.keys(stored)];
const squares = { W6c: (n) => 2 * n * n, W7b: (n) => n * n };

/** How many units of work a size has, which threads share. */
export const unitsOf = (workload, n) => (workload === 'W6c' ? 2 * n : n);

/** What the workload reads, in shared memory. */
export const inputsOf = (workload, n) => {
  if (!(workload in stored)) return [];
  const length = (squares[workload] ?? ((m) => m))(n);
  return (['W6a', 'W6d'].includes(workload) ? ['x', 'y'] : ['x']).map((name) => data(name, length, true));
};

/** Units `from` to `to` of a workload. */
export const partOf = (workload, [x, y], from, to, n, seed) =>
  workload in drawn ? drawn[workload](uniformSource(seed), from, to, n) : stored[workload](x, y, from, to, n);

/** Parts, in order, put together. */
export function joined(workload, parts, n) {
  if (workload === 'W6c') return parts.flatMap((part) => Array.from(part));
  const sum = parts.reduce((total, part) => total + part, 0);
  if (workload === 'W2') return sum / (n * n * 10);
  return ['W1', 'W3', 'W4', 'W5', 'W6a'].includes(workload) ? sum / n : sum;
}
