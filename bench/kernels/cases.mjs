/** What is timed: every row of the operation tables, casts, bit generators and distributions, and some expressions. */
import { planFor } from '../../dist/compute.js';
import { isFloat, makeArray } from '../../dist/core/dtype.js';
import { elementwise } from '../../dist/expr/elementwise.js';
import * as da from '../../dist/index.js';
import { generators } from '../../dist/kernel/random.js';
import { binary } from '../../dist/ops/binary.js';
import { routine } from '../../dist/ops/fold.js';
import { reductions } from '../../dist/ops/reduction.js';
import { ternary } from '../../dist/ops/ternary.js';
import { accepts } from '../../dist/ops/types.js';
import { unary } from '../../dist/ops/unary.js';
import { quadratic } from '../peers/node/quadratic.mjs';

const dtypes = ['float64', 'float32', 'int32'];

/** Numbers in [low, low + 1) for floats, from 1 to 100 for integers: where every function has a value. */
export function filled(dtype, length, salt, low = 0) {
  const array = makeArray(dtype, length);
  const wide = dtype === 'int64' || dtype === 'uint64';
  for (let i = 0; i < length; i++) {
    const part = (Math.imul(i + salt + 1, 0x9e3779b1) >>> 8) / 2 ** 24;
    const value = isFloat(dtype) ? low + part : 1 + Math.floor(99 * part);
    array[i] = wide ? BigInt(value) : value;
  }
  return array;
}

/** Sources that stand for any length: a kernel does not know how much it will be fed. */
const source = (dtype, salt) => da.fromArray(filled(dtype, 16, salt));
const sources = Object.fromEntries(dtypes.map((dtype) => [dtype, [1, 2, 3].map((salt) => source(dtype, salt))]));

/** The kernel that reads the sources, of all that an expression becomes. */
const kernelOf = (expr) => planFor([expr]).stages[0].kernel;
const entry = (group, name, dtype, expr, low) => ({ group, name, dtype, kernel: kernelOf(expr), low });

/** Where numbers between 0 and 1 are outside the domain. */
const lowest = { acosh: 1 };

/** The dtypes a row is timed in: int32 where integers are not converted to floats first. */
const timed = ({ on, takes }) =>
  dtypes.filter((dtype) => accepts[on].test(dtype) && (isFloat(dtype) || takes !== 'float'));

const elementwiseCases = (group, rows) =>
  Object.values(rows).flatMap((row) =>
    timed(row).map((dtype) => {
      const operands = sources[dtype].slice(0, row.args).map((array) => array.expr);
      return entry(group, row.name, dtype, elementwise(row, operands), lowest[row.name]);
    }),
  );

/** Reductions to one number; `exact` where the table has that method too. */
const reductionCases = () =>
  Object.values(reductions).flatMap((row) =>
    dtypes
      .filter((dtype) => accepts[row.on].test(dtype))
      .flatMap((dtype) => {
        const [x] = sources[dtype];
        const usual = entry('reduction', row.name, dtype, x[row.name]().expr);
        if (row.exact === undefined || !isFloat(dtype)) return [usual];
        return [usual, entry('reduction', `${row.name}, exact`, dtype, x[row.name]({ method: 'exact' }).expr)];
      }),
  );

const casts = [
  ['float64', 'float32'],
  ['float32', 'float64'],
  ['float64', 'int32'],
  ['int32', 'float64'],
  ['float64', 'int64'],
  ['int64', 'float64'],
  ['float32', 'uint8'],
  ['uint8', 'float32'],
  ['int64', 'int32'],
  ['int16', 'int64'],
  ['float64', 'bool'],
];
const castCases = () => casts.map(([from, to]) => entry('cast', `to ${to}`, from, source(from, 1).astype(to).expr));

/** Any length: random arrays are of no size until a block is asked for. */
const length = 1e9;
const drawn = {
  'uniform float64': (rng) => rng.random(length),
  'uniform float32': (rng) => rng.random(length, { dtype: 'float32' }),
  'integers below 100': (rng) => rng.integers(0, 100, length),
  'integers below 2^40': (rng) => rng.integers(0, 2 ** 40, length),
  'integers below 100, int32': (rng) => rng.integers(0, 100, length, { dtype: 'int32' }),
  normal: (rng) => rng.standardNormal(length),
  exponential: (rng) => rng.exponential(1, length),
};
const expressions = {
  'sum of uniform': (rng) => rng.random(length).sum(),
  'W1 quadratic': (rng) => quadratic(da, rng, length),
  'W2 arcs': (rng) =>
    rng
      .uniform(0, 1, length)
      .arcsin()
      .add(rng.uniform(0, 1, length).arccos())
      .sum(),
  'W3 pi': (rng) => {
    const [x, y] = [rng.uniform(0, 1, length), rng.uniform(0, 1, length)];
    return da.where(da.expr`sqrt(${x}*${x} + ${y}*${y})`.less(1), 4, 0).mean();
  },
  'W5 card': (rng) => rng.uniform(0, 1, length).sqrt().mean(),
};
const drawnCases = (group, table, names = Object.keys(generators)) =>
  names.flatMap((bitGenerator) =>
    Object.entries(table).map(([name, draw]) => {
      const { expr } = draw(da.random.generator(1, { bitGenerator }));
      return entry(group, `${name}, ${bitGenerator}`, expr.dtype, expr);
    }),
  );

const [x, y] = sources.float64;
const stored = {
  'sum(x)': x.sum(),
  'mean(sqrt(x² + y²))': da.expr`sqrt(${x}*${x} + ${y}*${y})`.mean(),
  'sum(exp(-x²) sin(y))': da.expr`exp(-${x}*${x}) * sin(${y})`.sum(),
  'sum(log(x))': x.log().sum(),
};

const storedCases = (group) => Object.entries(stored).map(([name, { expr }]) => entry(group, name, 'float64', expr));

/** The kernel of a sum with one addition an element: what its second halves cost is what it takes less. */
function plainly(kernel) {
  const [{ fold, ...output }] = kernel.outputs;
  const step = routine(fold.step.args, (b, [s, c, x]) => [b.prim('add', s, x), c]);
  const { settle: _, addsToPair: __, ...rest } = fold;
  return { ...kernel, outputs: [{ ...output, fold: { ...rest, name: `${fold.name}, plain`, init: [0, 0], step } }] };
}

/** Sums of the workloads as they are, and without second halves; W3's, of small whole numbers, have none. */
const compensationCases = () =>
  [...drawnCases('compensation', expressions, ['weyl64']), ...storedCases('compensation')]
    .filter(({ name }) => !name.startsWith('W3'))
    .flatMap((each) => [each, { ...each, name: `${each.name}, plain sums`, kernel: plainly(each.kernel) }]);

/** Distributions that no kernel holds: drawn by rejection, an element after the other. */
export const rejecting = {
  gamma: (rng, n) => rng.gamma(2, 1, n),
  beta: (rng, n) => rng.beta(2, 3, n),
  poisson: (rng, n) => rng.poisson(4, n),
  binomial: (rng, n) => rng.binomial(100, 0.3, n),
};

/** All cases: { group, name, dtype, kernel, low }. */
export const cases = () => [
  ...elementwiseCases('unary', unary),
  ...elementwiseCases('binary', binary),
  ...elementwiseCases('ternary', ternary),
  ...castCases(),
  ...reductionCases(),
  ...drawnCases('random', drawn),
  ...drawnCases('expression', expressions),
  ...storedCases('expression'),
  ...compensationCases(),
];
