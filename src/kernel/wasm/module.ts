/** A kernel as a WebAssembly module: `tile`, and for reductions `init` and `finish`. */
import type { Kernel } from '../ir.js';
import { type Home, ModuleWriter, pageBytes } from './encoder.js';
import { writeFinish, writeInit } from './folds.js';
import { type Lanes, type Layout, layoutOf } from './layout.js';
import { writeNest } from './nest.js';
import { type Constants, ModuleParts } from './parts.js';

export interface EncodedKernel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  /** What is to be laid into its memory before it runs. */
  readonly constants: readonly Constants[];
  /** Bytes of memory that it needs. */
  readonly size: number;
}

/** Encodes a kernel whose nodes are all primitives. */
export function encodeExpanded(kernel: Kernel, lanes: Lanes, home: Home): EncodedKernel {
  const layout = layoutOf(kernel, lanes);
  const writer = new ModuleWriter();
  const parts = new ModuleParts(writer, layout.end);
  writeNest(kernel, layout, parts);
  if (layout.state.slots.length > 0) {
    writeInit(kernel, layout, parts);
    writeFinish(kernel, layout, parts);
  }
  const size = parts.end + 64;
  const bytes = writer.encode(Math.ceil(size / pageBytes), home);
  return { bytes, layout, constants: parts.constants, size };
}
