/** Tail probabilities: what a test's statistic is worth. */

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** log of the gamma function, x > 0. */
export function logGamma(x) {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const t = z + lanczos.length - 0.5;
  const series = lanczos.reduce((sum, c, i) => sum + c / (z + i + 1), 0.9999999999998099);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/** Upper incomplete gamma function over gamma(a): series below a + 1, continued fraction above. */
export function gammaQ(a, x) {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = 1; n < 10_000 && term > sum * 1e-16; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.max(0, 1 - scale * sum);
  }
  let b = x + 1 - a;
  let [c, d] = [1e300, 1 / b];
  let h = d;
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return scale * h;
}

/** The chance of a chi-square at least this large. */
export const chiSquareTail = (x, degrees) => gammaQ(degrees / 2, x / 2);

/** The chance of a normal deviate at most z. */
export const normal = (z) => {
  const tail = 0.5 * gammaQ(0.5, (z * z) / 2);
  return z > 0 ? 1 - tail : tail;
};

/** p of counts that should be `expected`; cells expected less than five times are put together with their neighbours. */
export function chiSquare(counts, expected) {
  let [x, cells, seen, wanted] = [0, 0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    seen += counts[i];
    wanted += expected(i);
    if (wanted < 5 && i < counts.length - 1) continue;
    x += (seen - wanted) ** 2 / wanted;
    cells++;
    [seen, wanted] = [0, 0];
  }
  return chiSquareTail(x, cells - 1);
}

/** Kolmogorov and Smirnov: how likely p-values lie this far from uniform; Stephens' form for finite n. */
export function uniformity(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const distance = sorted.reduce((d, p, i) => Math.max(d, p - i / n, (i + 1) / n - p), 0);
  const t = distance * (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n));
  if (t < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * t * t);
  return Math.min(1, Math.max(0, sum));
}
