/** What a kernel from elsewhere must satisfy before it is compiled: every index in range, every dtype as declared. */
import { bytesOf, type DType, isFloat, isInteger } from '../core/dtype.js';
import { RefusedError } from '../core/errors.js';
import {
  type Body,
  type Fold,
  fromLiteral,
  type Kernel,
  type Literal,
  type Node,
  type Output,
  type PrimitiveName,
  primitives,
  type Routine,
} from '../kernel/ir.js';
import { mathFunctions } from '../kernel/math/index.js';

/** Slow bodies within slow bodies. */
const deepest = 4;

/** What a body may refer to. */
interface Scope {
  /** Names the place in messages. */
  readonly where: string;
  readonly rank: number;
  readonly loads: readonly DType[];
  readonly args: readonly DType[];
  readonly depth: number;
}

const refused = (where: string, problem: string): RefusedError => new RefusedError('plan', `${where} ${problem}`);

/** Every body of `kernel`; its loads are checked against what they read elsewhere. */
export function checkKernel(where: string, kernel: Kernel): void {
  const { rank, loads, body, reduced, outputs } = kernel;
  if (outputs.some(({ kind }) => kind === 'dot')) checkProduct(where, kernel);
  const scope = { where, rank, loads: loads.map((load) => load.dtype), args: [], depth: 0 };
  checkBody(scope, body);
  if (reduced.some((axis, i) => axis >= rank || reduced.indexOf(axis) !== i))
    throw refused(where, 'reduces axes it has not');
  if (outputs.some(({ kind }) => kind === 'scan') && reduced.length !== 1)
    throw refused(where, 'scans along other than one axis');
  for (const output of outputs) checkOutput(scope, body, output);
}

/** Matrices are multiplied as they are loaded, and nothing else is computed with them. */
function checkProduct(where: string, { rank, loads, body, reduced, outputs }: Kernel): void {
  const [output] = outputs;
  if (output?.kind !== 'dot' || outputs.length > 1) throw refused(where, 'makes something beside a product');
  if (rank < 3 || reduced.length !== 1 || reduced[0] !== rank - 1) {
    throw refused(where, 'sums a product along other than its last axis');
  }
  const sides = [
    [output.left, rank - 2],
    [output.right, rank - 3],
  ] as const;
  for (const [value, still] of sides) {
    const node = body[value];
    const load = node?.op === 'load' ? loads[node.load] : undefined;
    if (load === undefined) throw refused(where, 'multiplies what is not loaded');
    if (load.map.some(({ axis, cuts }) => axis === still || cuts !== undefined)) {
      throw refused(where, 'multiplies what are no matrices');
    }
  }
}

function checkOutput(scope: Scope, body: Body, output: Output): void {
  if (output.kind === 'store') {
    checkValue(scope, body, output.value, output.dtype);
    return;
  }
  if (output.kind === 'dot') {
    checkValue(scope, body, output.left, output.dtype);
    checkValue(scope, body, output.right, output.dtype);
    return;
  }
  const { fold, feed, values } = output;
  checkFold(scope, fold);
  const takes = feed === 'states' ? fold.state : fold.step.args.slice(fold.state.length);
  checkFed(scope, body, values, takes);
  if (fold.settle !== undefined && (output.kind === 'scan' || feed === 'states'))
    throw refused(scope.where, 'settles states that were not stepped');
  if (output.kind === 'scan' && output.before.length > 0) checkFed(scope, body, output.before, fold.state);
}

function checkFed(scope: Scope, body: Body, values: readonly number[], takes: readonly DType[]): void {
  if (values.length !== takes.length)
    throw refused(scope.where, `feeds ${values.length} values to a fold of ${takes.length}`);
  values.forEach((value, i) => {
    checkValue(scope, body, value, takes[i] as DType);
  });
}

function checkFold({ where }: Scope, fold: Fold): void {
  const { state, init, step, settle, merge, finish, addsToPair } = fold;
  const isPair = state.length === 2 && step.args.length === 3 && step.args.every((dtype) => dtype === 'float64');
  if (addsToPair && (settle !== undefined || !isPair)) throw refused(where, 'adds to a pair that its state is not');
  if (state.length === 0 || init.length !== state.length) throw refused(where, 'folds into no state');
  init.forEach((literal, i) => {
    checkLiteral(where, literal, state[i] as DType);
  });
  checkRoutine(where, step, state, state);
  if (settle !== undefined) checkRoutine(where, settle, state, state);
  checkRoutine(where, merge, [...state, ...state], state);
  const ends = settle === undefined ? [finish] : [settle, finish];
  if (
    merge.args.length !== 2 * state.length ||
    ends.some(({ args }) => args.length !== state.length) ||
    finish.results.length !== 1
  ) {
    throw refused(where, 'has a fold whose routines do not fit its state');
  }
  checkRoutine(where, finish, state, undefined);
}

