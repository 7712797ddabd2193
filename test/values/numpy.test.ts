/** What NumPy answers, operation by operation and dtype by dtype. test/values/table.py wrote the table. */
import { readFileSync } from 'node:fs';
import * as da from 'chunkwise';
import { describe, expect, it } from 'vitest';

interface Case {
  readonly op: string;
  readonly in: readonly da.DType[];
  readonly x?: readonly string[];
  readonly y2?: readonly string[];
  readonly shape?: readonly number[];
  readonly axis?: number | readonly number[] | null;
  readonly dtype: da.DType;
  readonly y: readonly string[];
  readonly out?: readonly number[];
}

/** A case of a function with options, weights being arrays. */
interface Call extends Case {
  readonly options: {
    readonly axis?: number | readonly number[] | null;
    readonly ord?: number | string | null;
    readonly weights?: {
      readonly dtype: da.DType;
      readonly shape: readonly number[];
      readonly data: readonly string[];
    };
  };
}

interface Table extends Record<'unary' | 'binary' | 'reductions', readonly Case[]> {
  readonly calls: readonly Call[];
  /** What is reduced, by dtype. */
  readonly arrays: Readonly<Record<string, readonly string[]>>;
}

const table = JSON.parse(readFileSync(new URL('./numpy.json', import.meta.url), 'utf8')) as Table;

const isWide = (dtype: string) => dtype === 'int64' || dtype === 'uint64';

function arrayOf(
  values: readonly string[],
  dtype: da.DType,
  shape: readonly number[] = [values.length],
): da.ChunkedArray {
  const numbers = values.map((v) =>
    isWide(dtype) ? BigInt(v) : v === 'inf' ? Infinity : v === '-inf' ? -Infinity : Number(v),
  );
  const flat = da.asarray(numbers, { dtype, chunks: 7 });
  return flat.reshape(shape);
}

type Methods = Record<string, (...args: readonly unknown[]) => da.ChunkedArray>;
const method = (x: da.ChunkedArray, op: string) => (x as unknown as Methods)[op] as Methods[string];

async function valuesOf(x: da.ChunkedArray): Promise<(number | bigint)[]> {
  const value: unknown = await x.compute();
  if (value instanceof da.NDArray) return [...(value.data as Float64Array)];
  return [typeof value === 'boolean' ? Number(value) : isWide(x.dtype) ? BigInt(value as number) : (value as number)];
}

const parse = (v: string, dtype: string) =>
  isWide(dtype) ? BigInt(v) : v === 'inf' ? Infinity : v === '-inf' ? -Infinity : Number(v);

/** How many representable doubles (or floats) lie between. */
function ulps(a: number, b: number, dtype: string): number {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (Number.isNaN(a) || Number.isNaN(b) || !Number.isFinite(a) || !Number.isFinite(b)) return Infinity;
  const order = (x: number) => {
    const view = new DataView(new ArrayBuffer(8));
    if (dtype === 'float32') view.setFloat32(0, x);
    else view.setFloat64(0, x);
    const bits = dtype === 'float32' ? BigInt(view.getInt32(0)) : view.getBigInt64(0);
    const low = dtype === 'float32' ? -(1n << 31n) : -(1n << 63n);
    return bits < 0n ? low - bits : bits;
  };
  const gap = order(a) - order(b);
  return Number(gap < 0n ? -gap : gap);
}

/** Functions that NumPy does not round correctly either; the others must be equal. */
const rounded = new Set(
  'acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp exp2 expm1 hypot log log10 log1p log2 logaddexp pow sin sinh tan tanh'.split(
    ' ',
  ),
);

/** std is the root of the rounded variance. */
const slack = (op: string): number => (rounded.has(op) ? 2 : 0);

/** Answers in which we differ from NumPy on purpose. */
function expected(c: Case, i: number): string {
  const y = c.y[i] as string;
  // The standard: sign(-0) is 0; NumPy agrees. maximum and minimum order the zeros, NumPy keeps the first.
  if ((c.op === 'maximum' || c.op === 'minimum') && (y === '0.0' || y === '-0.0') && c.x?.[i] !== c.y2?.[i]) {
    const zeros = [c.x?.[i], c.y2?.[i]];
    if (zeros.includes('0.0') && zeros.includes('-0.0')) return c.op === 'maximum' ? '0.0' : '-0.0';
  }
  return y;
}

async function check(c: Case, result: da.ChunkedArray): Promise<void> {
  expect(result.dtype).toBe(c.dtype);
  const values = await valuesOf(result);
  expect(values.length).toBe(c.y.length);
  values.forEach((value, i) => {
    const want = parse(expected(c, i), c.dtype);
    const at = `${c.op}(${c.x?.[i] ?? ''}${c.y2 ? `, ${c.y2[i]}` : ''}) of ${c.in[0]} gives ${value}, NumPy ${want}`;
    if (typeof value === 'bigint' || typeof want === 'bigint') expect(value, at).toBe(want);
    else expect(ulps(value, want, c.dtype), at).toBeLessThanOrEqual(slack(c.op));
  });
}

describe('elementwise functions of one array', () => {
  it.each(table.unary.map((c) => [`${c.op} of ${c.in[0]}`, c] as const))('%s', async (_, c) => {
    await check(
      c,
      method(arrayOf(c.x as string[], c.in[0] as da.DType), c.op).call(arrayOf(c.x as string[], c.in[0] as da.DType)),
    );
  });
});

describe('elementwise functions of two arrays', () => {
  it.each(table.binary.map((c) => [`${c.op} of ${c.in[0]}`, c] as const))('%s', async (_, c) => {
    const [x, y] = [arrayOf(c.x as string[], c.in[0] as da.DType), arrayOf(c.y2 as string[], c.in[1] as da.DType)];
    await check(c, method(x, c.op).call(x, y));
  });
});

describe('reductions', () => {
  it.each(table.reductions.map((c) => [`${c.op} of ${c.in[0]} along ${JSON.stringify(c.axis)}`, c] as const))(
    '%s',
    async (_, c) => {
      const x = arrayOf(table.arrays[c.in[0] as string] as string[], c.in[0] as da.DType, c.shape).rechunk([2, 3, 2]);
      const result = method(x, c.op).call(x, c.axis ?? undefined);
      expect(result.shape).toEqual(c.out);
      await check(c, result);
    },
  );
});

describe('functions with options', () => {
  it.each(table.calls.map((c) => [`${c.op} of ${c.in[0]} with ${JSON.stringify(c.options)}`, c] as const))(
    '%s',
    async (_, c) => {
      const x = arrayOf(table.arrays[c.in[0] as string] as string[], c.in[0] as da.DType, c.shape).rechunk([2, 3, 2]);
      const { ord, weights, ...axis } = c.options;
      const options = {
        ...axis,
        ...(ord === undefined ? {} : { ord: typeof ord === 'string' && ord !== 'fro' ? parse(ord, 'float64') : ord }),
        ...(weights === undefined ? {} : { weights: arrayOf(weights.data, weights.dtype, weights.shape) }),
      };
      const result = method(x, c.op).call(x, options);
      expect(result.shape).toEqual(c.out);
      await check(c, result);
    },
  );
});
