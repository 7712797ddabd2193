/** A kernel as a WebAssembly module: `tile`, and for reductions `init` and `finish`. */
import type { Kernel } from '../ir.js';
import { type Affine, affineForms, writtenNodes } from './counters.js';
import { type Home, ModuleWriter, pageBytes } from './encoder.js';
import { writeFinish, writeInit } from './folds.js';
import { type Lanes, type Layout, layoutOf } from './layout.js';
import { type LoopBody, loopBodyOf } from './loop-body.js';
import { writeNest } from './nest.js';
import { type Constants, type CounterAt, counterBytes, ModuleParts } from './parts.js';

export interface EncodedKernel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  /** What is to be laid into its memory before it runs. */
  readonly constants: readonly Constants[];
  /** Which of that are scales and shifts of counters. */
  readonly counters: readonly CounterAt[];
  /** What else the code of the loop depends on. */
  readonly nodes: string;
  /** Bytes of memory that it needs. */
  readonly size: number;
}

/** Encodes a kernel whose nodes are all primitives. */
export function encodeExpanded(kernel: Kernel, lanes: Lanes, home: Home): EncodedKernel {
  const layout = layoutOf(kernel, lanes);
  const writer = new ModuleWriter();
  const parts = new ModuleParts(writer, layout.end);
  const loop = loopBodyOf(kernel);
  writeNest(kernel, loop, layout, parts);
  if (layout.state.slots.length > 0) {
    writeInit(kernel, layout, parts);
    writeFinish(kernel, layout, parts);
  }
  const size = parts.end + 64;
  const bytes = writer.encode(Math.ceil(size / pageBytes), home);
  const { constants, counters } = parts;
  return { bytes, layout, constants, counters, nodes: countedNodes(loop).nodes, size };
}

function countedNodes({ body, stored, next }: LoopBody) {
  const forms = affineForms(body);
  return { forms, nodes: writtenNodes(body, forms, [...stored, ...next]) };
}

/**
 * The constants of `kernel`, whose code is that of `made` but for the numbers that its counters start from and step by;
 * undefined: it is not, for something else depends on its keys, as all scalar code does.
 */
export function recounted(made: Omit<EncodedKernel, 'bytes'>, kernel: Kernel): readonly Constants[] | undefined {
  if (made.layout.lanes === 1) return undefined;
  const { forms, nodes } = countedNodes(loopBodyOf(kernel));
  if (nodes !== made.nodes) return undefined;
  const bytes = new Map(
    made.counters.map(({ value, at }) => {
      const { scale, shift } = forms[value] as Affine;
      return [at, counterBytes(scale, shift)];
    }),
  );
  return made.constants.map((constants) => ({ ...constants, bytes: bytes.get(constants.at) ?? constants.bytes }));
}
