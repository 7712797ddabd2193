/**
 * Memory that threads, data and kernels share: one WebAssembly memory, of which arrays and kernels take parts. A kernel
 * that works in it reads an array where it lies, with the machine's own loads, instead of having it copied into its tiles.
 * A 32-bit memory ends at 4 GiB; what finds no room lies elsewhere.
 */
import { Addresses } from '../core/addresses.js';
import { mostPages, pageBytes } from '../kernel/wasm/encoder.js';

/** Kernels read whole vectors, a little beyond the last element. */
const margin = 64;

export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly #addresses: Addresses;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    // Address 0 is nobody's.
    this.#addresses = new Addresses(1, memory.buffer.byteLength);
  }

  /** The address of `bytes` bytes, whatever they hold; undefined where there is no room. */
  take(bytes: number): number | undefined {
    return this.#addresses.take(bytes + margin) ?? (this.#grow(bytes + margin) ? this.take(bytes) : undefined);
  }

  /** Gives back what was taken at `address`. */
  release(address: number): void {
    this.#addresses.release(address);
  }

  #grow(bytes: number): boolean {
    const pages = Math.ceil(this.#addresses.missing(bytes) / pageBytes);
    if (this.#addresses.end / pageBytes + pages > mostPages) return false;
    try {
      this.memory.grow(pages);
    } catch {
      return false;
    }
    this.#addresses.extend(pages * pageBytes);
    return true;
  }
}

let shared: Arena | null | undefined;

/** The arena of this process; undefined where memory cannot be shared, or none so large can be reserved. */
export function sharedArena(): Arena | undefined {
  if (shared === undefined) shared = makeArena();
  return shared ?? undefined;
}

function makeArena(): Arena | null {
  try {
    return new Arena(new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true }));
  } catch {
    return null;
  }
}
