/** What a product of matrices means, written out: panels of 256 products, every step rounded, added in ascending order. */
import type { DType } from '#src/core/dtype.js';

type Element = number | bigint;
type Arithmetic = (a: Element, b: Element) => Element;

const rounders: Partial<Record<DType, (x: number) => number>> = {
  float32: Math.fround,
  float64: (x) => x,
  bool: (x) => Number(x !== 0),
  int8: (x) => (x << 24) >> 24,
  int16: (x) => (x << 16) >> 16,
  int32: (x) => x | 0,
  uint8: (x) => x & 0xff,
  uint16: (x) => x & 0xffff,
  uint32: (x) => x >>> 0,
};

function arithmeticOf(dtype: DType): { zero: Element; add: Arithmetic; multiply: Arithmetic } {
  if (dtype === 'int64' || dtype === 'uint64') {
    const wrap = (x: bigint): bigint => (dtype === 'int64' ? BigInt.asIntN(64, x) : BigInt.asUintN(64, x));
    return {
      zero: 0n,
      add: (a, b) => wrap((a as bigint) + (b as bigint)),
      multiply: (a, b) => wrap((a as bigint) * (b as bigint)),
    };
  }
  const round = rounders[dtype] as (x: number) => number;
  const float = dtype.startsWith('float');
  return {
    zero: 0,
    add: (a, b) => round((a as number) + (b as number)),
    multiply: (a, b) => round(float ? (a as number) * (b as number) : Math.imul(a as number, b as number)),
  };
}

/** Element after element of (m, k) times (k, n), both read by functions of their two indices, in row-major order. */
export function productOf(
  dtype: DType,
  [m, n, k]: readonly [number, number, number],
  left: (i: number, l: number) => Element,
  right: (l: number, j: number) => Element,
): Element[] {
  const { zero, add, multiply } = arithmeticOf(dtype);
  const element = (i: number, j: number): Element => {
    let whole: Element | undefined;
    for (let from = 0; from < k; from += 256) {
      let panel = zero;
      for (let l = from; l < Math.min(k, from + 256); l++) panel = add(panel, multiply(left(i, l), right(l, j)));
      whole = whole === undefined ? panel : add(whole, panel);
    }
    return whole ?? zero;
  };
  return Array.from({ length: m * n }, (_, at) => element(Math.floor(at / n), at % n));
}
