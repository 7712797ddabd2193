/** The targets, each from what was measured: at least so many times faster, or at most so many milliseconds. */
import { ratioOf, show, timeOf } from './numbers.mjs';

const faster = (id, peer, least) => ({
  says: `${id} against ${peer.title}: ${least} x`,
  measure: ({ find }) => ratioOf(find(id), peer.id, 'chunkwise'),
  met: (x) => x >= least,
  unit: ' x',
});
const atMost = (says, most, unit, measure) => ({
  says: `${says}: at most ${most}${unit}`,
  measure,
  met: (x) => x <= most,
  unit,
});

const dask = { id: 'dask', title: 'Dask, best chunks' };
const numba = { id: 'numba', title: 'Numba' };
const same = { id: 'c-same', title: 'C at 128 bits with the same sums' };
const native = { id: 'c-native', title: 'the read bandwidth (C native, same run)' };
const one = { id: 'chunkwise-1', title: 'one thread' };
const started =
  (key) =>
  ({ start }) =>
    start?.[key];

export const targets = [
  ...[
    ['W1', 6],
    ['W3', 7],
    ['W5', 5],
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
  faster('W6b', native, 0.7),
  faster('W6d', dask, 2),
  faster('W6e', dask, 1.2),
  faster('W6d', numba, 2),
  faster('W6e', numba, 2),
  faster('W7b', dask, 2),
  atMost('W7a against NumPy', 3, ' x', ({ find }) => ratioOf(find('W7a'), 'chunkwise', 'numpy')),
  ...['W1', 'W3', 'W5', 'W6a'].map((id) => faster(id, same, 0.8)),
  ...['W1', 'W2', 'W3', 'W5', 'W6d'].map((id) => faster(id, one, 1.9)),
  atMost('import', 60, ' ms', started('importMs')),
  atMost('first compute after import, tiny array', 40, ' ms', started('firstComputeMs')),
  atMost('warm tiny compute', 0.1, ' ms', started('tinyMs')),
  atMost('array of a million chunks, build', 1, ' ms', started('buildMs')),
  atMost('array of a million chunks, first block', 5, ' ms', started('firstBlockMs')),
  atMost('peak memory of W1 above idle', 150, ' MiB', started('peakMiB')),
];

/** Every target with what was measured; `met` is undefined where nothing was. */
export function judgeTargets({ workloads, start }) {
  const scene = { find: (id) => workloads.find((w) => w.id === id), time: timeOf, start };
  return targets.map(({ says, measure, met, unit }) => {
    const value = measure(scene);
    return {
      says,
      value,
      shown: value === undefined ? '' : `${show(value)}${unit}`,
      met: value === undefined ? undefined : met(value),
    };
  });
}
