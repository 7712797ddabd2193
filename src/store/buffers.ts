/** Memory that is used again, with whatever it holds: fresh pages cost more than most arithmetic done on them. */

/** Whether this realm may share memory between threads; browsers allow it to cross-origin isolated pages alone. */
export const sharedMemory = typeof SharedArrayBuffer !== 'undefined';

/** A buffer of `bytes` zeroed bytes, shared where asked for and allowed. */
export const makeBuffer = (bytes: number, shared = sharedMemory): ArrayBufferLike =>
  shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);

const smallest = 4096;

/** `bytes` rounded up to an eighth of a power of two, so that blocks of about one size fit each other's buffers. */
export function sizeClass(bytes: number): number {
  if (bytes <= smallest) return smallest;
  const step = 2 ** (Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}

/**
 * Shared buffers that computations which are over have left for those to come: what runs again and again then meets no fresh
 * pages. The one that was left longest ago goes first.
 */
class Spare {
  readonly #buffers: SharedArrayBuffer[] = [];
  #bytes = 0;

  take(size: number): SharedArrayBuffer | undefined {
    const at = this.#buffers.findLastIndex(({ byteLength }) => byteLength === size);
    if (at < 0) return undefined;
    this.#bytes -= size;
    return this.#buffers.splice(at, 1)[0];
  }

  leave(buffer: ArrayBufferLike): void {
    if (!isShared(buffer) || buffer.byteLength < spared.least) return;
    this.#buffers.push(buffer);
    this.#bytes += buffer.byteLength;
    while (this.#bytes > spared.most) this.#bytes -= this.#buffers.shift()?.byteLength ?? 0;
  }
}

/** Bytes of a buffer that is worth keeping, and of all that are kept. */
const spared = { least: 2 ** 16, most: 2 ** 25 };

const isShared = (buffer: ArrayBufferLike): buffer is SharedArrayBuffer =>
  sharedMemory && buffer instanceof SharedArrayBuffer;

const spare = new Spare();

/**
 * Buffers by size. Those given back lie idle until one of their size is taken; buffers in use and idle together never
 * exceed the most that were in use at a time, so that keeping memory costs none.
 */
export class Buffers {
  readonly #shared: boolean;
  readonly #idle = new Map<number, ArrayBufferLike[]>();
  #idleBytes = 0;
  #used = 0;
  #peak = 0;

  constructor(shared: boolean) {
    this.#shared = shared;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#used;
  }
  get peakBytes(): number {
    return this.#peak;
  }
  /** Bytes kept for later. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  take(bytes: number): ArrayBufferLike {
    const size = sizeClass(bytes);
    const idle = this.#idle.get(size)?.pop();
    if (idle !== undefined) this.#idleBytes -= size;
    this.count(size);
    return idle ?? (this.#shared ? spare.take(size) : undefined) ?? makeBuffer(size, this.#shared);
  }

  give(buffer: ArrayBufferLike): void {
    const size = buffer.byteLength;
    const list = this.#idle.get(size);
    if (list === undefined) this.#idle.set(size, [buffer]);
    else list.push(buffer);
    this.#idleBytes += size;
    this.count(-size);
  }

  /** Gives all idle buffers up, for other computations. */
  leave(): void {
    for (const list of this.#idle.values()) for (const buffer of list) spare.leave(buffer);
    this.#idle.clear();
    this.#idleBytes = 0;
  }

  /** Accounts for memory that does not come from here. */
  count(bytes: number): void {
    this.#used += bytes;
    this.#peak = Math.max(this.#peak, this.#used);
    for (const [size, list] of this.#idle) {
      while (this.#used + this.#idleBytes > this.#peak && list.pop() !== undefined) this.#idleBytes -= size;
    }
  }
}
