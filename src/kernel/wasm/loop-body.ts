/** The body of the innermost loop as one list of nodes: the kernel's, and the folds' steps on the states carried along. */
import { InternalError } from '../../core/errors.js';
import { Builder } from '../builder.js';
import type { Body, Kernel, Node, Routine, Value } from '../ir.js';

export interface LoopBody {
  /** `arg` nodes are the state slots, in the order of the layout. */
  readonly body: Body;
  /** What is stored, one a plane of what is written at every index. */
  readonly stored: readonly Value[];
  /** The next state, one a slot. */
  readonly next: readonly Value[];
  /** What is added to the one pair that is the state, where the body does nothing else (`Fold.addsToPair`). */
  readonly added: Value | undefined;
}

/** Copies `routine` into `b`, fed with `args`; gives its results. */
export function inlineRoutine(b: Builder, routine: Routine, args: readonly Value[]): Value[] {
  const at = b.inline(routine.body, (node: Node) => {
    if (node.op !== 'arg') return node;
    const given = args[node.arg];
    if (given === undefined || b.dtypeOf(given) !== node.dtype) {
      throw new InternalError('kernel', `argument ${node.arg} of a routine must be ${node.dtype}`);
    }
    return given;
  });
  return routine.results.map((r) => at[r] as Value);
}

export function loopBodyOf(kernel: Kernel): LoopBody {
  const b = new Builder();
  const at = b.inline(kernel.body, (node) => node);
  const stored: Value[] = [];
  const next: Value[] = [];
  for (const output of kernel.outputs) {
    if (output.kind === 'store') {
      stored.push(at[output.value] as Value);
      continue;
    }
    if (output.kind === 'dot') throw new InternalError('kernel', 'products have modules of their own');
    const state = output.fold.state.map((dtype, k) => b.push({ op: 'arg', dtype, arg: next.length + k }));
    const routine = output.feed === 'values' ? output.fold.step : output.fold.merge;
    const given = output.values.map((v) => at[v] as Value);
    const stepped = inlineRoutine(b, routine, [...state, ...given]);
    next.push(...stepped);
    if (output.kind === 'reduce') continue;
    const shown = output.exclusive ? state : stepped;
    const before = output.before.map((v) => at[v] as Value);
    const whole = before.length === 0 ? shown : inlineRoutine(b, output.fold.merge, [...before, ...shown]);
    stored.push(...(output.finish ? inlineRoutine(b, output.fold.finish, whole) : whole));
  }
  const added = addedIn(kernel);
  return { body: b.body(), stored, next, added: added === undefined ? undefined : at[added] };
}

/** The value that a kernel adds to a pair, if that is all that it is for. */
function addedIn({ outputs }: Kernel): Value | undefined {
  const [output, ...others] = outputs;
  if (output?.kind !== 'reduce' || others.length > 0 || output.feed === 'states') return undefined;
  return output.fold.addsToPair ? output.values[0] : undefined;
}
