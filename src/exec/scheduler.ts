/**
 * What runs next: a state machine without I/O or clock, so that it can be tested by tables of events and simulated.
 *
 * Batches are discovered depth first from the results, only as far as there is room to run them, and a batch whose inputs
 * are complete goes before any new producer. So at any time a plan of a million tasks holds a few records a worker, and
 * blocks are consumed soon after they are made.
 */
import { InternalError } from '../core/errors.js';
import type { BatchGraph } from '../plan/graph.js';
import type { Batch } from '../plan/types.js';

export interface SchedulerOptions {
  /** Most bytes that blocks, made or being made, may hold. Default: no limit. */
  readonly memoryLimit?: number;
  /** How often a batch is tried in all. Default 3. */
  readonly tries?: number;
}

type State = 'found' | 'waiting' | 'ready' | 'running' | 'done';

interface Entry {
  readonly batch: Batch;
  /** What its blocks hold from when it starts until it is released. */
  readonly bytes: number;
  state: State;
  /** Inputs not done yet. */
  missing: number;
  /** Batches to tell when this one is done. */
  waiters: Entry[];
  /** Batches that still have to read it. */
  readers: number;
  inputs: readonly Entry[];
  tries: number;
  /** It was done before and its blocks were lost: what it reads has been read, and perhaps released, already. */
  again: boolean;
}

/** Shared by all that wait for nothing or are awaited by none, which is most; never written to. */
const none: Entry[] = [];

export class Scheduler {
  readonly #graph: BatchGraph;
  readonly #limit: number;
  readonly #tries: number;
  readonly #roots: Iterator<Batch>;
  readonly #entries: Map<number, Entry>[] = [];
  /** Found but not looked into yet; the last is next. */
  readonly #frontier: Entry[] = [];
  #ready: Entry[] = [];
  #readyHead = 0;
  #rootsLeft = true;
  #open = 0;
  #known = 0;
  #running = 0;
  #bytes = 0;
  #peakEntries = 0;

  constructor(graph: BatchGraph, options: SchedulerOptions = {}) {
    this.#graph = graph;
    this.#limit = options.memoryLimit ?? Number.POSITIVE_INFINITY;
    this.#tries = options.tries ?? 3;
    this.#roots = graph.roots[Symbol.iterator]();
  }

  /** Everything wanted is done. */
  get finished(): boolean {
    return !this.#rootsLeft && this.#open === 0;
  }
  get running(): number {
    return this.#running;
  }
  /** Bytes of blocks made or being made and not released. */
  get bytes(): number {
    return this.#bytes;
  }
  /** The most batches, of all stages, that were known at a time: what bounds the scheduler's own memory. */
  get peakEntries(): number {
    return this.#peakEntries;
  }

  /**
   * A batch to start now. Undefined: wait for one that runs; or, when none runs and the plan is not `finished`, what is
   * left does not fit the memory limit (or waits for the caller to release results).
   */
  next(): Batch | undefined {
    while (this.#readyHead === this.#ready.length) {
      const found = this.#frontier.pop() ?? this.#nextRoot();
      if (found === undefined) return undefined;
      if (found.state === 'found') this.#expand(found);
    }
    const entry = this.#takeReady();
    if (entry === undefined) return undefined;
    this.#bytes += entry.bytes;
    this.#running++;
    entry.state = 'running';
    return entry.batch;
  }

  /** `batch` is done. Gives the batches whose last reader that was: their blocks can go. */
  done(batch: Batch): readonly Batch[] {
    const entry = this.#entryOf(batch);
    if (entry.state !== 'running') throw new InternalError('scheduler', `a ${entry.state} batch is reported done`);
    this.#running--;
    this.#open--;
    entry.state = 'done';
    for (const waiter of entry.waiters) if (--waiter.missing === 0) this.#makeReady(waiter);
    entry.waiters = none;
    const released: Batch[] = [];
    for (const input of entry.inputs) if (--input.readers === 0) this.#release(input, released);
    entry.inputs = none;
    if (entry.readers === 0) this.#release(entry, released);
    return released;
  }

