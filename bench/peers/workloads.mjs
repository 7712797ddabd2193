/**
 * What is computed, how large it is, and what must come out. Random numbers differ from system to system, so those
 * answers are held against the mean they estimate, six standard errors wide; data in memory are the same everywhere.
 */
import { availableParallelism } from 'node:os';

const elements = (n) => (scale) => Math.max(1000, Math.round((n * scale) / 1000) * 1000);
const side = (n) => (scale) => Math.max(40, Math.round((n * Math.sqrt(scale)) / 20) * 20);
const random = (mean, deviation, count = (size) => size) => ({ mean, deviation, count });

const halfPi = Math.PI / 2;
/** The standard deviation of arcsin of a uniform number, and so of arccos. */
const arcDeviation = Math.sqrt(halfPi ** 2 - 2 - (halfPi - 1) ** 2);

const smallChunks = (id, title, parameter) => ({
  id,
  group: 'W4',
  title: `sum(random(n)), ${title}`,
  // Whatever the scale: it is the number of chunks that is asked about.
  size: () => 1e7,
  parameter,
  expect: random(0.5, Math.sqrt(1 / 12)),
});

const inMemory = (id, title, size, elementsOf) => ({ id, group: 'W6', title: `in memory: ${title}`, size, elementsOf });

/** `elementsOf` says how many elements a size means; `fresh`: peers that keep whole arrays get a process a round. */
export const workloads = [
  {
    id: 'W1',
    group: 'W1',
    title: 'mean((-b + sqrt(b² - 4ac)) / (2a))',
    size: elements(2e8),
    expect: random(-9.3758e-6, 0.0041),
    fresh: true,
  },
  {
    id: 'W2',
    group: 'W2',
    title: '(arcsin(x) + arccos(y)).sum([1, 2])',
    size: side(5000),
    elementsOf: (n) => n * n * 10,
    expect: random(halfPi, Math.SQRT2 * arcDeviation, (n) => n * n * 10),
    fresh: true,
  },
  {
    id: 'W3',
    group: 'W3',
    title: 'mean(where(sqrt(x² + y²) < 1, 4, 0))',
    size: elements(2e8),
    expect: random(Math.PI, 4 * Math.sqrt((Math.PI / 4) * (1 - Math.PI / 4))),
    fresh: true,
  },
  smallChunks('W4-100', 'chunks of 100', () => 100),
  smallChunks('W4-1000', 'chunks of 1000', () => 1000),
  smallChunks('W4-10000', 'chunks of 10 000', () => 10_000),
  smallChunks('W4-100000', 'chunks of 100 000', () => 100_000),
  smallChunks('W4-1000000', 'chunks of 1 million', () => 1_000_000),
  smallChunks('W4-core', 'a chunk a core', (size) => Math.ceil(size / availableParallelism())),
  {
    id: 'W5',
    group: 'W5',
    title: 'mean(sqrt(uniform(n)))',
    size: elements(2e8),
    expect: random(2 / 3, Math.sqrt(1 / 18)),
    fresh: true,
  },
  inMemory('W6a', 'mean(sqrt(x² + y²))', elements(5e7)),
  inMemory('W6b', 'sum(x)', elements(5e7)),
  inMemory('W6c', 'x.mean(axis 0), twice as wide as high', side(5000), (n) => 2 * n * n),
  inMemory('W6d', 'sum(exp(-x²) sin(y))', elements(5e7)),
  inMemory('W6e', 'sum(log(x))', elements(5e7)),
  { id: 'W7a', group: 'W7', title: 'sum(x @ x)', size: side(2000), elementsOf: (n) => n * n },
  { id: 'W7b', group: 'W7', title: '(x + x.T).sum()', size: side(8000), elementsOf: (n) => n * n },
];

/** The workloads of these names, their own or those of their groups; all without names. */
export function chosen(names) {
  if (names === undefined) return workloads;
  const unknown = names.find((name) => !workloads.some((w) => w.id === name || w.group === name));
  if (unknown !== undefined) throw new Error(`there is no workload ${unknown}; there are W1 to W7, W6a, W4-1000 ...`);
  return workloads.filter((w) => names.includes(w.id) || names.includes(w.group));
}

/** The name the children know: the variants of W4 differ by their parameter. */
export const verbOf = (workload) => (workload.group === 'W4' ? 'W4' : workload.id);

export const countOf = (workload, size) => (workload.elementsOf ?? ((n) => n))(size);

/** Relative difference that the order of summation may leave between answers from the same data. */
const sameData = 1e-9;
/** float32 systems cannot do better, with random numbers neither. */
const sameDataSingle = 1e-4;

/** Why `answer` is wrong, or undefined. `reference` is the answer of another system to the same question. */
export function objection({ expect }, size, answer, reference, single = false) {
  if (!Number.isFinite(answer)) return `the answer is ${answer}`;
  if (expect !== undefined) {
    const rounding = single ? sameDataSingle * expect.deviation : 0;
    const allowed = (6 * expect.deviation) / Math.sqrt(expect.count(size)) + rounding;
    const off = Math.abs(answer - expect.mean);
    return off <= allowed
      ? undefined
      : `${answer} is ${(off / allowed).toPrecision(3)} times the tolerance from ${expect.mean}`;
  }
  const off = Math.abs(answer - reference) / Math.max(Math.abs(reference), Number.MIN_VALUE);
  return off <= (single ? sameDataSingle : sameData) ? undefined : `${answer} where others find ${reference}`;
}
