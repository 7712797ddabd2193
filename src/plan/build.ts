/** From an optimised expression to a plan: every node that stays becomes one stage, everything else becomes how it is read. */
import { compose, followMap, identityMap, isIdentity } from '../core/affine.js';
import { blocks, type Chunks, type Cuts, regular, whole } from '../core/chunks.js';
import { InternalError } from '../core/errors.js';
import type { ConcatExpr, DotExpr, Expr, MapExpr, ReduceExpr, ScanExpr, SourceExpr } from '../expr/types.js';
import { type Body, type Node, type Output, planesOf, reducesAxes } from '../kernel/ir.js';
import { stagesBehind } from './graph.js';
import { squared } from './products.js';
import { type Located, Reads } from './reads.js';
import { taskCount } from './regions.js';
import { mergeSiblings } from './siblings.js';
import { grainOf, stageBytes, taskBytesOf, wholeBelow } from './size.js';
import type { ArrayRef, Plan, Stage, StageOutput } from './types.js';

export interface PlanOptions {
  /** How many tasks run at a time; batches are made so that each slot gets several. Default 1. */
  readonly slots?: number;
  /** How long a batch should take at least, in milliseconds, as long as each slot gets several. Default 0.3. */
  readonly batchMs?: number | undefined;
  /** How many workers share batches whose tasks need nothing of each other; 1 where they share none. Default 1. */
  readonly together?: number;
  /** Whether stages over the same blocks become one. Default true. */
  readonly merge?: boolean;
}

/** The stages that compute `roots`. Every result is a whole output of a stage. */
export function buildPlan(roots: readonly Expr[], options: PlanOptions = {}): Plan {
  const builder = new PlanBuilder(new Set(roots), options.slots ?? 1);
  const wanted = roots.map((root) => builder.result(root));
  const merged =
    options.merge === false ? { stages: builder.stages, results: wanted } : mergeSiblings(builder.stages, wanted);
  const { slots = 1, batchMs, together = 1 } = options;
  const kept = new Set(merged.results.flatMap((ref) => [...stagesBehind(ref)]));
  const stages = merged.stages.map((stage) => {
    const shared = isShared(stage, kept) ? together : 1;
    const grain = grainOf(stage, { slots, batchMs, together: shared });
    return Object.freeze({ ...stage, grain, taskBytes: taskBytesOf(stage) });
  });
  return Object.freeze({
    stages,
    sources: builder.sources.map(({ source, shape, dtype }) => ({ ...source, shape, dtype })),
    results: merged.results,
    tasks: stages.reduce((n, stage) => n + taskCount(stage), 0),
  });
}

/** Whether workers can share batches of a stage: all its tasks can run at once, and write where its outputs lie whole. */
const isShared = (stage: Stage, kept: ReadonlySet<number>): boolean =>
  stage.reads.every((ref) => stagesBehind(ref).size === 0) && (kept.has(stage.id) || stageBytes(stage) < wholeBelow);

/** The kinds that stages compute as they are. */
const computed: ReadonlySet<Expr['kind']> = new Set(['map', 'reduce', 'scan', 'dot'] as const);

class PlanBuilder {
  readonly stages: Stage[] = [];
  readonly sources: SourceExpr[] = [];
  readonly #known = new Map<Expr, Located>();
  /** What comes out as it is cut. */
  readonly #roots: ReadonlySet<Expr>;
  readonly #slots: number;

  constructor(roots: ReadonlySet<Expr>, slots: number) {
    this.#roots = roots;
    this.#slots = slots;
  }

  /** `root` as a whole output of a stage of its own shape (up to axes of length 1). */
  result(root: Expr): ArrayRef {
    const { ref, map } = this.#locate(root);
    return computed.has(root.kind) && ref.kind === 'stage' ? ref : this.#copy(root, { ref, map });
  }

