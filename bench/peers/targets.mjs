/** The targets, each from what was measured: at least so many times faster, or at most so many milliseconds. */
import { ratioOf, ratioOfBest, show, timeOf } from './numbers.mjs';

const atLeast = (says, least, unit, measure) => ({
  says: `${says}: at least ${least}${unit}`,
  measure,
  met: (x) => x >= least,
  unit,
});
/** Against the quickest of a peer's settings. */
const faster = (id, { title, ids }, least) =>
  atLeast(`${id} against ${title}`, least, ' x', ({ find }) => ratioOfBest(find(id), ids, 'chunkwise'));
const atMost = (says, most, unit, measure) => ({
  says: `${says}: at most ${most}${unit}`,
  measure,
  met: (x) => x <= most,
  unit,
});

const dask = { ids: ['dask', 'dask-auto'], title: 'Dask at its best' };
const numba = { ids: ['numba'], title: 'Numba' };
const same = { ids: ['c-same'], title: 'C at 128 bits with the same sums' };
const one = { ids: ['chunkwise-1'], title: 'one thread' };
const started =
  (key) =>
  ({ start }) =>
    start?.[key];

export const targets = [
  ...[
    ['W1', 6],
    ['W3', 7],
    ['W5', 5],
    ['W1', 9],
    ['W3', 11],
    ['W5', 9],
  ].map(([id, least]) => faster(id, dask, least)),
  ...['W1', 'W3', 'W5'].map((id) => faster(id, numba, 3)),
  faster('W2', dask, 2.2),
  faster('W2', numba, 5),
  faster('W4-1000', dask, 200),
  faster('W4-100', dask, 1000),
  atMost('W4, 10 000 chunks against one a core', 1.5, ' x', ({ find, time }) => {
    const [many, few] = [time(find('W4-1000'), 'chunkwise'), time(find('W4-core'), 'chunkwise')];
    return many === undefined || few === undefined ? undefined : many / few;
  }),
  faster('W6a', dask, 5),
  faster('W6a', numba, 0.7),
  faster('W6b', dask, 1),
  faster('W6c', dask, 1),
  atLeast('W6b against the read bandwidth, which is what the quickest of the others reached', 0.7, ' x', (scene) =>
    ratioOfBest(scene.find('W6b'), scene.readers, 'chunkwise'),
  ),
  faster('W6d', dask, 2),
  faster('W6e', dask, 1.2),
  faster('W6d', numba, 2),
  faster('W6e', numba, 2),
  faster('W7b', dask, 2),
  {
    ...atMost('W7a against NumPy', 3, ' x', ({ find }) => ratioOf(find('W7a'), 'chunkwise', 'numpy')),
    lacking: ({ find }) => find('W7a')?.results.chunkwise?.unavailable,
  },
  ...['W1', 'W3', 'W5', 'W6a'].map((id) => faster(id, same, 0.8)),
  ...['W1', 'W2', 'W3', 'W5', 'W6d'].map((id) => faster(id, one, 1.9)),
  atMost('import', 60, ' ms', started('importMs')),
  atMost('first compute after import, tiny array', 40, ' ms', started('firstComputeMs')),
  atMost('warm tiny compute', 0.1, ' ms', started('tinyMs')),
  atMost('array of a million chunks, build', 1, ' ms', started('buildMs')),
  atMost('array of a million chunks, first block', 5, ' ms', started('firstBlockMs')),
  atMost('kernel of W1, compiled', 2, ' ms', started('kernelCompileMs')),
  atLeast('W1 unfused against fused', 3, ' x', started('fusionGain')),
  atMost('peak memory of W1 above idle', 150, ' MiB', started('peakMiB')),
];

/** Every target with what was measured; `met` is undefined where nothing was, false where there is nothing to measure. */
export function judgeTargets({ systems, workloads, start }) {
  // float32 is half the bytes, and no measure for reading float64.
  const readers = systems.filter(({ id, single }) => !single && !id.startsWith('chunkwise')).map(({ id }) => id);
  const scene = { find: (id) => workloads.find((w) => w.id === id), time: timeOf, start, readers };
  return targets.map(({ says, measure, met, unit, lacking }) => {
    const value = measure(scene);
    if (value !== undefined) return { says, value, shown: `${show(value)}${unit}`, met: met(value) };
    const reason = lacking?.(scene);
    return { says, value, shown: reason ?? '', met: reason === undefined ? undefined : false };
  });
}
