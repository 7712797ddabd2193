/** Binomial variates: inversion where few successes are expected, transformed rejection beyond. */
import { mathOnNumbers } from '../kernel/functions.js';
import type { Sampler, Uniform } from './distribution.js';

/** The mean from which transformed rejection is valid, and faster. */
const rejectionFrom = 10;

export function binomialSampler(uniform: Uniform, trials: number, p: number): Sampler {
  if (p > 0.5) {
    const failures = binomialSampler(uniform, trials, 1 - p);
    return () => trials - failures();
  }
  if (trials === 0 || p === 0) return () => 0;
  return trials * p < rejectionFrom ? inversion(uniform, trials, p) : rejection(uniform, trials, p);
}

/** Walks up the distribution function from 0; a walk that rounding keeps from ending draws again. */
function inversion(uniform: Uniform, trials: number, p: number): Sampler {
  const odds = p / (1 - p);
  const { exp, log1p } = mathOnNumbers();
  const none = exp(trials * log1p(-p));
  return () => {
    for (;;) {
      let u = uniform();
      let mass = none;
      for (let k = 0; k <= trials && mass > 0; k++) {
        if (u < mass) return k;
        u -= mass;
        mass *= (odds * (trials - k)) / (k + 1);
      }
    }
  };
}

/** BTRS of Hörmann, "The generation of binomial random variates" (1993), for p <= 1/2 and trials * p >= 10. */
function rejection(uniform: Uniform, trials: number, p: number): Sampler {
  const { log } = mathOnNumbers();
  const logFactorial = logFactorials(log);
  const deviation = Math.sqrt(trials * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = trials * p + 0.5;
  const inside = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const logOdds = log(p / (1 - p));
  const mode = Math.floor((trials + 1) * p);
  const atMode = logFactorial(mode) + logFactorial(trials - mode);
  return () => {
    for (;;) {
      const u = uniform() - 0.5;
      const v = uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + centre);
      if (us >= 0.07 && v <= inside) return k;
      if (k < 0 || k > trials) continue;
      const density = atMode - logFactorial(k) - logFactorial(trials - k) + (k - mode) * logOdds;
      if (log((v * alpha) / (a / (us * us) + b)) <= density) return k;
    }
  };
}

const halfLog2Pi = 0.9189385332046728;

/** log(k!), for k from 32 on by Stirling's series: its next term is below 1e-13. */
function logFactorials(log: (x: number) => number): (k: number) => number {
  const small = [0];
  for (let k = 1; k < 32; k++) small.push((small[k - 1] as number) + log(k));
  return (k) => {
    if (k < small.length) return small[k] as number;
    const x = k + 1;
    const r = 1 / (x * x);
    const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / x;
    return (x - 0.5) * log(x) - x + halfLog2Pi + series;
  };
}
