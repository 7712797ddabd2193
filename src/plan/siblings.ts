/**
 * Stages that go over the same blocks of the same data become one: mean, std and max of a stack read it once.
 * Only stages of one level (equally far from the sources) are joined, so none can depend on another.
 */
import { sameChunks } from '../core/chunks.js';
import { Builder } from '../kernel/builder.js';
import type { Kernel, Load, Output } from '../kernel/ir.js';
import { stagesBehind } from './graph.js';
import { multiplies } from './size.js';
import type { ArrayRef, Stage } from './types.js';

/** Beyond this many nodes a kernel is not made larger. */
const largestBody = 600;

interface Moved {
  readonly stage: number;
  /** What is added to the number of each output. */
  readonly outputs: number;
}

/** `stages` with siblings joined, renumbered, and `results` following them. */
export function mergeSiblings(
  stages: readonly Stage[],
  results: readonly ArrayRef[],
): { stages: Stage[]; results: ArrayRef[] } {
  const levels = levelsOf(stages);
  const merged: Stage[] = [];
  const mergedLevels: number[] = [];
  const moved: Moved[] = [];
  for (const stage of stages) {
    const level = levels[stage.id] as number;
    const here: Stage = { ...stage, reads: stage.reads.map((ref) => follow(ref, moved)) };
    const twin = merged.findIndex((other, i) => mergedLevels[i] === level && joinable(other, here));
    if (twin >= 0) {
      const other = merged[twin] as Stage;
      moved.push({ stage: twin, outputs: other.outputs.length });
      merged[twin] = join(other, here);
    } else {
      moved.push({ stage: merged.length, outputs: 0 });
      mergedLevels.push(level);
      merged.push({ ...here, id: merged.length });
    }
  }
  return { stages: merged, results: results.map((ref) => follow(ref, moved)) };
}

function levelsOf(stages: readonly Stage[]): number[] {
  const levels: number[] = [];
  for (const stage of stages) {
    const inputs = stage.reads.flatMap((ref) => [...stagesBehind(ref)]);
    levels.push(inputs.reduce((n, id) => Math.max(n, (levels[id] as number) + 1), 0));
  }
  return levels;
}

function follow(ref: ArrayRef, moved: readonly Moved[]): ArrayRef {
  switch (ref.kind) {
    case 'source':
      return ref;
    case 'stage': {
      const to = moved[ref.stage] as Moved;
      return { ...ref, stage: to.stage, output: ref.output + to.outputs };
    }
    case 'concat':
      return { ...ref, parts: ref.parts.map((part) => follow(part, moved)) };
    case 'reshape':
      return { ...ref, of: follow(ref.of, moved) };
  }
}

const folds = (stage: Stage): boolean => stage.kernel.outputs.some((o) => o.kind !== 'store');

function joinable(a: Stage, b: Stage): boolean {
  // Products are made tile by tile, and so by themselves.
  if (multiplies(a) || multiplies(b)) return false;
  if (!sameChunks(a.chunks, b.chunks)) return false;
  if (a.kernel.body.length + b.kernel.body.length > largestBody) return false;
  if (folds(a) && folds(b) && String(a.kernel.reduced) !== String(b.kernel.reduced)) return false;
  return shareInput(a, b) || shareNode(a.kernel, b.kernel);
}

const inputKeys = ({ kernel, reads }: Stage): string[] =>
  kernel.loads.map((l) => JSON.stringify([reads[l.input], l.map]));

const shareInput = (a: Stage, b: Stage): boolean => {
  const keys = new Set(inputKeys(a));
  return inputKeys(b).some((key) => keys.has(key));
};

/** Whether both draw the same random numbers: the one thing besides memory that is worth computing once. */
const shareNode = (a: Kernel, b: Kernel): boolean => {
  const drawn = new Set(a.body.flatMap((node) => (node.op === 'bits' ? [node.key.join()] : [])));
  return b.body.some((node) => node.op === 'bits' && drawn.has(node.key.join()));
};

/** One stage that does the work of both; the outputs of `b` follow those of `a`. */
function join(a: Stage, b: Stage): Stage {
  const reads: ArrayRef[] = [...a.reads];
  const loads: Load[] = [...a.kernel.loads];
  const known = new Map(inputKeys(a).map((key, i) => [key, (a.kernel.loads[i] as Load).input]));
  const keys = inputKeys(b);
  const loadOf = b.kernel.loads.map((load, i) => {
    const key = keys[i] as string;
    const input = known.get(key) ?? reads.push(b.reads[load.input] as ArrayRef) - 1;
    known.set(key, input);
    const same = loads.findIndex((l) => l.input === input && l.plane === load.plane);
    return same >= 0 ? same : loads.push({ ...load, input }) - 1;
  });
  const body = new Builder();
  const inA = body.inline(a.kernel.body, (node) => node);
  const inB = body.inline(b.kernel.body, (node) =>
    node.op === 'load' ? { ...node, load: loadOf[node.load] as number } : node,
  );
  const outputs = [...a.kernel.outputs.map((o) => renumber(o, inA)), ...b.kernel.outputs.map((o) => renumber(o, inB))];
  return {
    ...a,
    label: `${a.label}, ${b.label}`,
    kernel: {
      rank: a.kernel.rank,
      loads,
      body: body.body(),
      reduced: folds(a) ? a.kernel.reduced : b.kernel.reduced,
      outputs,
    },
    reads,
    outputs: [...a.outputs, ...b.outputs],
    layers: [...a.layers, ...b.layers],
  };
}

function renumber(output: Output, at: readonly number[]): Output {
  const moved = (values: readonly number[]): number[] => values.map((v) => at[v] as number);
  if (output.kind === 'store') return { ...output, value: at[output.value] as number };
  if (output.kind === 'dot') return { ...output, left: at[output.left] as number, right: at[output.right] as number };
  const fed = { ...output, values: moved(output.values) };
  return fed.kind === 'reduce' ? fed : { ...fed, before: moved(fed.before) };
}
