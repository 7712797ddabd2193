/** What a kernel means, in plain JavaScript: the oracle of the compiler, and what runs where there is no WebAssembly. */
import { follow } from '../core/affine.js';
import { InternalError } from '../core/errors.js';
import { writeOutCalls } from './expand.js';
import {
  type Body,
  fromLiteral,
  type Kernel,
  type Load,
  type Node,
  type Output,
  type PrimitiveName,
  panelLength,
  primitives,
  type Routine,
  type Value,
} from './ir.js';
import { drawBits } from './random.js';
import { eachBlock, type Region, type Runner, type Target } from './run.js';
import { fromElement, type Scalar, scalarBitcast, scalarCast, scalarPrimitive, toElement } from './scalars.js';

/** What a body's leaves are read from. */
interface Scene {
  /** The global index of the element. */
  readonly index: number[];
  readonly load: (load: number) => Scalar;
  readonly args: readonly Scalar[];
}

type Values = readonly Scalar[];
type Step = (values: Values, scene: Scene) => Scalar;

const at = (values: Values, v: Value): Scalar => values[v] as Scalar;

const clampIndex = (i: bigint, length: number): number => (i < 0n ? 0 : i >= BigInt(length) ? length - 1 : Number(i));

function indexStep(node: Node & { op: 'index' }): Step {
  const { offset, coefs } = node;
  return (_, { index }) =>
    coefs.reduce((sum, c, axis) => sum + BigInt(c) * BigInt(index[axis] as number), BigInt(offset));
}

function rareStep(node: Node & { op: 'rare' }): Step {
  const [condition, usual, ...given] = node.args as [Value, Value, ...Value[]];
  const slow = evaluator(node.slow);
  return (values, scene) => {
    if (!at(values, condition)) return at(values, usual);
    return slow({ ...scene, args: given.map((a) => at(values, a)) })[node.slow.length - 1] as Scalar;
  };
}

function primitiveStep(op: PrimitiveName, args: readonly Value[], body: Body): Step {
  const [a, b] = args as [Value, Value];
  const f = scalarPrimitive(op, (body[a] as Node).dtype);
  return primitives[op].args === 1 ? (values) => f(at(values, a), 0) : (values) => f(at(values, a), at(values, b));
}

function stepOf(node: Node, body: Body): Step {
  switch (node.op) {
    case 'load':
      return (_, scene) => scene.load(node.load);
    case 'const': {
      const value = fromLiteral(node.value, node.dtype);
      return () => value;
    }
    case 'index':
      return indexStep(node);
    case 'bits': {
      const { generator, key, word } = node;
      const [element] = node.args;
      return (values) => drawBits(generator, key, at(values, element) as bigint, word);
    }
    case 'cast':
    case 'bitcast': {
      const [a] = node.args;
      const from = (body[a] as Node).dtype;
      const f = node.op === 'cast' ? scalarCast(from, node.dtype) : scalarBitcast(from, node.dtype);
      return (values) => f(at(values, a));
    }
    case 'select': {
      const [condition, yes, no] = node.args;
      return (values) => (at(values, condition) ? at(values, yes) : at(values, no));
    }
    case 'table': {
      const table = node.values.map((v) => fromLiteral(v, node.dtype));
      const [a] = node.args;
      return (values) => table[clampIndex(at(values, a) as bigint, table.length)] as Scalar;
    }
    case 'rare':
      return rareStep(node);
    case 'arg':
      return (_, scene) => at(scene.args, node.arg);
    case 'call':
    case 'weyl':
    case 'seed':
      throw new InternalError('interpret', `a '${node.op}' node stands in no body that is interpreted`);
    default:
      return primitiveStep(node.op, node.args, body);
  }
}

/** Evaluates every node of `body` in order; the answer is reused by the next evaluation. */
function evaluator(body: Body): (scene: Scene) => Scalar[] {
  const steps = body.map((node) => stepOf(node, body));
  const values: Scalar[] = new Array(steps.length);
  return (scene) => {
    for (let i = 0; i < steps.length; i++) values[i] = (steps[i] as Step)(values, scene);
    return values;
  };
}

/** `routine`, whose calls are written out, as a function from arguments to results. */
export function routineFunction(routine: Routine): (args: readonly Scalar[]) => Scalar[] {
  const run = evaluator(routine.body);
  const nothing: Scene['load'] = () => {
    throw new InternalError('interpret', 'a routine has no loads');
  };
  return (args) => {
    const values = run({ index: [], load: nothing, args });
    return routine.results.map((r) => at(values, r));
  };
}

function readLoad({ map, plane, dtype }: Load, region: Region, index: readonly number[]): Scalar {
  let at = region.offset;
  map.forEach((m, k) => {
    at += (follow(m, index[m.axis] as number) - (region.origin[k] as number)) * (region.strides[k] as number);
  });
  return fromElement((region.data[plane] as Float64Array)[at] as number, dtype);
}