  /** `batch` failed in a way that trying again may mend. False: it has been tried often enough. */
  retry(batch: Batch): boolean {
    const entry = this.#entryOf(batch);
    this.#running--;
    this.#bytes -= entry.bytes;
    if (++entry.tries >= this.#tries) return false;
    this.#makeReady(entry);
    return true;
  }

  /** Running `reader` found that blocks of `lost` are gone: `lost` is made again, then `reader` is run again. */
  lost(reader: Batch, lost: readonly Batch[]): void {
    const entry = this.#entryOf(reader);
    this.#running--;
    this.#bytes -= entry.bytes;
    entry.state = 'waiting';
    for (const batch of lost) {
      const input = this.#entryOf(batch);
      if (input.state === 'done') {
        this.#bytes -= input.bytes;
        this.#open++;
        input.state = 'found';
        input.again = true;
        this.#frontier.push(input);
      }
      this.#await(input, entry);
    }
  }

  /** The caller has taken the blocks of a root. */
  release(batch: Batch): readonly Batch[] {
    const released: Batch[] = [];
    const entry = this.#entryOf(batch);
    if (--entry.readers === 0) this.#release(entry, released);
    return released;
  }

  #nextRoot(): Entry | undefined {
    while (this.#rootsLeft) {
      const { done, value } = this.#roots.next();
      if (done) this.#rootsLeft = false;
      else if (this.#lookup(value) === undefined) return this.#find(value);
    }
    return undefined;
  }

  #expand(entry: Entry): void {
    entry.state = 'waiting';
    const needed = this.#graph.inputsOf(entry.batch);
    const inputs = needed.length === 0 ? none : needed.map((batch) => this.#inputOf(entry, batch));
    entry.inputs = inputs;
    for (let i = inputs.length - 1; i >= 0; i--) {
      const input = inputs[i] as Entry;
      if (input.state === 'done') continue;
      this.#await(input, entry);
      if (input.state === 'found') this.#frontier.push(input);
    }
    if (entry.missing === 0) this.#makeReady(entry);
  }

  #await(input: Entry, reader: Entry): void {
    reader.missing++;
    if (input.waiters === none) input.waiters = [reader];
    else input.waiters.push(reader);
  }

  #inputOf(reader: Entry, batch: Batch): Entry {
    const known = this.#lookup(batch);
    if (!reader.again) return known ?? this.#find(batch);
    const input = known ?? this.#find(batch, 0);
    input.again ||= known === undefined;
    input.readers++;
    return input;
  }

  #find(batch: Batch, readers = this.#graph.readersOf(batch) + (this.#graph.isRoot(batch) ? 1 : 0)): Entry {
    const entry: Entry = {
      batch,
      bytes: this.#graph.bytesOf(batch),
      state: 'found',
      missing: 0,
      waiters: none,
      readers,
      inputs: none,
      tries: 0,
      again: false,
    };
    let stage = this.#entries[batch.stage];
    if (stage === undefined) {
      stage = new Map();
      this.#entries[batch.stage] = stage;
    }
    stage.set(batch.from, entry);
    this.#open++;
    this.#known++;
    if (this.#known > this.#peakEntries) this.#peakEntries = this.#known;
    return entry;
  }

  #lookup(batch: Batch): Entry | undefined {
    return this.#entries[batch.stage]?.get(batch.from);
  }

  #entryOf(batch: Batch): Entry {
    const entry = this.#lookup(batch);
    if (entry === undefined) throw new InternalError('scheduler', `batch ${batch.stage}:${batch.from} is not known`);
    return entry;
  }

  #makeReady(entry: Entry): void {
    entry.state = 'ready';
    this.#ready.push(entry);
  }

  /** The first ready batch that fits the memory limit. */
  #takeReady(): Entry | undefined {
    const room = this.#limit - this.#bytes;
    let at = this.#readyHead;
    while (at < this.#ready.length && (this.#ready[at] as Entry).bytes > room) at++;
    const entry = this.#ready[at];
    if (entry === undefined) return undefined;
    this.#ready.copyWithin(this.#readyHead + 1, this.#readyHead, at);
    this.#readyHead++;
    if (this.#readyHead > 1024 && this.#readyHead * 2 > this.#ready.length) {
      this.#ready = this.#ready.slice(this.#readyHead);
      this.#readyHead = 0;
    }
    return entry;
  }

  #release(entry: Entry, released: Batch[]): void {
    this.#bytes -= entry.bytes;
    this.#known--;
    this.#entries[entry.batch.stage]?.delete(entry.batch.from);
    released.push(entry.batch);
  }
}
