/** numpy-ts: every operation a pass by its Wasm kernels, in stretches that stay in the cache. `numpyTs.mjs [modules]` */
import { data } from './data.mjs';
import { locate } from './locate.mjs';
import { serve } from './serve.mjs';

const np = await import(locate('numpy-ts', process.argv[2]));
// Its kernels take addresses for signed numbers.
np.configureWasm({ maxMemory: 2 ** 31 - 2 ** 16 });
const stretch = 1 << 16;

/** What `compute` gives, after which the arrays that it made with `keep` are freed: the collector would be too late. */
function scoped(compute) {
  const made = [];
  const keep = (array) => {
    made.push(array);
    return array;
  };
  const result = compute(keep);
  for (const array of made) array.dispose();
  return result;
}

/** The sum over `n` elements of what `write(k, length, stretch number)` gives; `k` has the operations. */
function summed(n, write) {
  let sum = 0;
  for (let from = 0; from < n; from += stretch) {
    const length = Math.min(stretch, n - from);
    sum += scoped((keep) => np.sum(write(operations(keep), length, from / stretch)));
  }
  return sum;
}

const names = ['add', 'subtract', 'multiply', 'divide', 'negative', 'sqrt', 'exp', 'sin', 'log', 'less', 'where'];
const operations = (keep) => ({
  ...Object.fromEntries([...names, 'arcsin', 'arccos', 'transpose'].map((f) => [f, (...x) => keep(np[f](...x))])),
  uniform: (low, high, shape) => keep(np.random.uniform(low, high, shape)),
});

const kept = new Map();
/** An array of the data, copied into numpy-ts's memory once; those of another length are freed. */
function stored(name, length, make) {
  if (kept.get(name)?.length !== length) {
    for (const array of kept.get(name)?.arrays ?? []) array.dispose();
    kept.set(name, { length, arrays: make(data(name, length)) });
  }
  return kept.get(name).arrays;
}
const stretches = (name, n) =>
  stored(name, n, (values) =>
    Array.from({ length: Math.ceil(n / stretch) }, (_, i) => np.array(values.slice(i * stretch, (i + 1) * stretch))),
  );
const matrix = (rows, columns) =>
  stored('x', rows * columns, (values) => [np.array(values.slice()).reshape([rows, columns])])[0];

const length = (k, x, y) => k.sqrt(k.add(k.multiply(x, x), k.multiply(y, y)));

await serve(`numpy-ts ${np.__version__}, 1 thread`, {
  W1: (n) => () =>
    summed(n, (k, count) => {
      const [a, b, c] = [k.uniform(5, 10, [count]), k.uniform(10, 20, [count]), k.uniform(-0.1, 0.1, [count])];
      const root = k.sqrt(k.subtract(k.multiply(b, b), k.multiply(k.multiply(a, 4), c)));
      return k.divide(k.add(k.negative(b), root), k.multiply(a, 2));
    }) / n,
  W2: (side) => () =>
    Array.from({ length: side }, () =>
      scoped((keep) => {
        const k = operations(keep);
        return np.sum(k.add(k.arcsin(k.uniform(0, 1, [10 * side])), k.arccos(k.uniform(0, 1, [10 * side]))));
      }),
    ),
  W3: (n) => () =>
    summed(n, (k, count) => {
      const inside = k.less(length(k, k.uniform(0, 1, [count]), k.uniform(0, 1, [count])), 1);
      return k.where(inside, 4, 0);
    }) / n,
  W4: (n) => () => summed(n, (k, count) => k.uniform(0, 1, [count])) / n,
  W5: (n) => () => summed(n, (k, count) => k.sqrt(k.uniform(0, 1, [count]))) / n,
  W6a: (n) => {
    const [x, y] = [stretches('x', n), stretches('y', n)];
    return () => summed(n, (k, _, i) => length(k, x[i], y[i])) / n;
  },
  W6b: (n) => {
    const x = stretches('x', n);
    return () => summed(n, (_, __, i) => x[i]);
  },
  W6c: (side) => {
    const x = matrix(side, 2 * side);
    return () => np.mean(x, 0).data;
  },
  W6d: (n) => {
    const [x, y] = [stretches('x', n), stretches('y', n)];
    return () => summed(n, (k, _, i) => k.multiply(k.exp(k.multiply(k.negative(x[i]), x[i])), k.sin(y[i])));
  },
  W6e: (n) => {
    const x = stretches('x', n);
    return () => summed(n, (k, _, i) => k.log(x[i]));
  },
  W7a: (side) => {
    const x = matrix(side, side);
    return () => scoped((keep) => np.sum(keep(np.matmul(x, x))));
  },
  W7b: (side) => {
    const x = matrix(side, side);
    return () =>
      scoped((keep) => {
        const k = operations(keep);
        return np.sum(k.add(x, k.transpose(x)));
      });
  },
});