  /** Where the elements of `expr` will be. Walks without recursion: graphs may be thousands of nodes deep. */
  #locate(expr: Expr): Located {
    const stack: Expr[] = [expr];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const missing = this.#known.has(top) ? [] : top.inputs.filter((input) => !this.#known.has(input));
      if (missing.length > 0) {
        stack.push(...missing.toReversed());
        continue;
      }
      stack.pop();
      if (!this.#known.has(top)) this.#known.set(top, this.#place(top));
    }
    return this.#at(expr);
  }

  #at(expr: Expr): Located {
    const located = this.#known.get(expr);
    if (located === undefined) throw new InternalError('plan', `${expr.name} is read before it is placed`);
    return located;
  }

  #place(expr: Expr): Located {
    switch (expr.kind) {
      case 'source':
        return here({ kind: 'source', source: this.sources.push(expr) - 1, shape: expr.shape, planes: [expr.dtype] });
      case 'map':
        return here(this.#map(expr));
      case 'reduce':
        return this.#reduce(expr);
      case 'scan':
        return here(this.#scan(expr));
      case 'dot':
        return this.#dot(expr);
      case 'view': {
        const { ref, map } = this.#at(expr.inputs[0] as Expr);
        return { ref, map: compose(map, expr.map) };
      }
      case 'rechunk':
        return this.#at(expr.inputs[0] as Expr);
      case 'concat':
        return here(this.#concat(expr));
      case 'reshape':
        return here({
          kind: 'reshape',
          of: this.#whole(expr.inputs[0] as Expr),
          shape: expr.shape,
          planes: [expr.dtype],
        });
    }
  }

  /** An array that is read in place, element for element: a copy where `expr` is only a view. */
  #whole(expr: Expr): ArrayRef {
    const located = this.#at(expr);
    const same = isIdentity(located.map, located.ref.shape.length) && expr.shape.length === located.ref.shape.length;
    const sized = same && expr.shape.every((d, axis) => d === located.ref.shape[axis]);
    return sized ? located.ref : this.#copy(expr, located);
  }

  #concat(expr: ConcatExpr): ArrayRef {
    const parts = expr.inputs.map((input) => this.#whole(input));
    return { kind: 'concat', axis: expr.axis, parts, shape: expr.shape, planes: [expr.dtype] };
  }

  #copy(expr: Expr, located: Located): ArrayRef {
    const reads = new Reads();
    const load = reads.load(located, identityMap(expr.shape.length), 0, expr.dtype);
    const output: Output = { kind: 'store', dtype: expr.dtype, value: 0 };
    return this.#stage(expr, reads, [{ op: 'load', dtype: expr.dtype, load }], expr.chunks, [], output);
  }

  #map(expr: MapExpr): ArrayRef {
    const reads = new Reads();
    const body = this.#body(expr, reads);
    const output: Output = { kind: 'store', dtype: expr.dtype, value: body.length - 1 };
    return this.#stage(expr, reads, body, expr.chunks, [], output);
  }

  /** The body with its loads resolved to where their inputs will be. */
  #body(expr: MapExpr | ReduceExpr | ScanExpr, reads: Reads): Body {
    const loads = expr.loads.map(({ input, map }) => {
      const from = expr.inputs[input] as Expr;
      return reads.load(this.#at(from), map, 0, from.dtype);
    });
    return expr.body.map((node) => (node.op === 'load' ? { ...node, load: loads[node.load] as number } : node));
  }

  #reduce(expr: ReduceExpr): Located {
    const reads = new Reads();
    const finish = expr.phase === 'finish' || expr.phase === 'whole';
    const merging = expr.phase === 'merge' || expr.phase === 'finish';
    const body = merging ? this.#stateLoads(expr, reads) : this.#body(expr, reads);
    const values = merging ? body.map((_, value) => value) : expr.values;
    const output: Output = { kind: 'reduce', fold: expr.fold, feed: merging ? 'states' : 'values', values, finish };
    const ref = this.#stage(expr, reads, body, expr.domainChunks, expr.axes, output);
    return finish && !expr.keepdims ? without(ref, expr.axes) : here(ref);
  }

  /** One task for each block of the result, which reads all of the axis it sums along. What only others read is cut for speed. */
  #dot(expr: DotExpr): Located {
    const { loads, inputs, dtype } = expr;
    const domainChunks = this.#roots.has(expr) ? expr.domainChunks : squared(expr.domainChunks, this.#slots);
    const reads = new Reads();
    const body = loads.map((map, side): Node => {
      return { op: 'load', dtype, load: reads.load(this.#at(inputs[side] as Expr), map, 0, dtype) };
    });
    const along = domainChunks.length - 1;
    const output: Output = { kind: 'dot', dtype, left: 0, right: 1 };
    return without(this.#stage(expr, reads, body, domainChunks, [along], output), [along]);
  }

  /**
   * A state of every block, from these in one go what comes before each block, and with that the blocks. What is scanned
   * is computed twice rather than kept: so a scan needs no more memory than its tasks.
   */
  #scan(expr: ScanExpr): ArrayRef {
    const { fold, axis, values, chunks } = expr;
    const reads = new Reads();
    const fed = this.#body(expr, reads);
    const scan = { kind: 'scan', fold, feed: 'values', values, exclusive: false, finish: true } as const;
    const cuts = chunks[axis] as Cuts;
    if (blocks(cuts) === 1) return this.#stage(expr, reads, fed, chunks, [axis], { ...scan, before: [] });
    const before = this.#statesBefore(expr, reads, fed);
    const byBlock = identityMap(chunks.length).map((m) => (m.axis === axis ? { ...m, cuts } : m));
    const states = fold.state.map((dtype, plane): Node => {
      return { op: 'load', dtype, load: reads.load(here(before), byBlock, plane, dtype) };
    });
    const at = states.map((_, k) => fed.length + k);
    return this.#stage(expr, reads, [...fed, ...states], chunks, [axis], { ...scan, before: at });
  }

  /** The states of all that comes before each block of a scan: one task for each row of blocks. */
  #statesBefore(expr: ScanExpr, { loads, refs }: Reads, fed: Body): ArrayRef {
    const { fold, axis, values, chunks } = expr;
    const sums: Output = { kind: 'reduce', fold, feed: 'values', values, finish: false };
    const each = this.#stage(
      { ...expr, label: `${expr.label}-blocks` },
      { loads: [...loads], refs: [...refs] },
      fed,
      chunks,
      [axis],
      sums,
    );
    const reads = new Reads();
    const body = fold.state.map((dtype, plane): Node => {
      return { op: 'load', dtype, load: reads.load(here(each), identityMap(chunks.length), plane, dtype) };
    });
    const output: Output = {
      kind: 'scan',
      fold,
      feed: 'states',
      values: body.map((_, k) => k),
      before: [],
      exclusive: true,
      finish: false,
    };
    const rows = chunks.map((cuts, i) => (i === axis ? whole(blocks(cuts)) : cuts));
    return this.#stage({ ...expr, label: `${expr.label}-before` }, reads, body, rows, [axis], output);
  }

  #stateLoads(expr: ReduceExpr, reads: Reads): Node[] {
    const from = this.#at(expr.inputs[0] as Expr);
    return expr.fold.state.map((dtype, plane) => ({
      op: 'load',
      dtype,
      load: reads.load(from, identityMap(expr.domain.length), plane, dtype),
    }));
  }

  #stage(
    expr: Expr,
    reads: Pick<Reads, 'refs' | 'loads'>,
    body: Body,
    chunks: Chunks,
    reduced: readonly number[],
    output: Output,
  ): ArrayRef {
    const id = this.stages.length;
    const outputs = [outputOf(chunks, reduced, output)];
    this.stages.push({
      id,
      label: expr.label,
      kernel: { rank: chunks.length, loads: reads.loads, body, reduced, outputs: [output] },
      chunks,
      reads: reads.refs,
      outputs,
      layers: expr.layers ?? [expr.name],
      taskBytes: 0,
      grain: 1,
    });
    return { kind: 'stage', stage: id, output: 0, ...(outputs[0] as StageOutput) };
  }
}

const here = (ref: ArrayRef): Located => ({ ref, map: identityMap(ref.shape.length) });

/** The array without `axes`, which have length 1 in `ref`. */
function without(ref: ArrayRef, axes: readonly number[]): Located {
  let axis = 0;
  return { ref, map: followMap(ref.shape.map((_, i) => (axes.includes(i) ? -1 : axis++))) };
}

/** The shape, chunks and planes of an output: the iteration space, with one element a block along reduced axes. */
function outputOf(domain: Chunks, reduced: readonly number[], output: Output): StageOutput {
  const isReduced = (axis: number) => reducesAxes(output) && reduced.includes(axis);
  const chunks = domain.map((cuts, axis) => (isReduced(axis) ? regular(blocks(cuts), 1) : cuts));
  return { shape: chunks.map((cuts) => cuts.length), chunks, planes: planesOf(output) };
}
