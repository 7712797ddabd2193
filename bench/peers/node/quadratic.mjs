/** W1 as an expression of chunkwise over `n` elements drawn from `rng`. */
export function quadratic(da, rng, n) {
  const [a, b, c] = [rng.uniform(5, 10, n), rng.uniform(10, 20, n), rng.uniform(-0.1, 0.1, n)];
  return da.expr`(-${b} + sqrt(${b}**2 - 4*${a}*${c})) / (2*${a})`.mean();
}
