/** What an expression means: every node in full, one after the other, by the kernel interpreter. No chunks but in 'partial'. */
import type { AffineMap } from '#src/core/affine.js';
import { blocks, type Chunks, type Cuts, sizeOf as lengthOf, startOf } from '#src/core/chunks.js';
import { type DType, makeArray, type TypedArray } from '#src/core/dtype.js';
import { sizeOf, stridesOf } from '#src/core/shape.js';
import type { ConcatExpr, DotExpr, Expr, MapExpr, ReduceExpr, ScanExpr, SourceExpr } from '#src/expr/types.js';
import { interpret } from '#src/kernel/interpret.js';
import { type Body, type Load, type Output, planesOf } from '#src/kernel/ir.js';
import { postorder } from '#src/optimize/rule.js';
import { productOf } from './product.js';

export interface Evaluated {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/** One typed array a plane, row-major. */
interface Planes {
  readonly data: readonly TypedArray[];
  readonly shape: readonly number[];
}

/** The elements of `root`, row-major. */
export function evaluate(root: Expr): Evaluated {
  const known = new Map<Expr, Planes>();
  for (const e of postorder([root]))
    known.set(
      e,
      evaluateNode(
        e,
        e.inputs.map((input) => known.get(input) as Planes),
      ),
    );
  const { data, shape } = known.get(root) as Planes;
  return { data: data[0] as TypedArray, shape };
}

function evaluateNode(e: Expr, inputs: readonly Planes[]): Planes {
  switch (e.kind) {
    case 'source':
      return readSource(e);
    case 'map':
      return runMap(e, e.loads, e.body, inputs);
    case 'view':
      return runMap(e, [{ input: 0, map: e.map }], [{ op: 'load', dtype: e.dtype, load: 0 }], inputs);
    case 'rechunk':
    case 'reshape':
      return { data: (inputs[0] as Planes).data, shape: e.shape };
    case 'concat':
      return concatenate(e, inputs);
    case 'reduce':
      return runReduce(e, inputs);
    case 'scan':
      return runScan(e, inputs);
    case 'dot':
      return runDot(e, inputs);
  }
}

/** One matrix of the stack after the other. */
function runDot({ loads, dtype, shape, domainChunks }: DotExpr, inputs: readonly Planes[]): Planes {
  const at = (side: 0 | 1, index: readonly number[]): number => {
    const { data, shape: lengths } = inputs[side] as Planes;
    const strides = stridesOf(lengths);
    const place = loads[side].reduce(
      (sum, { axis, start, step }, i) =>
        sum + (strides[i] as number) * (start + step * (axis === -1 ? 0 : (index[axis] as number))),
      0,
    );
    return (data[0] as Float64Array)[place] as number;
  };
  const stacks = shape.slice(0, -2);
  const [m, n, k] = [shape.at(-2) as number, shape.at(-1) as number, (domainChunks.at(-1) as Cuts).length];
  const data = makeArray(dtype, sizeOf(shape)) as Float64Array;
  for (let s = 0; s < sizeOf(stacks); s++) {
    const stack = stridesOf(stacks).map((step, axis) => Math.floor(s / step) % (stacks[axis] as number));
    const left = (i: number, l: number) => at(0, [...stack, i, 0, l]);
    const right = (l: number, j: number) => at(1, [...stack, 0, j, l]);
    data.set(productOf(dtype, [m, n, k], left, right) as number[], s * m * n);
  }
  return { data: [data], shape };
}

function readSource(e: SourceExpr): Planes {
  if (e.source.kind !== 'memory') throw new Error(`the oracle reads memory, not ${e.source.kind}`);
  const { data, strides, offset } = e.source;
  const out = makeArray(e.dtype, sizeOf(e.shape)) as Float64Array;
  const axes = stridesOf(e.shape);
  for (let i = 0; i < out.length; i++) {
    const at = axes.reduce((sum, step, axis) => {
      const index = Math.floor(i / step) % (e.shape[axis] as number);
      return sum + index * (strides[axis] as number);
    }, offset);
    out[i] = (data as Float64Array)[at] as number;
  }
  return { data: [out], shape: e.shape };
}

const region = ({ data, shape }: Planes) => ({
  origin: shape.map(() => 0),
  data,
  offset: 0,
  strides: stridesOf(shape),
});

/** Every load reads an input of its own, so that the kernel's rule of one map an input holds. */
const loadsOf = (
  loads: readonly { input: number; map: AffineMap }[],
  dtypes: readonly DType[],
  planes?: true,
): Load[] => loads.map(({ map }, k) => ({ input: k, plane: planes ? k : 0, dtype: dtypes[k] as DType, map }));

function runMap(e: Expr, loads: MapExpr['loads'], body: Body, inputs: readonly Planes[]): Planes {
  const out = makeArray(e.dtype, sizeOf(e.shape));
  const dtypes = loads.map(({ input }) => (e.inputs[input] as Expr).dtype);
  const output: Output = { kind: 'store', dtype: e.dtype, value: body.length - 1 };
  const kernel = { rank: e.shape.length, loads: loadsOf(loads, dtypes), body, reduced: [], outputs: [output] };
  interpret(kernel)({
    origin: e.shape.map(() => 0),
    extent: e.shape,
    inputs: loads.map(({ input }) => region(inputs[input] as Planes)),
    outputs: [{ data: [out], offset: 0, strides: stridesOf(e.shape) }],
  });
  return { data: [out], shape: e.shape };
}

/** Every element from the beginning: the fold of all that comes before it, as a reduction. */
function runScan(e: ScanExpr, inputs: readonly Planes[]): Planes {
  const { axis, fold, values, body } = e;
  const dtypes = e.loads.map(({ input }) => (e.inputs[input] as Expr).dtype);
  const output: Output = { kind: 'reduce', fold, feed: 'values', values, finish: true };
  const run = interpret({
    rank: e.shape.length,
    loads: loadsOf(e.loads, dtypes),
    body,
    reduced: [axis],
    outputs: [output],
  });
  const data = [makeArray(e.dtype, sizeOf(e.shape))];
  const strides = stridesOf(e.shape);
  for (let i = 0; i < (e.shape[axis] as number); i++) {
    run({
      origin: e.shape.map(() => 0),
      extent: e.shape.with(axis, i + 1),
      inputs: e.loads.map(({ input }) => region(inputs[input] as Planes)),
      outputs: [{ data, offset: i * (strides[axis] as number), strides }],
    });
  }
  return { data, shape: e.shape };
}

function runReduce(e: ReduceExpr, inputs: readonly Planes[]): Planes {
  const states = e.phase === 'merge' || e.phase === 'finish';
  const finish = e.phase === 'whole' || e.phase === 'finish';
  const dtypes = states ? e.fold.state : e.loads.map(({ input }) => (e.inputs[input] as Expr).dtype);
  const output: Output = { kind: 'reduce', fold: e.fold, feed: states ? 'states' : 'values', values: e.values, finish };
  const loads = loadsOf(e.loads, dtypes, states || undefined);
  const run = interpret({ rank: e.domain.length, loads, body: e.body, reduced: e.axes, outputs: [output] });
  const perBlock = e.domainChunks.map((cuts, axis) =>
    e.axes.includes(axis) ? (finish ? 1 : blocks(cuts)) : (e.domain[axis] as number),
  );
  const data = planesOf(output).map((d) => makeArray(d, sizeOf(perBlock)));
  const strides = stridesOf(perBlock);
  for (const block of finish ? [wholeBlock(e.domain)] : blocksOf(e.domainChunks)) {
    const at = strides.reduce((sum, step, axis) => {
      const place = e.axes.includes(axis) ? block.index[axis] : block.origin[axis];
      return sum + step * (place as number);
    }, 0);
    run({
      ...block,
      inputs: e.loads.map(({ input }) => region(inputs[input] as Planes)),
      outputs: [{ data, offset: at, strides }],
    });
  }
  return { data, shape: e.shape };
}

interface Block {
  readonly index: readonly number[];
  readonly origin: readonly number[];
  readonly extent: readonly number[];
}

const wholeBlock = (domain: readonly number[]): Block => ({
  index: domain.map(() => 0),
  origin: domain.map(() => 0),
  extent: domain,
});

function blocksOf(chunks: Chunks): Block[] {
  let all: number[][] = [[]];
  for (const cuts of chunks)
    all = all.flatMap((index) => Array.from({ length: blocks(cuts) }, (_, i) => [...index, i]));
  return all.map((index) => ({
    index,
    origin: index.map((i, axis) => startOf(chunks[axis] as Cuts, i)),
    extent: index.map((i, axis) => lengthOf(chunks[axis] as Cuts, i)),
  }));
}

function concatenate(e: ConcatExpr, inputs: readonly Planes[]): Planes {
  const out = makeArray(e.dtype, sizeOf(e.shape)) as Float64Array;
  const rows = sizeOf(e.shape.slice(0, e.axis));
  const width = sizeOf(e.shape.slice(e.axis));
  let start = 0;
  for (const { data, shape } of inputs) {
    const part = sizeOf(shape.slice(e.axis));
    for (let row = 0; row < rows; row++) {
      out.set((data[0] as Float64Array).subarray(row * part, (row + 1) * part), row * width + start);
    }
    start += part;
  }
  return { data: [out], shape: e.shape };
}
