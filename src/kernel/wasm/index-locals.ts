/** The index nodes of a nest as int64 locals that are carried along by additions. */
import type { Body, Node, Value } from '../ir.js';
import type { Code, Local } from './encoder.js';
import { indexControls } from './layout.js';
import type { Frame } from './nest.js';
import type { ModuleParts } from './parts.js';

export interface IndexLocal {
  /** At the start of the current outer iteration. */
  readonly row: Local;
  /** In the current inner iteration. */
  readonly current: Local;
  readonly outerStep: Local;
  readonly innerStep: Local;
  readonly laneStep: Local;
}

/** A word is index * step + start. */
export interface SequenceLocals {
  readonly start: Local;
  readonly step: Local;
}

export interface IndexLocals {
  /** The locals of the index node at `v`. */
  of(v: Value): IndexLocal;
  /** The numbers of the sequence whose words `node` is, as they are when a tile begins. */
  sequence(node: Node & { op: 'weyl' }, parts: ModuleParts): SequenceLocals;
  /** Writes the move to the next outer iteration. */
  advanceRow(code: Code): void;
  readonly all: readonly IndexLocal[];
}

export function indexLocals(frame: Frame, body: Body, ahead: Code): IndexLocals {
  const found = new Map<Value, IndexLocal>();
  body.forEach((node, v) => {
    if (node.op !== 'index') return;
    const first = frame.layout.indexControl + found.size * indexControls.count * 8;
    const read = (word: number): Local =>
      ahead
        .base()
        .memory('f64.load', first + word * 8)
        .op('i64.trunc_sat_f64_s')
        .keep('i64');
    found.set(v, {
      row: read(indexControls.base),
      current: ahead.locals.fresh('i64'),
      outerStep: read(indexControls.outerStep),
      innerStep: read(indexControls.innerStep),
      laneStep: read(indexControls.laneStep),
    });
  });
  const all = [...found.values()];
  return {
    all,
    of: (v) => found.get(v) as IndexLocal,
    sequence(node, parts) {
      const at = parts.sequence(node, [...found.keys()].indexOf(node.args[0]));
      const read = (from: number): Local => ahead.base().memory('i64.load', from).keep('i64');
      return { start: read(at), step: read(at + 8) };
    },
    advanceRow(code) {
      for (const { row, outerStep } of all) code.get(row).get(outerStep).op('i64.add').set(row);
    },
  };
}