/** Calls `visit` at each position of a box given by axes and their extents, in row-major order. */
function walk(
  axes: readonly number[],
  extent: readonly number[],
  position: number[],
  visit: () => boolean,
  depth = 0,
): boolean {
  if (depth === axes.length) return visit();
  const axis = axes[depth] as number;
  for (let i = 0; i < (extent[axis] as number); i++) {
    position[axis] = i;
    if (!walk(axes, extent, position, visit, depth + 1)) return false;
  }
  position[axis] = 0;
  return true;
}

function write(target: Target, plane: number, position: readonly number[], value: Scalar): void {
  const at = position.reduce((sum, i, axis) => sum + i * (target.strides[axis] as number), target.offset);
  (target.data[plane] as Float64Array)[at] = toElement(value) as number;
}

/** One output during a run: started and ended once for each kept position, stepped for each index under it. */
interface Writer {
  start(): void;
  step(values: Scalar[], position: readonly number[]): void;
  end(position: readonly number[]): void;
}

function writerOf(output: Output): (target: Target) => Writer {
  if (output.kind === 'store') {
    return (target) => ({
      start() {},
      step: (values, position) => write(target, 0, position, at(values, output.value)),
      end() {},
    });
  }
  if (output.kind === 'scan') return scanWriter(output);
  if (output.kind === 'dot') return dotWriter(output);
  const { fold } = output;
  const step = routineFunction(output.feed === 'values' ? fold.step : fold.merge);
  const finish = routineFunction(fold.finish);
  const settle = fold.settle === undefined ? undefined : routineFunction(fold.settle);
  const init = fold.init.map((v, c) => fromLiteral(v, fold.state[c] as Node['dtype']));
  let state: Scalar[] = init;
  return (target) => ({
    start() {
      state = init;
    },
    step(values) {
      state = step([...state, ...output.values.map((v) => at(values, v))]);
    },
    end(position) {
      const settled = settle?.(state) ?? state;
      (output.finish ? finish(settled) : settled).forEach((v, plane) => {
        write(target, plane, position, v);
      });
    },
  });
}

function scanWriter(output: Output & { kind: 'scan' }): (target: Target) => Writer {
  const { fold, before, exclusive } = output;
  const step = routineFunction(output.feed === 'values' ? fold.step : fold.merge);
  const [merge, finish] = [routineFunction(fold.merge), routineFunction(fold.finish)];
  const init = fold.init.map((v, c) => fromLiteral(v, fold.state[c] as Node['dtype']));
  let state: Scalar[] = init;
  return (target) => ({
    start() {
      state = init;
    },
    step(values, position) {
      const next = step([...state, ...output.values.map((v) => at(values, v))]);
      const shown = exclusive ? state : next;
      const whole = before.length === 0 ? shown : merge([...before.map((v) => at(values, v)), ...shown]);
      (output.finish ? finish(whole) : whole).forEach((v, plane) => {
        write(target, plane, position, v);
      });
      state = next;
    },
    end() {},
  });
}

function dotWriter({ dtype, left, right }: Output & { kind: 'dot' }): (target: Target) => Writer {
  const [add, multiply] = [scalarPrimitive('add', dtype), scalarPrimitive('multiply', dtype)];
  const zero = fromLiteral(0, dtype);
  let [whole, panel, count] = [zero, zero, 0];
  const closed = (): Scalar => (count <= panelLength ? panel : add(whole, panel));
  return (target) => ({
    start() {
      [whole, panel, count] = [zero, zero, 0];
    },
    step(values) {
      if (count > 0 && count % panelLength === 0) [whole, panel] = [closed(), zero];
      panel = add(panel, multiply(at(values, left), at(values, right)));
      count++;
    },
    end: (position) => write(target, 0, position, closed()),
  });
}

/** Elements between two questions whether to stop. */
const stopEvery = 4096;

/** A kernel as a function that evaluates it element by element. */
export function interpret(source: Kernel): Runner {
  const kernel = writeOutCalls(source);
  const evaluate = evaluator(kernel.body);
  const writers = kernel.outputs.map(writerOf);
  const reduced = kernel.reduced;
  const kept = Array.from({ length: kernel.rank }, (_, axis) => axis).filter((axis) => !reduced.includes(axis));
  const block: Runner = (run) => {
    const { origin, extent, inputs } = run;
    const outputs = writers.map((make, o) => make(run.outputs[o] as Target));
    const position = new Array<number>(kernel.rank).fill(0);
    const index = new Array<number>(kernel.rank);
    const load = (l: number): Scalar => {
      const { input } = kernel.loads[l] as Load;
      return readLoad(kernel.loads[l] as Load, inputs[input] as Region, index);
    };
    const scene: Scene = { index, load, args: [] };
    let count = 0;
    const element = (): boolean => {
      if (++count % stopEvery === 0 && run.stopped?.()) return false;
      for (let axis = 0; axis < index.length; axis++)
        index[axis] = (origin[axis] as number) + (position[axis] as number);
      const values = evaluate(scene);
      for (const output of outputs) output.step(values, position);
      return true;
    };
    return walk(kept, extent, position, () => {
      for (const output of outputs) output.start();
      if (!walk(reduced, extent, position, element)) return false;
      for (const axis of reduced) position[axis] = 0;
      for (const output of outputs) output.end(position);
      return true;
    });
  };
  return (run) => eachBlock(run, block);
}
