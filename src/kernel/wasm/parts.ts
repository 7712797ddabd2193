/** What a kernel's functions share: the module they go to, its constant tables, and the functions of slow bodies. */
import { bytesOf, type DType, makeArray } from '../../core/dtype.js';
import { type Body, fromLiteral, type Literal, type Node, type StreamNumber } from '../ir.js';
import { toElement } from '../scalars.js';
import { Code, Locals, type ModuleWriter } from './encoder.js';
import type { SequenceAt, StreamNumberAt } from './layout.js';
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
  /** The numbers of random streams that are read so far. */
  readonly seeds: StreamNumberAt[] = [];
  readonly sequences: SequenceAt[] = [];
  readonly #keys: readonly string[];
  #end: number;
  readonly #tables = new Map<readonly Literal[], number>();
  readonly #slow = new Map<Body, number>();

  /** `start`: the first byte of memory that tables may take; `keys`: those of the kernel's random streams. */
  constructor(writer: ModuleWriter, start: number, keys: readonly string[]) {
    this.writer = writer;
    this.#keys = keys;
    this.#end = start;
  }

  /** The first byte after what is taken so far. */
  get end(): number {
    return this.#end;
  }

  /** Where the table lies in memory. */
  table(values: readonly Literal[], d: DType): number {
    const known = this.#tables.get(values);
    if (known !== undefined) return known;
    const data = makeArray(d, values.length);
    values.forEach((v, i) => {
      (data as Float64Array)[i] = toElement(fromLiteral(v, d)) as number;
    });
    const at = this.room(values.length * bytesOf(d));
    this.constants.push({ at, bytes: new Uint8Array(data.buffer) });
    this.#tables.set(values, at);
    return at;
  }

  /** Where a number of a random stream lies in memory. */
  seed(number: StreamNumber): number {
    const wanted = this.#inMemory(number);
    const known = this.seeds.find((seed) => isSame(seed, wanted));
    if (known !== undefined) return known.at;
    const at = this.room(8);
    this.seeds.push({ at, ...wanted });
    return at;
  }

  /** Where the start of a Weyl sequence of random stream lies, counted by index node `index`; its step follows. */
  sequence(number: StreamNumber, index: number): number {
    const wanted = this.#inMemory(number);
    const known = this.sequences.find((sequence) => sequence.index === index && isSame(sequence, wanted));
    if (known !== undefined) return known.at;
    const at = this.room(16);
    this.sequences.push({ at, index, ...wanted });
    return at;
  }

  #inMemory({ generator, key, word, which }: StreamNumber): Omit<StreamNumberAt, 'at'> {
    return { generator, key: this.#keys.indexOf(key.join()), word, which };
  }

  /** Where `bytes` of memory begin that nothing else uses. */
  room(bytes: number): number {
    const at = Math.ceil(this.#end / 16) * 16;
    this.#end = at + bytes;
    return at;
  }

  /** The function that computes a slow body for one element. */
  slow(body: Body, args: readonly DType[]): number {
    const known = this.#slow.get(body) ?? this.#function(body, args);
    this.#slow.set(body, known);
    return known;
  }

  /** A function for others to call, from `args` to the value of the last node. */
  export(name: string, body: Body, args: readonly DType[]): void {
    this.#function(body, args, name);
  }

  #function(body: Body, args: readonly DType[], exportAs?: string): number {
    const code = new Code(new Locals(args.map(laneOf)));
    const leaf = (c: Code, node: Node): void => {
      if (node.op === 'seed') c.base().memory('i64.load', this.seed(node));
      else c.get((node as Node & { op: 'arg' }).arg);
    };
    const result = new ScalarBody(code, body, leaf, this).value(body.length - 1);
    return this.writer.add(code.get(result), [laneOf((body.at(-1) as Node).dtype)], exportAs);
  }
}

type Named = Omit<StreamNumberAt, 'at'>;

const isSame = (a: Named, b: Named): boolean =>
  a.generator === b.generator && a.key === b.key && a.word === b.word && a.which === b.which;
