/** A plain loop in one thread. */
import { inputsOf, joined, names, partOf, unitsOf } from './loops.mjs';
import { serve } from './serve.mjs';

let seed = 1;
const prepare = (workload) => (n) => {
  const inputs = inputsOf(workload, n);
  return () => joined(workload, [partOf(workload, inputs, 0, unitsOf(workload, n), n, ++seed)], n);
};

await serve(
  `plain loop, Node ${process.versions.node}`,
  Object.fromEntries(names.map((name) => [name, prepare(name)])),
);
