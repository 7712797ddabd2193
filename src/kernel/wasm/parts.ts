/** What a kernel's functions share: the module they go to, its constant tables, and the functions of slow bodies. */
import { bytesOf, type DType, makeArray } from '../../core/dtype.js';
import { type Body, fromLiteral, type Literal, type Node, type Value } from '../ir.js';
import { toElement } from '../scalars.js';
import type { Affine } from './counters.js';
import { Code, Locals, type ModuleWriter } from './encoder.js';
import { laneOf } from './scalar.js';
import { ScalarBody } from './scalar-body.js';

/** Bytes that lie in a module's memory from the start. */
export interface Constants {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Where the scale and shift of a node of the loop body lie, from which its value is counted. */
export interface CounterAt {
  readonly value: Value;
  readonly at: number;
}

export const counterBytes = (scale: bigint, shift: bigint): Uint8Array =>
  new Uint8Array(BigInt64Array.of(BigInt.asIntN(64, scale), BigInt.asIntN(64, shift)).buffer);

export class ModuleParts {
  readonly writer: ModuleWriter;
  /** The tables laid so far. */
  readonly constants: Constants[] = [];
  readonly counters: CounterAt[] = [];
  #end: number;
  readonly #tables = new Map<string, number>();
  readonly #slow = new Map<Body, number>();

  /** `start`: the first byte of memory that tables may take. */
  constructor(writer: ModuleWriter, start: number) {
    this.writer = writer;
    this.#end = start;
  }

  /** The first byte after what is taken so far. */
  get end(): number {
    return this.#end;
  }

  /** Where the table lies in memory. */
  table(values: readonly Literal[], d: DType): number {
    const key = `${d} ${values.join()}`;
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const data = makeArray(d, values.length);
    values.forEach((v, i) => {
      (data as Float64Array)[i] = toElement(fromLiteral(v, d)) as number;
    });
    const at = this.room(values.length * bytesOf(d));
    this.constants.push({ at, bytes: new Uint8Array(data.buffer) });
    this.#tables.set(key, at);
    return at;
  }

  /**
   * Where the scale and shift of counter `value` lie in memory: the code reads them rather than contains them, so that
   * kernels which differ in seeds alone are one module.
   */
  counter(value: Value, { scale, shift }: Affine): number {
    const at = this.room(16);
    this.constants.push({ at, bytes: counterBytes(scale, shift) });
    this.counters.push({ value, at });
    return at;
  }

  /** Where `bytes` of memory begin that nothing else uses. */
  room(bytes: number): number {
    const at = Math.ceil(this.#end / 16) * 16;
    this.#end = at + bytes;
    return at;
  }

  /** The function that computes a slow body for one element. */
  slow(body: Body, args: readonly DType[]): number {
    const known = this.#slow.get(body);
    if (known !== undefined) return known;
    const code = new Code(new Locals(args.map(laneOf)));
    const leaf = (c: Code, node: Node): void => {
      c.get((node as Node & { op: 'arg' }).arg);
    };
    const result = new ScalarBody(code, body, leaf, this).value(body.length - 1);
    const index = this.writer.add(code.get(result), [laneOf((body.at(-1) as Node).dtype)]);
    this.#slow.set(body, index);
    return index;
  }
}
