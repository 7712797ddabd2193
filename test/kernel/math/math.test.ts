import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DType, TypedArray } from '#src/core/dtype.js';
import { mathFunctions } from '#src/kernel/math/index.js';
import { apply, type Backend, readRows } from './kernels.mjs';
import { rowsOf, special } from './special.js';

const reference: Record<string, string[]> = JSON.parse(
  readFileSync(new URL('./reference.json', import.meta.url), 'utf8'),
);
const backends: Backend[] = ['interpreter', 'scalar', 'simd'];
const shown = (a: TypedArray): string[] => Array.from(a as Float64Array, (x) => (Object.is(x, -0) ? '-0' : String(x)));

/** The answer of all backends, which must not differ by a bit. */
function agreed(name: string, dtype: DType, inputs: readonly TypedArray[]): TypedArray {
  const [first, ...others] = backends.map((backend) => apply(name, dtype, inputs, backend)) as [TypedArray];
  for (const other of others) expect(shown(other)).toEqual(shown(first));
  return first;
}

/** In ulps: what is below 1.5 is the correctly rounded double or a neighbour (docs/elementary-functions.md). */
const limits: Record<string, number> = { sin: 1.5, cos: 1.5, asin: 1.5, acos: 1.5, fmod: 0 };

describe('against correctly rounded values', () => {
  test.each(Object.keys(reference))('%s', (name) => {
    const { inputs, error } = readRows(reference[name] as string[]);
    const out = agreed(name, 'float64', inputs) as Float64Array;
    const worst = out.reduce((max, answer, i) => Math.max(max, error(answer, i)), 0);
    expect(worst).toBeLessThanOrEqual(limits[name] ?? 1);
  });

  test('every function of floats has a reference or is tested by name below', () => {
    const below = ['floorDivide', 'remainder', 'sign', 'nextafter', 'integerPower'];
    expect([...Object.keys(reference), ...below].sort()).toEqual(Object.keys(mathFunctions).sort());
  });
});

describe('float32', () => {
  const inRange = (x: number) => x === 0 || (Math.abs(x) > 2 ** -120 && Math.abs(x) < 2 ** 120);

  test.each(Object.keys(reference))('%s is the float64 value rounded', (name) => {
    const rows = readRows(reference[name] as string[]).inputs;
    const keep = [...(rows[0] as Float64Array).keys()].filter((i) => rows.every((r) => inRange(r[i] as number)));
    const inputs = rows.map((r) => Float32Array.from(keep, (i) => r[i] as number));
    const out = shown(agreed(name, 'float32', inputs));
    const wide = apply(
      name,
      'float64',
      inputs.map((x) => Float64Array.from(x)),
    ) as Float64Array;
    const missed = out.filter((x, i) => x !== shown(Float32Array.of(wide[i] as number))[0]);
    expect(missed).toEqual([]);
  });
});

describe('special cases', () => {
  test.each(Object.entries(special))('%s', (name, text) => {
    const cases = rowsOf(text);
    const arity = (cases[0] as number[]).length - 1;
    const inputs = Array.from({ length: arity }, (_, i) => Float64Array.from(cases, (row) => row[i] as number));
    const expected = Float64Array.from(cases, (row) => row[arity] as number);
    expect(shown(agreed(name, 'float64', inputs))).toEqual(shown(expected));
  });
});

const double = fc.double({ noNaN: true });
const table = (width: number) =>
  fc.array(fc.tuple(...Array<typeof double>(width).fill(double)), { minLength: 1, maxLength: 9 });
const columns = (rows: number[][], width: number) =>
  Array.from({ length: width }, (_, i) => Float64Array.from(rows, (r) => r[i] as number));

