/**
 * TensorFlow.js on its Wasm backend with SIMD, in float32, for it has no float64; in stretches that stay in the cache
 * and are added up in float64. Its threads are for browsers: in Node the backend has one. `tfjs.mjs [modules]`
 */
import { data } from './data.mjs';
import { locate } from './locate.mjs';
import { serve } from './serve.mjs';

const load = async (name) => (await import(locate(name, process.argv[2]))).default;
const tf = await load('@tensorflow/tfjs');
await load('@tensorflow/tfjs-backend-wasm');
tf.enableProdMode();
await tf.setBackend('wasm');
await tf.ready();
const stretch = 1 << 16;

/** The sum over `n` elements of what `write(length, stretch number)` gives. */
function summed(n, write) {
  let sum = 0;
  for (let from = 0; from < n; from += stretch) {
    const length = Math.min(stretch, n - from);
    sum += numbers(() => tf.sum(write(length, from / stretch)))[0];
  }
  return sum;
}

/** What `compute` gives, out of the backend's memory; all else that it made is freed. */
function numbers(compute) {
  const tensor = tf.tidy(compute);
  const values = tensor.dataSync();
  tensor.dispose();
  return values;
}
const total = (values) => values.reduce((sum, x) => sum + x, 0);
const uniform = (low, high, count) => tf.randomUniform([count], low, high);
const length = (x, y) => tf.sqrt(tf.add(tf.mul(x, x), tf.mul(y, y)));

const kept = new Map();
/** Tensors of the data, copied into the backend's memory once; those of another length are freed. */
function stored(name, count, make) {
  if (kept.get(name)?.count !== count) {
    tf.dispose(kept.get(name)?.tensors);
    kept.set(name, { count, tensors: make(Float32Array.from(data(name, count))) });
  }
  return kept.get(name).tensors;
}
const stretches = (name, n) =>
  stored(name, n, (values) =>
    Array.from({ length: Math.ceil(n / stretch) }, (_, i) =>
      tf.tensor1d(values.subarray(i * stretch, (i + 1) * stretch)),
    ),
  );
const matrix = (rows, columns) => stored('x', rows * columns, (values) => [tf.tensor2d(values, [rows, columns])])[0];

await serve(`TensorFlow.js ${tf.version.tfjs}, ${tf.getBackend()} backend, float32, 1 thread`, {
  W1: (n) => () =>
    summed(n, (count) => {
      const [a, b, c] = [uniform(5, 10, count), uniform(10, 20, count), uniform(-0.1, 0.1, count)];
      const root = tf.sqrt(tf.sub(tf.mul(b, b), tf.mul(tf.mul(a, 4), c)));
      return tf.div(tf.add(tf.neg(b), root), tf.mul(a, 2));
    }) / n,
  W2: (side) => () =>
    Array.from({ length: side }, () => {
      const draw = () => uniform(0, 1, 10 * side);
      return numbers(() => tf.sum(tf.add(tf.asin(draw()), tf.acos(draw()))))[0];
    }),
  W3: (n) => () =>
    summed(n, (count) => {
      const inside = tf.less(length(uniform(0, 1, count), uniform(0, 1, count)), 1);
      return tf.mul(tf.cast(inside, 'float32'), 4);
    }) / n,
  W4: (n) => () => summed(n, (count) => uniform(0, 1, count)) / n,
  W5: (n) => () => summed(n, (count) => tf.sqrt(uniform(0, 1, count))) / n,
  W6a: (n) => {
    const [x, y] = [stretches('x', n), stretches('y', n)];
    return () => summed(n, (_, i) => length(x[i], y[i])) / n;
  },
  W6b: (n) => {
    const x = stretches('x', n);
    return () => summed(n, (_, i) => x[i]);
  },
  W6c: (side) => {
    const x = matrix(side, 2 * side);
    return () => numbers(() => tf.mean(x, 0));
  },
  W6d: (n) => {
    const [x, y] = [stretches('x', n), stretches('y', n)];
    return () => summed(n, (_, i) => tf.mul(tf.exp(tf.mul(tf.neg(x[i]), x[i])), tf.sin(y[i])));
  },
  W6e: (n) => {
    const x = stretches('x', n);
    return () => summed(n, (_, i) => tf.log(x[i]));
  },
  W7a: (side) => {
    const x = matrix(side, side);
    return () => total(numbers(() => tf.sum(tf.matMul(x, x), 1)));
  },
  W7b: (side) => {
    const x = matrix(side, side);
    return () => total(numbers(() => tf.sum(tf.add(x, tf.transpose(x)), 1)));
  },
});
