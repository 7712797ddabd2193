// What one thread needs for one element of the headline kernels, without planning or scheduling around them.
// node bench/kernels.mjs [name...]
import { performance } from 'node:perf_hooks';
import { Builder } from '../dist/kernel/builder.js';
import { compileKernel, instantiate } from '../dist/kernel/compile.js';
import { streamKey, uniform } from '../dist/kernel/random.js';

const d = 'float64';

const routine = (args, write) => {
  const b = new Builder();
  const results = write(
    b,
    args.map((dtype, arg) => b.push({ op: 'arg', dtype, arg })),
  );
  return { args, body: b.body(), results };
};

function twoSum(b, a, x) {
  const sum = b.prim('add', a, x);
  const back = b.prim('subtract', sum, a);
  return [sum, b.prim('add', b.prim('subtract', a, b.prim('subtract', sum, back)), b.prim('subtract', x, back))];
}

/** The sum in double-double. */
const sum = {
  name: 'sum',
  state: [d, d],
  init: [0, 0],
  step: routine([d, d, d], (b, [s, c, x]) => {
    const [next, lost] = twoSum(b, s, x);
    return [next, b.prim('add', c, lost)];
  }),
  merge: routine([d, d, d, d], (b, [s, c, t, e]) => {
    const [next, lost] = twoSum(b, s, t);
    return [next, b.prim('add', b.prim('add', c, e), lost)];
  }),
  finish: routine([d, d], (b, [s, c]) => [b.prim('add', s, c)]),
};

const map = [{ axis: 0, start: 0, step: 1 }];

/** A kernel that sums `write`'s value; `write` gets a builder, `draw` (uniform streams) and `load`. */
function summed(generator, write) {
  const b = new Builder();
  const index = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: [1] });
  const loads = [];
  const draw = (stream) => uniform(b, { generator, key: streamKey(1n, stream, generator) }, index);
  const load = () => {
    loads.push({ input: loads.length, plane: 0, dtype: d, map });
    return b.push({ op: 'load', dtype: d, load: loads.length - 1 });
  };
  const value = write(b, draw, load);
  const outputs = [{ kind: 'reduce', fold: sum, feed: 'values', values: [value], finish: true }];
  return { rank: 1, loads, body: b.body(), reduced: [0], outputs };
}

function quadratic(b, draw) {
  const [p, q, r] = [draw(0), draw(1), draw(2)];
  const c = (x) => b.const(x, d);
  const product = b.prim('multiply', b.prim('multiply', c(4), p), r);
  const root = b.prim('sqrt', b.prim('subtract', b.prim('multiply', q, q), product));
  const over = b.prim('add', b.prim('negative', q), root);
  return b.prim('divide', over, b.prim('multiply', c(2), p));
}

const hypotenuse = (b, x, y) => b.prim('sqrt', b.prim('add', b.prim('multiply', x, x), b.prim('multiply', y, y)));

function inCircle(b, draw) {
  const inside = b.prim('less', hypotenuse(b, draw(0), draw(1)), b.const(1, d));
  return b.select(inside, b.const(4, d), b.const(0, d));
}

const kernels = (generator) => ({
  uniform: summed(generator, (_, draw) => draw(0)),
  'W1 quadratic': summed(generator, quadratic),
  'W3 pi': summed(generator, inCircle),
  'W5 card': summed(generator, (b, draw) => b.prim('sqrt', draw(0))),
});

const memory = {
  'sum in memory': summed('splitmix64', (_, __, load) => load()),
  'hypotenuse in memory': summed('splitmix64', (b, _, load) => hypotenuse(b, load(), load())),
};

const data = (length, shared) => {
  const array = new Float64Array(shared ? new SharedArrayBuffer(8 * length) : length);
  return array.map((_, i) => (i % 1000) / 1000);
};

/** Best of several rounds, in CPU nanoseconds an element: what else runs on the machine shows less. */
function nanoseconds(kernel, length, inputs) {
  const run = instantiate(compileKernel(kernel));
  const out = new Float64Array(1);
  const block = {
    origin: [0],
    extent: [length],
    inputs: inputs.map((x) => ({ origin: [0], data: [x], offset: 0, strides: [1] })),
    outputs: [{ data: [out], offset: 0, strides: [0] }],
  };
  run({ ...block, extent: [length >> 2] });
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) {
    const before = process.cpuUsage();
    run(block);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1e3) / length);
  }
  return best;
}

/** What a block of 100 elements costs beyond its elements. */
function smallBlocks() {
  const run = instantiate(compileKernel(kernels('splitmix64').uniform));
  const out = new Float64Array(1);
  const outputs = [{ data: [out], offset: 0, strides: [0] }];
  const origin = [0];
  const block = { origin, extent: [100], inputs: [], outputs };
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    const start = performance.now();
    for (let i = 0; i < 100_000; i++) {
      origin[0] = i * 100;
      run(block);
    }
    best = Math.min(best, (performance.now() - start) * 10);
  }
  return best;
}

const wanted = process.argv.slice(2);
const asked = (name) => wanted.length === 0 || wanted.some((w) => name.includes(w));
const report = (name, ns, unit = 'ns an element') => console.log(`${name.padEnd(36)} ${ns.toFixed(2)} ${unit}`);

for (const generator of ['splitmix64', 'philox4x32']) {
  for (const [name, kernel] of Object.entries(kernels(generator))) {
    const label = `${name}, ${generator}`;
    if (asked(label)) report(label, nanoseconds(kernel, 8e6, []));
  }
}
for (const shared of [false, true]) {
  for (const [name, kernel] of Object.entries(memory)) {
    const label = `${name}, ${shared ? 'shared' : 'plain'} buffers`;
    const length = 8e6;
    const make = () => kernel.loads.map(() => data(length, shared));
    if (asked(label)) report(label, nanoseconds(kernel, length, make()));
  }
}
if (asked('100 elements')) report('100 elements, uniform', smallBlocks(), 'ns a block');
