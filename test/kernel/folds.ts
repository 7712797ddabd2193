/** Folds small enough to be seen through, of every kind of state. */
import type { DType } from '#src/core/dtype.js';
import { Builder } from '#src/kernel/builder.js';
import type { Fold, Literal, Routine, Value } from '#src/kernel/ir.js';

const routine = (args: readonly DType[], write: (b: Builder, args: Value[]) => Value[]): Routine => {
  const b = new Builder();
  const results = write(
    b,
    args.map((dtype, arg) => b.push({ op: 'arg', dtype, arg })),
  );
  return { args, body: b.body(), results };
};

type Write = (b: Builder, args: Value[]) => Value[];

const fold = (
  name: string,
  state: DType[],
  takes: DType[],
  init: Literal[],
  step: Write,
  merge: Write,
  finish: Write,
): Fold => ({
  name,
  state,
  init,
  step: routine([...state, ...takes], step),
  merge: routine([...state, ...state], merge),
  finish: routine(state, finish),
});

const simple = (name: string, d: DType, init: Literal, op: 'add' | 'or' | 'maximum' | 'xor'): Fold => {
  const combine: Write = (b, [a, x]) => [b.prim(op, a as Value, x as Value)];
  return fold(name, [d], [d], [init], combine, combine, (_, [a]) => [a as Value]);
};

/** Knuth's two-sum: the rounded sum and what rounding lost. */
function twoSum(b: Builder, a: Value, x: Value): [Value, Value] {
  const sum = b.prim('add', a, x);
  const back = b.prim('subtract', sum, a);
  const lost = b.prim('add', b.prim('subtract', a, b.prim('subtract', sum, back)), b.prim('subtract', x, back));
  return [sum, lost];
}

export const doubleSum = fold(
  'sum',
  ['float64', 'float64'],
  ['float64'],
  [0, 0],
  (b, [s, c, x]) => {
    const [sum, lost] = twoSum(b, s as Value, x as Value);
    return [sum, b.prim('add', c as Value, lost)];
  },
  (b, [s, c, t, d]) => {
    const [sum, lost] = twoSum(b, s as Value, t as Value);
    return [sum, b.prim('add', b.prim('add', c as Value, d as Value), lost)];
  },
  (b, [s, c]) => [b.prim('add', s as Value, c as Value)],
);

/** The larger value, the smaller index among equals; NaN never wins. */
const better: Write = (b, [v, i, x, j]) => {
  const larger = b.prim('greater', x as Value, v as Value);
  const earlier = b.prim('and', b.prim('equal', x as Value, v as Value), b.prim('less', j as Value, i as Value));
  const wins = b.prim('or', larger, earlier);
  return [b.select(wins, x as Value, v as Value), b.select(wins, j as Value, i as Value)];
};

const argmax = fold(
  'argmax',
  ['float64', 'int64'],
  ['float64', 'int64'],
  ['-inf', '9223372036854775807'],
  better,
  better,
  (_, [, i]) => [i as Value],
);

/** A count beside a flag and a small wrapping sum: states of three widths. */
const mixed = fold(
  'mixed',
  ['bool', 'int64', 'int8'],
  ['float32', 'int8'],
  [false, '0', 0],
  (b, [any, n, s, x, y]) => [
    b.prim('or', any as Value, b.prim('greater', x as Value, b.const(1, 'float32'))),
    b.prim('add', n as Value, b.const(1, 'int64')),
    b.prim('add', s as Value, y as Value),
  ],
  (b, [any, n, s, any2, n2, s2]) => [
    b.prim('or', any as Value, any2 as Value),
    b.prim('add', n as Value, n2 as Value),
    b.prim('add', s as Value, s2 as Value),
  ],
  (b, [any, n, s]) => [b.select(any as Value, n as Value, b.cast(s as Value, 'int64'))],
);

const intSum = simple('intSum', 'int64', '0', 'add');

/** A sum whose steps begin at 7, which is taken away when they are done. */
const offsetSum: Fold = {
  ...intSum,
  name: 'offsetSum',
  init: ['7'],
  settle: routine(['int64'], (b, [n]) => [b.prim('subtract', n as Value, b.const(7, 'int64'))]),
};

export const folds: Readonly<Record<string, Fold>> = {
  intSum,
  offsetSum,
  byteSum: simple('byteSum', 'uint8', 0, 'add'),
  any: simple('any', 'bool', false, 'or'),
  max: simple('max', 'float64', '-inf', 'maximum'),
  max32: simple('max32', 'float32', '-inf', 'maximum'),
  parity: simple('parity', 'uint32', 0, 'xor'),
  argmax,
  mixed,
};
