/** A kernel as a WebAssembly module: `tile`, where random streams have pages `across`, and for reductions `init` and `finish`. */
import { acrossPages } from '../expand.js';
import type { Body, Kernel } from '../ir.js';
import { type Home, ModuleWriter, pageBytes } from './encoder.js';
import { writeFinish, writeInit } from './folds.js';
import { type Lanes, type Layout, layoutOf, type SequenceAt, type StreamNumberAt } from './layout.js';
import { loopBodyOf } from './loop-body.js';
import { writeNest, writeTurns } from './nest.js';
import { type Constants, ModuleParts } from './parts.js';
import { passesOf } from './passes.js';

export interface EncodedKernel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  /** What is to be laid into its memory before it runs. */
  readonly constants: readonly Constants[];
  /** What of its random streams its code reads: before it runs, and for each page. */
  readonly seeds: readonly StreamNumberAt[];
  readonly sequences: readonly SequenceAt[];
  /** Bytes of memory that it needs. */
  readonly size: number;
}

/** Encodes a kernel whose nodes are all primitives; `keys`: those of the streams whose numbers are read from memory. */
export function encodeExpanded(kernel: Kernel, lanes: Lanes, home: Home, keys: readonly string[]): EncodedKernel {
  const loop = loopBodyOf(kernel);
  const passes = passesOf(loop);
  const layout = layoutOf(kernel, lanes, passes.count);
  const writer = new ModuleWriter();
  const parts = new ModuleParts(writer, layout.end, keys);
  writeNest(loop, passes, layout, parts);
  const across = acrossPages(kernel);
  if (across !== undefined) writeTurns(loopBodyOf(across), layout, parts);
  if (layout.state.slots.length > 0) {
    writeInit(kernel, layout, parts);
    writeFinish(kernel, layout, parts);
  }
  const size = parts.end + 64;
  const bytes = writer.encode(Math.ceil(size / pageBytes), home);
  const { constants, seeds, sequences } = parts;
  return { bytes, layout, constants, seeds, sequences, size };
}

/** Bodies in primitives alone as functions that the module exports, each from one float64 to the value of its last node, with a memory of its own. */
export function encodeFunctions(
  bodies: readonly (readonly [string, Body])[],
): Pick<EncodedKernel, 'bytes' | 'constants'> {
  const writer = new ModuleWriter();
  const parts = new ModuleParts(writer, 0, []);
  for (const [name, body] of bodies) parts.export(name, body, ['float64']);
  return { bytes: writer.encode(Math.ceil(parts.end / pageBytes), 'own'), constants: parts.constants };
}
