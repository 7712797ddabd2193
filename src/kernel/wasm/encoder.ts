/** Writes WebAssembly modules: numbers in LEB128, sections, and functions under construction. */
import { InternalError } from '../../core/errors.js';
import { opcodes, types, type WasmType } from './opcodes.js';

export function unsigned(n: number): number[] {
  if (n < 0x80) return [n];
  const bytes: number[] = [];
  let rest = n;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}

export function signed(n: bigint): number[] {
  const bytes: number[] = [];
  let rest = n;
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

/** The same for an int32. */
function signed32(n: number, bytes: number[]): void {
  let rest = n;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return;
  }
}

const scratch = new DataView(new ArrayBuffer(8));

const floatBytes = (x: number, bytes: 4 | 8): number[] => {
  if (bytes === 4) scratch.setFloat32(0, x, true);
  else scratch.setFloat64(0, x, true);
  return Array.from({ length: bytes }, (_, i) => scratch.getUint8(i));
};

/** A local variable of a function under construction. */
export type Local = number;

/** The locals of a function: parameters first. */
export class Locals {
  readonly #types: WasmType[] = [];
  readonly params: readonly WasmType[];

  constructor(params: readonly WasmType[]) {
    this.params = params;
  }

  fresh(type: WasmType): Local {
    this.#types.push(type);
    return this.params.length + this.#types.length - 1;
  }

  /** Runs of equal types. */
  encode(): number[] {
    const runs: { type: WasmType; count: number }[] = [];
    for (const type of this.#types) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    return [...unsigned(runs.length), ...runs.flatMap(({ type, count }) => [...unsigned(count), types[type]])];
  }
}

/** A stretch of instructions over `locals`; several may be written at a time and joined later. */
export class Code {
  readonly bytes: number[] = [];
  readonly locals: Locals;

  constructor(locals: Locals) {
    this.locals = locals;
  }

  /** An instruction with its one-byte immediates. */
  op(name: string, ...immediates: number[]): this {
    const code = opcodes.get(name);
    if (code === undefined) throw new InternalError('kernel', `there is no instruction '${name}'`);
    this.bytes.push(...code, ...immediates);
    return this;
  }

  get(local: Local): this {
    return this.#indexed('local.get', local);
  }

  set(local: Local): this {
    return this.#indexed('local.set', local);
  }

  tee(local: Local): this {
    return this.#indexed('local.tee', local);
  }

  call(index: number): this {
    return this.#indexed('call', index);
  }

  #indexed(name: string, n: number): this {
    return this.op(name, ...unsigned(n));
  }

  /** The top of the stack in a local of its own. */
  keep(type: WasmType): Local {
    const local = this.locals.fresh(type);
    this.set(local);
    return local;
  }

  /** A load or store at a static offset; unaligned is allowed, so no alignment is promised. */
  memory(name: string, offset: number, ...lane: number[]): this {
    this.op(name, 0);
    this.bytes.push(...unsigned(offset), ...lane);
    return this;
  }

  /** The address from which the module's own memory is counted: what `Layout` says is relative to it. */
  base(): this {
    return this.#indexed('global.get', 0);
  }

  i32(n: number): this {
    this.op('i32.const');
    signed32(n | 0, this.bytes);
    return this;
  }

  i64(n: bigint): this {
    this.op('i64.const');
    this.bytes.push(...signed(BigInt.asIntN(64, n)));
    return this;
  }

  f32(x: number): this {
    return this.op('f32.const', ...floatBytes(x, 4));
  }

  f64(x: number): this {
    return this.op('f64.const', ...floatBytes(x, 8));
  }

  /** A vector constant from its two 64-bit halves. */
  v128(low: bigint, high: bigint): this {
    const bytes = [low, high].flatMap((half) => {
      scratch.setBigUint64(0, BigInt.asUintN(64, half), true);
      return Array.from({ length: 8 }, (_, i) => scratch.getUint8(i));
    });
    return this.op('v128.const', ...bytes);
  }

  /** Another stretch over the same locals. */
  fork(): Code {
    return new Code(this.locals);
  }

  /** `body` inside block, loop or if; `leaves` is the type it leaves on the stack. */
  nest(kind: 'block' | 'loop' | 'if', body: () => void, leaves?: WasmType): this {
    this.op(kind, leaves === undefined ? types.none : types[leaves]);
    body();
    return this.op('end');
  }

