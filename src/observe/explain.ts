/** What `explain` says: the layers as written, what the optimizer did to them, and the stages that will run. */

import type { ComputeOptions } from '../compute.js';
import { planFor } from '../compute.js';
import { formatBytes } from '../core/bytes.js';
import { formatShape } from '../core/shape.js';
import type { Expr } from '../expr/types.js';
import { optimize, passes } from '../optimize/index.js';
import { taskCount } from '../plan/regions.js';
import type { ArrayRef, Plan, Stage } from '../plan/types.js';
import { counted, type Layer, layerGraph } from './graph.js';

function describeLayer({ index, label, dtype, shape, chunk, blocks, tasks, inputs, layers }: Layer): string {
  const of = inputs.length === 0 ? '' : ` of ${inputs.join(', ')}`;
  const parts = layers.length === 1 ? '' : `   = ${layers.map((name) => name.replace(/-[^-]*$/, '')).join(', ')}`;
  return `  ${index}  ${label}${of}  ${dtype} ${formatShape(shape)} in ${counted(blocks, 'block')} of ${formatShape(chunk)}  ${counted(tasks, 'task')}${parts}`;
}

/** One line a rule that applied: its algebra, and where. */
function describeRules(roots: readonly Expr[]): string[] {
  const uses = new Map<string, string[]>();
  optimize(roots, {
    trace: (rule, _before, after) => uses.set(rule, [...(uses.get(rule) ?? []), after.label]),
  });
  const rules = new Map(passes.flatMap((pass) => pass.rules).map((rule) => [rule.name, rule]));
  return [...rules.values()].flatMap(({ name, says }) => {
    const at = uses.get(name);
    return at === undefined ? [] : [`  ${name}: ${says}   (${[...new Set(at)].join(', ')})`];
  });
}

function describeRead(ref: ArrayRef, plan: Plan): string {
  switch (ref.kind) {
    case 'stage':
      return `stage ${ref.stage}`;
    case 'source':
      return `${plan.sources[ref.source]?.kind ?? 'source'} ${formatShape(ref.shape)}`;
    case 'concat':
      return ref.parts.map((part) => describeRead(part, plan)).join(' then ');
    case 'reshape':
      return describeRead(ref.of, plan);
  }
}

function describeStage(stage: Stage, plan: Plan): string {
  const reads = [...new Set(stage.reads.map((ref) => describeRead(ref, plan)))];
  const from = reads.length === 0 ? 'nothing' : reads.join(', ');
  const bytes = formatBytes(stage.taskBytes);
  const nodes = counted(stage.kernel.body.length, 'node');
  return `  ${stage.id}  ${stage.label}  ${counted(taskCount(stage), 'task')}, ${bytes} each; reads ${from}; kernel of ${nodes}`;
}

/** Text for people. Nothing runs. */
export function explain(roots: readonly Expr[], options: ComputeOptions = {}): string {
  const written = layerGraph(roots);
  const optimized = layerGraph(roots, { optimized: true });
  const plan = planFor(roots, options);
  const rules = describeRules(roots);
  return [
    `as written: ${counted(written.layers.length, 'layer')}, ${counted(written.tasks, 'task')}`,
    ...written.layers.map(describeLayer),
    `as optimized: ${counted(optimized.layers.length, 'layer')}, ${counted(optimized.tasks, 'task')}`,
    ...optimized.layers.map(describeLayer),
    'rules that applied',
    ...(rules.length === 0 ? ['  none'] : rules),
    `stages: ${plan.stages.length}, ${counted(plan.tasks, 'task')}`,
    ...plan.stages.map((stage) => describeStage(stage, plan)),
  ].join('\n');
}
