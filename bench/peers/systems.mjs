/** The systems that are compared, and which of them this machine has. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locate } from './node/locate.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const own = (script, ...args) => ({ command: process.execPath, args: [here(`node/${script}.mjs`), ...args] });

/** Freed memory stays with the process, so that temporaries cost no page faults the second time. */
export const keptMemory = { MALLOC_MMAP_THRESHOLD_: '17179869184', MALLOC_TRIM_THRESHOLD_: '17179869184' };

/**
 * Node's systems. `needs`: packages, of which those too large for this project's own are looked for in `modules` as well.
 * `keeps`: holds whole arrays, so it gets a process a round for the large workloads. `single`: has float32 alone.
 */
const nodeSystems = (threads, modules) => [
  { id: 'chunkwise', title: 'chunkwise', ...own('chunkwise', `--workers=${threads}`) },
  { id: 'chunkwise-1', title: 'chunkwise, 1 thread', ...own('chunkwise', '--workers=1') },
  {
    id: 'chunkwise-philox',
    title: 'chunkwise, philox',
    only: ['W1', 'W2', 'W3', 'W4', 'W5'],
    ...own('chunkwise', `--workers=${threads}`, '--generator=philox4x32'),
  },
  { id: 'js', title: 'JS loop', ...own('plainLoop') },
  { id: 'worker_threads', title: 'worker_threads', ...own('workerLoops', String(threads)) },
  { id: 'ndarray-ops', title: 'ndarray-ops', needs: ['ndarray', 'ndarray-ops'], ...own('ndarrayOps') },
  { id: 'stdlib', title: '@stdlib', needs: stdlibPackages, ...own('stdlib') },
  { id: 'numpy-ts', title: 'numpy-ts', needs: ['numpy-ts'], ...own('numpyTs', ...modules) },
  {
    id: 'tfjs',
    title: 'TensorFlow.js Wasm, float32',
    needs: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
    single: true,
    ...own('tfjs', ...modules),
  },
];
const stdlibPackages = ['exp', 'ln', 'sin', 'sqrt']
  .map((name) => `@stdlib/math-base-special-${name}`)
  .concat('@stdlib/random-base-mt19937');

/** Why a system of Node cannot run, if it cannot. */
function lacking({ needs = [] }, modules) {
  const missing = needs.filter((name) => locate(name, modules[0]) === undefined);
  if (missing.length === 0) return undefined;
  return `not installed: ${missing.join(' ')} (npm install --prefix DIR ${needs.join(' ')}, then --modules DIR)`;
}

/** Dask takes up to a millisecond a chunk: what is beyond so many is scaled up. */
const mostChunks = 2000;

const pythonSystems = (python, threads, distributed) => {
  const peer = (module, env = {}) => ({
    command: python,
    args: ['-B', here('python/serve.py'), module, String(threads)],
    needsPython: module,
    env: { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads), ...env },
  });
  const onThreads = (env) => ({
    ...peer('dask', { ...env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' }),
    malloc: true,
    mostChunks,
  });
  const systems = [
    { id: 'numpy', title: 'NumPy', keeps: true, malloc: true, ...peer('numpy', keptMemory) },
    { id: 'numpy-faults', title: 'NumPy, default malloc', keeps: true, ...peer('numpy') },
    { id: 'numexpr', title: 'numexpr', keeps: true, malloc: true, ...peer('numexpr', keptMemory) },
    { id: 'numba', title: 'Numba', ...peer('numba', { NUMBA_NUM_THREADS: String(threads) }) },
    { id: 'dask', title: 'Dask, best chunks', ...onThreads(keptMemory) },
    {
      id: 'dask-auto',
      title: 'Dask, auto chunks',
      except: ['W4'],
      ...onThreads({ ...keptMemory, CHUNKS: 'auto' }),
    },
    { id: 'jax', title: 'JAX', keeps: true, ...peer('jax') },
  ];
  if (distributed) {
    const env = { ...keptMemory, SCHEDULER: 'distributed', CHUNKS: 'auto' };
    systems.push({ id: 'dask-distributed', title: 'Dask distributed', only: ['W4'], ...onThreads(env) });
  }
  return systems;
};

const flags = ['-std=gnu11', '-O3', '-fopenmp-simd', '-fno-math-errno', '-Wno-psabi'];
const nativeSystems = [
  { id: 'c-same', title: 'C 128-bit, same sums', options: ['-msse4.2', '-DCOMPENSATED'] },
  { id: 'c-128', title: 'C 128-bit', options: ['-msse4.2'] },
  { id: 'c-native', title: 'C native', options: ['-march=native', '-mprefer-vector-width=512'] },
];

/** Compiles a C system; a reason when that fails. */
function build(system, folder, threads) {
  const command = join(folder, system.id);
  const args = [...flags, ...system.options, here('native/native.c'), '-o', command, '-lmvec', '-lm', '-lpthread'];
  const { status, error, stderr } = spawnSync('gcc', args, { encoding: 'utf8' });
  if (status !== 0) return { ...system, missing: error?.message ?? stderr.split('\n')[0] };
  return { ...system, setting: ['gcc', ...flags, ...system.options].join(' '), command, args: [String(threads)] };
}

/** The modules of a Python among `names` that can be imported, by trying. */
function importable(python, names) {
  const code = `import importlib.util as u; print(*[n for n in ${JSON.stringify(names)} if u.find_spec(n)])`;
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split(' ') : [];
}

/** All systems; those that cannot run here have `missing`, the reason. */
export function findSystems({ python, threads, modules, distributed = false, systems }) {
  const folder = mkdtempSync(join(tmpdir(), 'chunkwise-peers-'));
  const names = systems?.split(',').map((name) => name.trim());
  const wanted = ({ id }) => names === undefined || id === 'chunkwise' || names.includes(id);
  const packages = modules === undefined ? [] : [modules];
  const inPython = pythonSystems(python, threads, distributed).filter(wanted);
  const has = importable(python, [...new Set(inPython.map((s) => s.needsPython))]);
  const without = (system, missing) => (missing === undefined ? system : { ...system, missing });
  const found = [
    ...nodeSystems(threads, packages).map((s) => without(s, lacking(s, packages))),
    ...inPython.map((s) => without(s, has.includes(s.needsPython) ? undefined : `${python} has no ${s.needsPython}`)),
    ...nativeSystems.filter(wanted).map((s) => build(s, folder, threads)),
  ].filter(wanted);
  const unknown = names?.find((name) => !found.some(({ id }) => id === name));
  if (unknown !== undefined) throw new Error(`there is no system ${unknown}; see bench/peers/systems.mjs`);
  return { systems: found, folder };
}
