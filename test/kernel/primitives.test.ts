import { describe, expect, test } from 'vitest';
import {
  bytesOf,
  type DType,
  dtypeNames,
  isFloat,
  isInteger,
  isWide,
  makeArray,
  type TypedArray,
} from '#src/core/dtype.js';
import { Builder } from '#src/kernel/builder.js';
import { compileKernel } from '#src/kernel/compile.js';
import { instantiate } from '#src/kernel/instantiate.js';
import { interpret } from '#src/kernel/interpret.js';
import { fromLiteral, type Kernel, type Literal, type PrimitiveName, primitives, type Value } from '#src/kernel/ir.js';
import type { Runner } from '#src/kernel/run.js';
import { specials } from './randomKernels.js';

const map = [{ axis: 0, start: 0, step: 1 }];

/** A kernel over as many loads as `write` takes arguments of dtype `d`. */
function kernelOf(d: DType, count: number, write: (b: Builder, args: Value[]) => Value): Kernel {
  const b = new Builder();
  const loads = Array.from({ length: count }, (_, input) => ({ input, plane: 0, dtype: d, map }));
  const args = loads.map((_, load) => b.push({ op: 'load', dtype: d, load }));
  const value = write(b, args);
  const outputs = [{ kind: 'store' as const, dtype: b.dtypeOf(value), value }];
  return { rank: 1, loads, body: b.body(), reduced: [], outputs };
}

function run(runner: Runner, kernel: Kernel, inputs: TypedArray[]): unknown[] {
  const { length } = inputs[0] as TypedArray;
  const out = makeArray((kernel.outputs[0] as { dtype: DType }).dtype, length);
  runner({
    origin: [0],
    extent: [length],
    inputs: inputs.map((data) => ({ origin: [0], data: [data], offset: 0, strides: [1] })),
    outputs: [{ data: [out], offset: 0, strides: [1] }],
  });
  return Array.from(out as Float64Array, (x) => (Object.is(x, -0) ? '-0' : x));
}

function agree(kernel: Kernel, inputs: TypedArray[]): unknown[] {
  const expected = run(interpret(kernel), kernel, inputs);
  for (const simd of [true, false]) {
    expect(run(instantiate(compileKernel(kernel, { simd })), kernel, inputs)).toEqual(expected);
  }
  return expected;
}

const arrayOf = (d: DType, values: (number | bigint)[]): TypedArray => {
  const array = makeArray(d, values.length);
  values.forEach((x, i) => {
    (array as Float64Array)[i] = x as number;
  });
  return array;
};

/** Every pair of awkward values, as two arrays. */
function pairs(d: DType): TypedArray[] {
  const values = specials(d);
  return [
    arrayOf(
      d,
      values.flatMap((x) => values.map(() => x)),
    ),
    arrayOf(
      d,
      values.flatMap(() => values),
    ),
  ];
}

const accepts: Readonly<Record<string, (d: DType) => boolean>> = {
  any: () => true,
  bits: (d) => !isFloat(d),
  float: isFloat,
  integer: isInteger,
  number: (d) => d !== 'bool',
};

describe.each(Object.keys(primitives) as PrimitiveName[])('%s', (op) => {
  const { args, on } = primitives[op];
  test.each(dtypeNames.filter((d) => accepts[on]?.(d)))('%s: all pairs of awkward values', (d) => {
    agree(
      kernelOf(d, 2, (b, [x, y]) => b.prim(op, ...([x, y] as Value[]).slice(0, args))),
      pairs(d),
    );
  });
});

describe.each(dtypeNames)('from %s', (from) => {
  const values = [arrayOf(from, specials(from))];
  test.each(dtypeNames.filter((to) => to !== from))('cast to %s', (to) => {
    agree(
      kernelOf(from, 1, (b, [x]) => b.cast(x as Value, to)),
      values,
    );
  });
  const alike = dtypeNames.filter((to) => to !== from && bytesOf(to) === bytesOf(from));
  test.each(alike)('bits as %s', (to) => {
    agree(
      kernelOf(from, 1, (b, [x]) => b.bitcast(x as Value, to)),
      values,
    );
  });
});

describe.each(dtypeNames.filter(isInteger))('%s by constants', (d) => {
  const constants = specials(d).map(String);
  test.each(constants)('shifts, quotients and remainders by %s', (text) => {
    for (const op of ['shiftLeft', 'shiftRight', 'floorDivide', 'remainder', 'multiply', 'and', 'add'] as const) {
      const value = isWide(d) ? BigInt(text) : Number(text);
      agree(
        kernelOf(d, 1, (b, [x]) => b.prim(op, x as Value, b.const(value, d))),
        [arrayOf(d, specials(d))],
      );
    }
  });
});

