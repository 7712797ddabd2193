/** Sequences of 64-bit words out of the real generators, by compiled kernels: what the batteries look at. */
import { Builder } from '#src/kernel/builder.js';
import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { bits, drawBits, streamKey } from '#src/kernel/random.js';

/** `fill(into, from)`: word `word` of elements from * stride, (from + 1) * stride, ... of a stream. */
function elements({ generator, key }, { stride = 1, word = 0 } = {}) {
  const b = new Builder();
  const index = b.push({ op: 'index', dtype: 'int64', offset: 0, coefs: [stride] });
  const value = bits(b, { generator, key }, index, word);
  const outputs = [{ kind: 'store', dtype: 'uint64', value }];
  const run = instantiate(compileKernel({ rank: 1, loads: [], body: b.body(), reduced: [], outputs }));
  return (into, from) => {
    run({ origin: [from], extent: [into.length], inputs: [], outputs: [{ data: [into], offset: 0, strides: [1] }] });
  };
}

/** One word of each of `fills` in turn. */
function interleaved(fills) {
  let part = new BigUint64Array(0);
  return (into, from) => {
    const each = into.length / fills.length;
    if (part.length !== each) part = new BigUint64Array(each);
    fills.forEach((fill, k) => {
      fill(part, from / fills.length);
      for (let i = 0; i < each; i++) into[i * fills.length + k] = part[i];
    });
  };
}

const stream = (generator, seed, number = 0) => ({ generator, key: streamKey(seed, number, generator) });
const count = (n, make) => Array.from({ length: n }, (_, i) => make(i));
const powersOfTwo = [0n, ...count(63, (k) => 1n << BigInt(k))];

const strided = (power) => ({
  says: `elements 2^${power} apart`,
  make: (generator) => elements(stream(generator, 1n), { stride: 2 ** power }),
});

/** `limit`: words after which the sequence has no more to give. */
export const sequences = {
  'in-stream': { says: 'one stream of seed 0, element after element', make: (g) => elements(stream(g, 0n)) },
  'stride 2': strided(1),
  'stride 256': strided(8),
  'stride 65536': strided(16),
  'stride 2^18': strided(18),
  'stride 2^20': strided(20),
  'stride 2^26': { ...strided(26), limit: 2 ** 26 },
  words: {
    says: 'the first four words of every element, as distributions take them',
    make: (g) => interleaved(count(4, (word) => elements(stream(g, 2n), { word }))),
  },
  'interleaved streams': {
    says: '256 streams of one seed, by turns',
    make: (g) => interleaved(count(256, (number) => elements(stream(g, 3n, number)))),
  },
  'consecutive seeds': {
    says: 'stream 0 of seeds 0 to 255, by turns',
    make: (g) => interleaved(count(256, (seed) => elements(stream(g, BigInt(seed))))),
  },
  'low-entropy seeds': {
    says: 'seeds 0, 1, 2, 4, ... 2^62, by turns',
    make: (g) => interleaved(powersOfTwo.map((seed) => elements(stream(g, seed)))),
  },
  'first words of streams': {
    says: 'element 0 of streams 0, 1, 2, ... of seed 0',
    limit: 2 ** 20,
    make: (g) => (into, from) => {
      for (let i = 0; i < into.length; i++) into[i] = drawBits(g, streamKey(0n, from + i, g), 0n, 0);
    },
  },
  'first words of seeds': {
    says: 'element 0 of stream 0 of seeds 0, 1, 2, ...',
    limit: 2 ** 20,
    make: (g) => (into, from) => {
      for (let i = 0; i < into.length; i++) into[i] = drawBits(g, streamKey(BigInt(from + i), 0, g), 0n, 0);
    },
  },
};

const mask = 2n ** 64n - 1n;
const bySteps = (start, next) => {
  let state = start;
  return (into) => {
    for (let i = 0; i < into.length; i++) {
      state = next(state) & mask;
      into[i] = state;
    }
  };
};

/** Two Weyl sequences multiplied and the product folded: what weyl64 would be without its last step. */
function unspread() {
  let [x, factor] = [0x243f6a8885a308d3n, 0x13198a2e03707345n];
  return (into) => {
    for (let i = 0; i < into.length; i++) {
      const product = ((x ^ (x >> 32n)) * factor) & mask;
      into[i] = product ^ (product >> 32n);
      x = (x + 0x9e3779b97f4a7c15n) & mask;
      factor = (factor + 0xd1342543de82ef96n) & mask;
    }
  };
}

/** Generators with known faults, which the batteries must find. */
export const controls = {
  'counter times the golden ratio': () => bySteps(0n, (x) => x + 0x9e3779b97f4a7c15n),
  'linear congruential, modulo 2⁶⁴': () => bySteps(1n, (x) => x * 6364136223846793005n + 1442695040888963407n),
  'weyl64 without its last step': unspread,
  'xorshift of 64 bits': () =>
    bySteps(1n, (x) => {
      const y = (x ^ (x << 13n)) & mask;
      const z = y ^ (y >> 7n);
      return z ^ (z << 17n);
    }),
};
