/** What a kernel's functions share: the module they go to, its constant tables, and the functions of slow bodies. */
import { bytesOf, type DType, makeArray } from '../../core/dtype.js';
import { type Body, fromLiteral, type Literal, type Node } from '../ir.js';
import { toElement } from '../scalars.js';
import { Code, Locals, type ModuleWriter } from './encoder.js';
import { laneOf } from './scalar.js';
import { ScalarBody } from './scalar-body.js';

/** Bytes that lie in a module's memory from the start. */
export interface Constants {
  readonly at: number;
  readonly bytes: Uint8Array;
}

export class ModuleParts {
  readonly writer: ModuleWriter;
  /** The tables laid so far. */
  readonly constants: Constants[] = [];
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
   * Where `values` lie in memory: numbers that the code reads rather than contains, so that kernels which differ in them
   * alone, such as those of another seed, are one module.
   */
  parameters(values: readonly bigint[]): number {
    const data = BigInt64Array.from(values, (value) => BigInt.asIntN(64, value));
    const at = this.room(data.byteLength);
    this.constants.push({ at, bytes: new Uint8Array(data.buffer) });
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