describe.each(['float32', 'float64'] as const)('%s by constants', (d) => {
  test.each(['1', '-0', '0', '2', '0.25', '3', 'NaN', 'Infinity'])('arithmetic with %s', (text) => {
    for (const op of ['add', 'subtract', 'multiply', 'divide', 'minimum', 'copysign', 'less'] as const) {
      const right = kernelOf(d, 1, (b, [x]) => b.prim(op, x as Value, b.const(Number(text), d)));
      const left = kernelOf(d, 1, (b, [x]) => b.prim(op, b.const(Number(text), d), x as Value));
      for (const kernel of [right, left]) agree(kernel, [arrayOf(d, specials(d))]);
    }
  });
});

describe.each(['float64', 'int64', 'uint64', 'float32', 'int16', 'bool'] as const)('tables of %s', (dtype) => {
  const values: Literal[] =
    dtype === 'bool'
      ? [true, false, true, true]
      : dtype.startsWith('float')
        ? [0.5, '-0', 'inf', -7]
        : ['4', '0', '7', '9'];
  const table = (b: Builder, at: Value): Value => b.push({ op: 'table', dtype, values, args: [at] });
  const indexes = arrayOf('int64', [0n, 1n, 2n, 3n, 4n, -1n, 2n ** 62n, -(2n ** 63n), 1027n]);

  test.each([3n, 1n, 7n, -1n])('by an index that mask %s leaves', (mask) => {
    const read = kernelOf('int64', 1, (b, [x]) => table(b, b.prim('and', x as Value, b.const(mask, 'int64'))));
    const last = BigInt(values.length - 1);
    const expected = Array.from(indexes as BigInt64Array, (x) => {
      const at = x & mask;
      return fromLiteral(values[Number(at < 0n ? 0n : at > last ? last : at)] as Literal, dtype);
    });
    const shown = expected.map((x) => (Object.is(x, -0) ? '-0' : typeof x === 'boolean' ? Number(x) : x));
    expect(agree(read, [indexes])).toEqual(shown);
  });

  test('two by one index', () => {
    const both = kernelOf('int64', 1, (b, [x]) => {
      const at = b.bitcast(b.prim('and', b.bitcast(x as Value, 'uint64'), b.const(3n, 'uint64')), 'int64');
      const other = b.push({ op: 'table', dtype, values: [...values].reverse(), args: [at] });
      return b.select(b.prim('less', x as Value, b.const(2n, 'int64')), table(b, at), other);
    });
    agree(both, [indexes]);
  });
});

describe('known answers', () => {
  const one = (from: DType, to: DType, x: number | bigint): unknown =>
    agree(
      kernelOf(from, 1, (b, [v]) => b.cast(v as Value, to)),
      [arrayOf(from, [x])],
    )[0];

  test.each([
    ['float64', 'uint8', 300.7, 255],
    ['float64', 'int8', -1e9, -128],
    ['float64', 'uint32', -1, 0],
    ['float64', 'int64', Number.NaN, 0n],
    ['float64', 'uint64', 2 ** 70, 18446744073709551615n],
    ['uint64', 'float64', 18446744073709551615n, 2 ** 64],
    ['uint64', 'float64', 9007199254740993n, 9007199254740992],
    ['int64', 'float32', 16777217n * 2n ** 36n + 1n, Math.fround(16777218 * 2 ** 36)],
    ['int64', 'int8', -129n, 127],
    ['float64', 'bool', Number.NaN, 1],
  ] as const)('%s to %s: %s', (from, to, x, expected) => expect(one(from, to, x)).toBe(expected));

  const two = (op: PrimitiveName, d: DType, x: number | bigint, y: number | bigint): unknown =>
    agree(
      kernelOf(d, 2, (b, [v, w]) => b.prim(op, ...([v, w] as Value[]).slice(0, primitives[op].args))),
      [arrayOf(d, [x]), arrayOf(d, [y])],
    )[0];

  test.each([
    ['floorDivide', 'int32', -7, 2, -4],
    ['floorDivide', 'int32', -(2 ** 31), -1, -(2 ** 31)],
    ['floorDivide', 'int8', 5, 0, 0],
    ['remainder', 'int64', -7n, 3n, 2n],
    ['remainder', 'int64', 7n, -3n, -2n],
    ['shiftLeft', 'int32', 1, 32, 0],
    ['shiftRight', 'int32', -8, -1, -1],
    ['minimum', 'float64', 0, -0, '-0'],
    ['maximum', 'float64', 1, Number.NaN, Number.NaN],
    ['round', 'float64', 2.5, 0, 2],
    ['abs', 'int8', -128, 0, -128],
  ] as const)('%s %s: %s, %s', (op, d, x, y, expected) => expect(two(op, d, x, y)).toEqual(expected));
});