/** `leading`: the dtypes of its first arguments; `results`: those of its results, where they are known. */
function checkRoutine(
  where: string,
  { args, body, results }: Routine,
  leading: readonly DType[],
  gives: readonly DType[] | undefined,
): void {
  if (leading.some((dtype, i) => args[i] !== dtype))
    throw refused(where, 'has a routine whose arguments are not the state');
  const scope = { where, rank: 0, loads: [], args, depth: 1 };
  checkBody(scope, body);
  if (gives !== undefined && results.length !== gives.length)
    throw refused(where, 'has a routine that gives no whole state');
  results.forEach((value, i) => {
    checkValue(scope, body, value, gives?.[i]);
  });
}

function checkValue({ where }: Scope, body: Body, value: number, dtype: DType | undefined): void {
  const node = body[value];
  if (node === undefined) throw refused(where, `uses value ${value} of ${body.length}`);
  else if (dtype !== undefined && node.dtype !== dtype) throw refused(where, `takes a ${node.dtype} for ${dtype}`);
}

function checkBody(scope: Scope, body: Body): void {
  if (scope.depth > deepest) throw refused(scope.where, 'nests slow bodies too deeply');
  body.forEach((node, at) => {
    if ('args' in node && node.args.some((arg) => arg >= at))
      throw refused(scope.where, `uses value ${at} before it is there`);
    checkNode(scope, body, node);
  });
}

function checkNode(scope: Scope, body: Body, node: Node): void {
  const { where } = scope;
  const wrong = (problem: string): RefusedError => refused(where, `has '${node.op}' ${problem}`);
  const dtypes = 'args' in node ? node.args.map((arg) => (body[arg] as Node).dtype) : [];
  switch (node.op) {
    case 'load':
      if (scope.loads[node.load] !== node.dtype) throw wrong(`of load ${node.load} as ${node.dtype}`);
      return;
    case 'arg':
      if (scope.args[node.arg] !== node.dtype) throw wrong(`${node.arg} as ${node.dtype}`);
      return;
    case 'const':
      checkLiteral(where, node.value, node.dtype);
      return;
    case 'table':
      for (const value of node.values) checkLiteral(where, value, node.dtype);
      if (dtypes[0] !== 'int64') throw wrong('indexed by other than int64');
      return;
    case 'index':
      if (node.coefs.length !== scope.rank) throw wrong(`over ${node.coefs.length} axes`);
      return;
    case 'bits':
      if (dtypes[0] !== 'int64') throw wrong('of other than int64');
      return;
    case 'cast':
      return;
    case 'bitcast':
      if (bytesOf(dtypes[0] as DType) !== bytesOf(node.dtype)) throw wrong('between widths');
      return;
    case 'select':
      if (dtypes[0] !== 'bool' || dtypes[1] !== node.dtype || dtypes[2] !== node.dtype) throw wrong(`of ${dtypes}`);
      return;
    case 'rare':
      if (dtypes[0] !== 'bool' || dtypes[1] !== node.dtype) throw wrong(`of ${dtypes}`);
      checkBody({ ...scope, loads: [], args: dtypes.slice(2), depth: scope.depth + 1 }, node.slow);
      checkValue(scope, node.slow, node.slow.length - 1, node.dtype);
      return;
    case 'call':
      if (!Object.hasOwn(mathFunctions, node.fn)) throw wrong(`of '${node.fn}', which is no function`);
      if (dtypes.length < 1 || dtypes.length > 3) throw wrong(`of '${node.fn}' with ${dtypes.length} arguments`);
      return;
    case 'weyl':
    case 'seed':
      throw wrong('in a plan: it stands in compiled kernels alone');
    default:
      checkPrimitive(where, node.op, node.dtype, dtypes);
      return;
  }
}

const domains = {
  any: () => true,
  number: (d: DType) => d !== 'bool',
  float: isFloat,
  integer: isInteger,
  bits: (d: DType) => !isFloat(d),
} as const;

function checkPrimitive(where: string, op: PrimitiveName, dtype: DType, args: readonly DType[]): void {
  const row = primitives[op];
  const [first] = args;
  const fits =
    first !== undefined &&
    args.length === row.args &&
    args.every((d) => d === first) &&
    domains[row.on](first) &&
    dtype === (row.result === 'bool' ? 'bool' : first);
  if (!fits) throw refused(where, `has '${op}' of ${args.join(', ') || 'nothing'} giving ${dtype}`);
}

function checkLiteral(where: string, value: Literal, dtype: DType): void {
  const wide = dtype === 'int64' || dtype === 'uint64';
  const fits =
    dtype === 'bool'
      ? typeof value === 'boolean'
      : wide
        ? /^-?\d{1,20}$/.test(String(value))
        : typeof value === 'number' || (typeof value === 'string' && (isFloat(dtype) || value !== 'nan'));
  if (!fits || (typeof value === 'string' && !wide && Number.isNaN(fromLiteral(value, dtype)) && value !== 'nan')) {
    throw refused(where, `has ${JSON.stringify(value)} for a ${dtype}`);
  }
}
