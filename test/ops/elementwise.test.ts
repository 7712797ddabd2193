import { describe, expect, test } from 'vitest';
import { normalizeChunks } from '#src/core/chunks.js';
import { type DType, dtypeNames, isWide, type Scalar } from '#src/core/dtype.js';
import { elementwise, map } from '#src/expr/build.js';
import { expandBody } from '#src/kernel/expand.js';
import { routineFunction } from '#src/kernel/interpret.js';
import { binary } from '#src/ops/binary.js';
import { ternary } from '#src/ops/ternary.js';
import { accepts, conversions, type ElementwiseRow, type Named } from '#src/ops/types.js';
import { unary } from '#src/ops/unary.js';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const rows: readonly Named<ElementwiseRow>[] = [unary, binary, ternary].flatMap((t) => Object.values(t));

/** A row on arrays of `dtype` that hold these values; with `literal`, the last operand is a literal. */
function apply(row: Named<ElementwiseRow>, dtype: DType, values: readonly Scalar[], literal?: number): Scalar {
  const chunks = normalizeChunks('x', -1, [2], dtype);
  const arrays = values.map((_, i) => map({ label: `x${i}`, body: [{ op: 'load', dtype, load: i }], chunks }));
  const e = elementwise(row, literal === undefined ? arrays : [...arrays, literal]);
  const body = e.body.map((n) => (n.op === 'load' ? ({ op: 'arg', dtype: n.dtype, arg: n.load } as const) : n));
  const written = expandBody(body);
  const run = routineFunction({ args: values.map(() => dtype), body: written, results: [written.length - 1] });
  return run(values)[0] as Scalar;
}

describe('values', () => {
  test.each<[Named<ElementwiseRow>, DType, Scalar[], Scalar]>([
    [unary.abs, 'int8', [-128], -128],
    [unary.sign, 'float64', [-0], 0],
    [unary.sign, 'float64', [nan], nan],
    [unary.sign, 'int32', [-7], -1],
    [unary.sign, 'uint8', [7], 1],
    [unary.signbit, 'float64', [-0], true],
    [unary.signbit, 'int32', [-1], true],
    [unary.isfinite, 'float64', [inf], false],
    [unary.isinf, 'float64', [-inf], true],
    [unary.isnan, 'int8', [3], false],
    [unary.isneginf, 'float64', [-inf], true],
    [unary.isposinf, 'float64', [-inf], false],
    [unary.logicalNot, 'float64', [nan], false],
    [unary.nanToNum, 'float64', [-inf], -Number.MAX_VALUE],
    [unary.nanToNum, 'float64', [nan], 0],
    [unary.round, 'float64', [2.5], 2],
    [unary.round, 'int64', [7n], 7n],
    [unary.sinc, 'float64', [0], 1],
    [unary.sqrt, 'float64', [-0], -0],
    [unary.square, 'int8', [16], 0],
    [unary.bitwiseInvert, 'bool', [true], false],
    [binary.add, 'bool', [true, true], true],
    [binary.multiply, 'bool', [true, false], false],
    [binary.divide, 'int32', [1, 0], inf],
    [binary.fmod, 'float64', [-7, 3], -1],
    [binary.remainder, 'float64', [-7, 3], 2],
    [binary.remainder, 'int32', [-7, 0], 0],
    [binary.floorDivide, 'int8', [-128, -1], -128],
    [binary.floorDivide, 'int64', [-7n, 2n], -4n],
    [binary.fmin, 'float64', [nan, 3], 3],
    [binary.fmax, 'float64', [nan, nan], nan],
    [binary.maximum, 'float64', [-0, 0], 0],
    [binary.minimum, 'float64', [0, nan], nan],
    [binary.heaviside, 'float64', [0, 0.5], 0.5],
    [binary.heaviside, 'float64', [nan, 0.5], nan],
    [binary.copysign, 'float64', [3, -0], -3],
    [binary.bitwiseLeftShift, 'int32', [1, 40], 0],
    [binary.bitwiseRightShift, 'int32', [-1, 40], -1],
    [binary.pow, 'int64', [3n, 40n], -6289078614652622815n],
    [binary.pow, 'int64', [2n, -1n], 0n],
    [ternary.clip, 'float64', [5, 1, 3], 3],
    [ternary.clip, 'float64', [nan, 1, 3], nan],
    [ternary.where, 'float64', [nan, 1, 2], 1],
  ])('$name of %s %j', (row, dtype, values, expected) => expect(apply(row, dtype, values)).toBe(expected));

  test('literal powers give the bits of pow', () => {
    for (const exponent of [0, 1, 2, -1, 0.5]) {
      for (const x of [0, -0, 1, -1, 2, 0.1, 1e-320, 1e200, inf, -inf, nan]) {
        expect(apply(binary.pow, 'float64', [x], exponent)).toBe(x === -1 && exponent === -1 ? -1 : x ** exponent);
      }
    }
    for (const exponent of [0, 1, 2, 3, 7, 64]) {
      expect(apply(binary.pow, 'int64', [3n], exponent)).toBe(BigInt.asIntN(64, 3n ** BigInt(exponent)));
    }
  });
});

describe('every row', () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s has a value for every dtype it accepts', (_, row) => {
    for (const dtype of dtypeNames) {
      const one: Scalar = dtype === 'bool' ? true : isWide(dtype) ? 1n : 1;
      const attempt = () => apply(row, dtype, new Array<Scalar>(row.args).fill(one));
      if (accepts[row.on].test(conversions[row.takes](dtype))) expect(attempt()).toBeDefined();
      else expect(attempt).toThrow(/only of/);
    }
  });
});