describe('any doubles', () => {
  const names = Object.keys(reference).filter((name) => name in Math && name !== 'pow' && name !== 'fmod');
  test.each(names)('%s is close to the one of JavaScript, on every backend', (name) => {
    const f = (Math as unknown as Record<string, (...x: number[]) => number>)[name] as (...x: number[]) => number;
    const width = f.length;
    fc.assert(
      fc.property(table(width), (rows) => {
        const out = agreed(name, 'float64', columns(rows, width)) as Float64Array;
        rows.forEach((row, i) => {
          const [answer, known] = [out[i] as number, f(...row)];
          if (Object.is(answer, known)) return;
          expect(Math.abs(answer - known) / Math.max(Math.abs(known), 2 ** -1022)).toBeLessThan(2 ** -50);
        });
      }),
      { numRuns: 40 },
    );
  });

  test('fmod is that of JavaScript, to the bit', () => {
    fc.assert(
      fc.property(table(2), (rows) => {
        const out = agreed('fmod', 'float64', columns(rows, 2));
        expect(shown(out)).toEqual(shown(Float64Array.from(rows, ([x, y]) => (x as number) % (y as number))));
      }),
    );
  });

  test('floorDivide and remainder are those of NumPy', () => {
    const divmod = (x: number, y: number): [number, number] => {
      if (y === 0) return [x / y, Number.NaN];
      let rest = x % y;
      let quotient = (x - rest) / y;
      if (rest !== 0 && rest < 0 !== y < 0) {
        rest += y;
        quotient -= 1;
      } else if (rest === 0) rest = y < 0 ? -0 : 0;
      if (quotient === 0) return [x / y < 0 || Object.is(x / y, -0) ? -0 : 0, rest];
      const whole = Math.floor(quotient);
      return [quotient - whole > 0.5 ? whole + 1 : whole, rest];
    };
    fc.assert(
      fc.property(table(2), (rows) => {
        const inputs = columns(rows, 2);
        const expected = rows.map(([x, y]) => divmod(x as number, y as number));
        expect(shown(agreed('floorDivide', 'float64', inputs))).toEqual(
          shown(Float64Array.from(expected, (e) => e[0])),
        );
        expect(shown(agreed('remainder', 'float64', inputs))).toEqual(shown(Float64Array.from(expected, (e) => e[1])));
      }),
    );
  });

  test('nextafter goes there and back, and nothing lies between', () => {
    fc.assert(
      fc.property(table(2), (rows) => {
        const [x, y] = columns(rows, 2) as [Float64Array, Float64Array];
        const there = agreed('nextafter', 'float64', [x, y]) as Float64Array;
        const back = agreed('nextafter', 'float64', [there, x]) as Float64Array;
        expect(Array.from(back, (v) => v + 0)).toEqual(Array.from(x, (v) => v + 0));
      }),
    );
  });
});

test('nextafter steps in float32 where the numbers are float32', () => {
  const out = agreed('nextafter', 'float32', [Float32Array.of(1, 0, -1), Float32Array.of(2, -1, 0)]);
  expect(Array.from(out as Float32Array)).toEqual([1 + 2 ** -23, -(2 ** -149), -(1 - 2 ** -24)]);
});

describe('integerPower', () => {
  const wide = { int64: BigInt64Array, uint64: BigUint64Array };
  test.each(['int64', 'uint64'] as const)('%s wraps', (dtype) => {
    const any = dtype === 'int64' ? fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) : fc.bigInt(0n, 2n ** 64n - 1n);
    const exponent = fc.oneof(fc.bigInt(0n, 70n), any);
    const power = (base: bigint, n: bigint): bigint => {
      if (n < 0n) return base === 1n ? 1n : base === -1n ? (n % 2n === 0n ? 1n : -1n) : 0n;
      let [result, square] = [1n, BigInt.asUintN(64, base)];
      for (let rest = n; rest > 0n; rest >>= 1n) {
        if (rest & 1n) result = BigInt.asUintN(64, result * square);
        square = BigInt.asUintN(64, square * square);
      }
      return dtype === 'int64' ? BigInt.asIntN(64, result) : result;
    };
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(1n, 2n, 3n), any), exponent, (base, n) => {
        const A = wide[dtype];
        expect(agreed('integerPower', dtype, [A.of(base), A.of(n)])).toEqual(A.of(power(base, n)));
      }),
    );
  });

  test('narrow integers wrap, negative exponents give 0 but for 1 and -1', () => {
    const base = Int8Array.of(2, 2, -2, 3, 1, -1, -1, 2, 0, 0, 127);
    const exponent = Int8Array.of(6, 7, 7, 5, -3, -3, -4, -1, 0, -1, 2);
    expect(agreed('integerPower', 'int8', [base, exponent])).toEqual(
      Int8Array.of(64, -128, -128, -13, 1, -1, 1, 0, 1, 0, 1),
    );
    const out = agreed('integerPower', 'uint8', [Uint8Array.of(3, 255, 2), Uint8Array.of(5, 255, 200)]);
    expect(out).toEqual(Uint8Array.of(243, 255, 0));
  });
});

test('sign of integers', () => {
  expect(agreed('sign', 'int32', [Int32Array.of(-7, 0, 9)])).toEqual(Int32Array.of(-1, 0, 1));
  expect(agreed('sign', 'uint64', [BigUint64Array.of(0n, 9n)])).toEqual(BigUint64Array.of(0n, 1n));
});
