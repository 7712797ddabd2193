/** The plain loop by hand on worker_threads: a stretch a thread, data in shared memory, one message a run. */
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { inputsOf, joined, names, partOf, unitsOf } from './loops.mjs';
import { serve } from './serve.mjs';

if (!isMainThread) {
  parentPort.on('message', ({ workload, inputs, from, to, n, seed }) => {
    parentPort.postMessage(partOf(workload, inputs, from, to, n, seed));
  });
} else {
  const threads = Number(process.argv[2] ?? 2);
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url)));
  let seed = 1;
  for (const worker of workers)
    worker.on('error', (error) => {
      throw error;
    });

  const ask = (worker, message) =>
    new Promise((resolve) => {
      worker.once('message', resolve);
      worker.postMessage(message);
    });

  const prepare = (workload) => (n) => {
    const inputs = inputsOf(workload, n);
    const units = unitsOf(workload, n);
    const border = (t) => Math.round((t * units) / threads);
    return async () => {
      const asked = workers.map((worker, t) =>
        ask(worker, { workload, inputs, from: border(t), to: border(t + 1), n, seed: ++seed }),
      );
      return joined(workload, await Promise.all(asked), n);
    };
  };

  await serve(
    `worker_threads by hand, ${threads} threads`,
    Object.fromEntries(names.map((name) => [name, prepare(name)])),
  );
  for (const worker of workers) worker.terminate();
}
