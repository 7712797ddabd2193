/** The work itself, on any platform and in any thread: the tasks of a batch, one after the other. */
import { InternalError } from '../core/errors.js';
import type { BlockRun, Runner } from '../kernel/run.js';
import type { Batch, Plan, Stage } from '../plan/types.js';
import type { BlockStore } from '../store/types.js';
import { BlockCursor } from './cursor.js';
import { type InputReader, inputReader } from './inputs.js';
import { OutputTarget } from './targets.js';

/** The part of a store that work needs. */
export type WorkStore = Pick<BlockStore, 'allocate' | 'get' | 'dense'>;

/** Small blocks are run together up to so many elements: about a millisecond, then others may have their turn. */
const elementsAtOnce = 1 << 18;

/** How far a batch has got: a promise is for what its next task reads. */
export type Progress = 'done' | 'paused' | 'stopped' | Promise<void>;

/** When to leave off. Both are asked between tasks, `stopped` also within them. */
export interface Halt {
  readonly paused: () => boolean;
  readonly stopped: () => boolean;
}

/** The stages of one plan, each made ready when its first batch comes. */
export class PlanWorker {
  readonly #plan: Plan;
  readonly #store: WorkStore;
  readonly #runnerOf: (stage: Stage) => Runner;
  readonly #loops: StageLoop[] = [];

  constructor(plan: Plan, store: WorkStore, runnerOf: (stage: Stage) => Runner) {
    this.#plan = plan;
    this.#store = store;
    this.#runnerOf = runnerOf;
  }

  /** Begins a batch: call `advance` until it is done. A stage has one batch at a time. */
  begin(batch: Batch): StageLoop {
    const loop = this.#loops[batch.stage] ?? this.#open(batch.stage);
    loop.begin(batch);
    return loop;
  }

  #open(id: number): StageLoop {
    const stage = this.#plan.stages[id];
    if (stage === undefined) throw new InternalError('worker', `there is no stage ${id}`);
    const loop = new StageLoop(this.#plan, stage, this.#store, this.#runnerOf(stage));
    this.#loops[id] = loop;
    return loop;
  }
}

/** Runs tasks of one stage. What is the same for all its tasks is made once; what differs is changed in place. */
export class StageLoop {
  readonly #store: WorkStore;
  readonly #runner: Runner;
  readonly #blocks: BlockCursor;
  readonly #targets: readonly OutputTarget[];
  readonly #readers: readonly InputReader[];
  readonly #run: { -readonly [K in keyof BlockRun]: BlockRun[K] } & { inputs: BlockRun['inputs'][number][] };
  /** Most tasks that are run in one go. */
  #mostAtOnce = 1;
  #task = 0;
  #end = 0;
  /** The inputs of the current task have been read. */
  #read = false;

  constructor(plan: Plan, stage: Stage, store: WorkStore, runner: Runner) {
    this.#store = store;
    this.#runner = runner;
    this.#blocks = new BlockCursor(stage.chunks);
    this.#targets = stage.outputs.map((output) => new OutputTarget(output, stage.chunks, this.#blocks));
    this.#readers = stage.reads.map((_, input) => inputReader(plan, stage, input, store));
    const { origin, extent, along } = this.#blocks;
    this.#run = { origin, extent, inputs: this.#readers.map((r) => r.region), outputs: this.#targets, count: 1, along };
  }

  begin(batch: Batch): void {
    const memory = this.#store.allocate(batch);
    this.#task = batch.from;
    this.#end = batch.to;
    this.#read = false;
    this.#blocks.moveTo(batch.from);
    this.#targets.forEach((target, i) => {
      target.begin(memory[i] as (typeof memory)[number], batch.from);
    });
    for (const reader of this.#readers) reader.begin();
    const elements = this.#blocks.extent.reduce((n, length) => n * length, 1);
    this.#mostAtOnce = this.#readers.every((r) => r.whole) ? Math.floor(elementsAtOnce / Math.max(1, elements)) : 1;
  }

  advance({ paused, stopped }: Halt): Progress {
    this.#run.stopped = stopped;
    while (this.#task < this.#end) {
      const pending = this.#read ? undefined : this.#readInputs();
      if (pending !== undefined) return pending;
      this.#read = false;
      const count = this.#rowLength();
      this.#run.count = count;
      if (!this.#runner(this.#run) || stopped()) return 'stopped';
      this.#task += count;
      if (this.#task === this.#end) break;
      this.#blocks.next(count);
      for (const target of this.#targets) target.next(count);
      if (paused()) return 'paused';
    }
    return 'done';
  }

  /** How many tasks, from the current one on, are run as one row of blocks. */
  #rowLength(): number {
    const most = Math.min(this.#mostAtOnce, this.#end - this.#task);
    if (most <= 1) return 1;
    return this.#targets.reduce((n, target) => target.alike(n), this.#blocks.alike(most));
  }

  #readInputs(): Promise<void> | undefined {
    let pending: Promise<void>[] | undefined;
    for (let i = 0; i < this.#readers.length; i++) {
      const reader = this.#readers[i] as InputReader;
      const wait = reader.move(this.#blocks);
      if (wait === undefined) this.#run.inputs[i] = reader.region;
      else pending = [...(pending ?? []), wait.then(() => this.#take(i))];
    }
    if (pending === undefined) return undefined;
    return Promise.all(pending).then(() => {
      this.#read = true;
    });
  }

  #take(input: number): void {
    this.#run.inputs[input] = (this.#readers[input] as InputReader).region;
  }
}
