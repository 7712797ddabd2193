/**
 * Functions on integers that count in units of 2^-128, to about 2^-120: what tables of elementary functions are made with, for
 * constants correct in every place need more than doubles and engines need not agree on `Math`.
 */
const fraction = 128n;
const scale = 2 ** 128;
const one = 1n << fraction;

/** A double whose last place is at least 2^-128. */
export const fixed = (x: number): bigint => BigInt(x * scale);

/** The nearest double. */
export const nearest = (x: bigint): number => Number(x) / scale;

export const times = (x: bigint, y: bigint): bigint => (x * y) >> fraction;

export const quotient = (x: bigint, y: bigint): bigint => (x << fraction) / y;

/** The root of a positive number, by Newton's method from above. */
export function sqrt(x: bigint): bigint {
  let root = x > one ? x : one;
  for (;;) {
    const next = (root + quotient(x, root)) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** log x = 2 artanh((x - 1) / (x + 1)) by its series, for x between about 1/2 and 2. */
export function log(x: bigint): bigint {
  const s = quotient(x - one, x + one);
  const square = times(s, s);
  let [sum, power] = [0n, s];
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = times(power, square);
  }
  return 2n * sum;
}