  /** if ... else ..., both leaving a `leaves`; the condition is on the stack. */
  choose(leaves: WasmType, yes: () => void, no: () => void): this {
    return this.nest(
      'if',
      () => {
        yes();
        this.op('else');
        no();
      },
      leaves,
    );
  }

  /** Adds to an int32: what a local holds, or a constant. */
  advance(at: Local, by: Local): this {
    return this.get(at).get(by).op('i32.add').set(at);
  }
  step(at: Local, by: number): this {
    return this.get(at).i32(by).op('i32.add').set(at);
  }

  /** Goes on with the enclosing loop while `count` is above 1. */
  countDown(count: Local): this {
    return this.get(count).i32(1).op('i32.sub').tee(count).op('br_if', 0);
  }

  append(other: Code): this {
    for (const byte of other.bytes) this.bytes.push(byte);
    return this;
  }
}

interface FunctionEntry {
  readonly params: readonly WasmType[];
  readonly results: readonly WasmType[];
  readonly body: readonly number[];
}

/** Bytes under construction. */
class Bytes {
  #data = new Uint8Array(4096);
  #length = 0;

  put(bytes: ArrayLike<number>): this {
    const end = this.#length + bytes.length;
    if (end > this.#data.length) {
      const grown = new Uint8Array(2 * end);
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data.set(bytes, this.#length);
    this.#length = end;
    return this;
  }

  get all(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.#length);
  }

  /** Items after their count, as section `id`; nothing without items. */
  section(id: number, items: readonly ArrayLike<number>[]): this {
    if (items.length === 0) return this;
    const count = unsigned(items.length);
    const size = items.reduce((sum, item) => sum + item.length, count.length);
    this.put([id]).put(unsigned(size)).put(count);
    for (const item of items) this.put(item);
    return this;
  }
}

const named = (name: string): number[] => [...unsigned(name.length), ...Array.from(name, (c) => c.charCodeAt(0))];

/** Where a module's memory comes from: it has one of its own, or a part of one that it shares with data and threads. */
export type Home = 'own' | 'shared';

/** The unit in which memory grows, and how many of it a 32-bit memory can have: 4 GiB. */
export const pageBytes = 65536;
export const mostPages = 65536;

/** A shared memory, and the base in it. */
const imported = [
  [...named('home'), ...named('memory'), 2, 3, 1, ...unsigned(mostPages)],
  [...named('home'), ...named('base'), 3, types.i32, 0],
];

/** A module under construction: functions, and one memory. Global 0 is the address at which its part of that begins. */
export class ModuleWriter {
  readonly #functions: FunctionEntry[] = [];
  readonly #exports: number[][] = [];

  /** Adds a finished function; gives its index. */
  add(code: Code, results: readonly WasmType[], exportAs?: string): number {
    code.op('end');
    this.#functions.push({ params: code.locals.params, results, body: sized(code.locals.encode(), code.bytes) });
    const index = this.#functions.length - 1;
    if (exportAs !== undefined) this.#exports.push([...named(exportAs), 0, ...unsigned(index)]);
    return index;
  }

  encode(pages: number, home: Home): Uint8Array<ArrayBuffer> {
    const own = home === 'own';
    const list = (ts: readonly WasmType[]): number[] => [...unsigned(ts.length), ...ts.map((t) => types[t])];
    return new Bytes()
      .put([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
      .section(
        1,
        this.#functions.map((f) => [0x60, ...list(f.params), ...list(f.results)]),
      )
      .section(2, own ? [] : imported)
      .section(
        3,
        this.#functions.map((_, i) => unsigned(i)),
      )
      .section(5, own ? [[0, ...unsigned(pages)]] : [])
      .section(6, own ? [[types.i32, 0, 0x41, 0, 0x0b]] : [])
      .section(7, own ? [[...named('memory'), 2, 0], ...this.#exports] : this.#exports)
      .section(
        10,
        this.#functions.map((f) => f.body),
      ).all;
  }
}

/** A function body: its size, its locals, its instructions. */
const sized = (locals: readonly number[], code: readonly number[]): number[] => [
  ...unsigned(locals.length + code.length),
  ...locals,
  ...code,
];
