/**
 * The mean of one root of a x² + b x + c over 200 million random coefficients: -9.37e-6 ± 1.2e-6.
 *
 *   node dist-examples/a02-quadratic.js [n]
 */
import * as da from 'chunkwise';

const n = Number(process.argv[2] ?? 200_000_000);
const a = da.random.uniform(5, 10, n);
const b = da.random.uniform(10, 20, n);
const c = da.random.uniform(-0.1, 0.1, n);
const root = da.expr`(-${b} + sqrt(${b}**2 - 4*${a}*${c})) / (2*${a})`.mean();
const fluent = b
  .neg()
  .add(b.pow(2).sub(a.mul(4).mul(c)).sqrt())
  .div(a.mul(2))
  .mean();

console.log(String(root.graph)); // 15 layers, one line each
await root.visualize({ filename: 'quadratic.svg', rankdir: 'LR', optimizeGraph: true });

const plain = await root.compute({ optimizeGraph: false });
const [fused, twin] = await da.compute(root, fluent);
console.log(fused);
console.log('fused and plain agree:', fused === plain);
console.log('formula and methods agree:', fused === twin);
