/** A kernel as a WebAssembly module: `tile`, and for reductions `init` and `finish`. */
import type { Kernel } from '../ir.js';
import { ModuleWriter } from './encoder.js';
import { writeFinish, writeInit } from './folds.js';
import { type Lanes, type Layout, layoutOf } from './layout.js';
import { writeNest } from './nest.js';
import { ModuleParts } from './parts.js';

const pageBytes = 65536;

export interface EncodedKernel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
}

/** Encodes a kernel whose nodes are all primitives. */
export function encodeExpanded(kernel: Kernel, lanes: Lanes): EncodedKernel {
  const layout = layoutOf(kernel, lanes);
  const writer = new ModuleWriter();
  const parts = new ModuleParts(writer, layout.end);
  writeNest(kernel, layout, parts);
  if (layout.state.slots.length > 0) {
    writeInit(kernel, layout, parts);
    writeFinish(kernel, layout, parts);
  }
  return { bytes: writer.encode(Math.ceil((parts.end + 64) / pageBytes)), layout };
}
