/** What every executor must do, whoever runs the tasks. Call it from the test of an executor. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planFor } from '#src/compute.js';
import { type Cuts, whole } from '#src/core/chunks.js';
import type { TypedArray } from '#src/core/dtype.js';
import { AbortError, ExecutorClosedError, FormatError, TaskError } from '#src/core/errors.js';
import { type DriveOptions, drive } from '#src/exec/drive.js';
import type { Executor } from '#src/exec/types.js';
import { cumulative, dot } from '#src/expr/build.js';
import type { Expr, SourceExpr } from '#src/expr/types.js';
import { scans } from '#src/ops/scans.js';
import type { ArrayRef, Stage } from '#src/plan/types.js';
import { MemoryStore } from '#src/store/memory.js';
import { evaluate } from '../oracle/evaluate.js';
import { chunked, concat, generated, map, rechunk, reduce, reshape, source, uniform, view } from '../oracle/graph.js';

export interface RunOptions extends Partial<DriveOptions> {
  /** Keeps no stage whole but the results, so that blocks travel batch by batch. */
  readonly packed?: boolean;
  readonly shared?: boolean;
}

/** The elements of `roots`, run by `executor`. */
export async function run(executor: Executor, roots: readonly Expr[], options: RunOptions = {}): Promise<TypedArray[]> {
  const plan = planFor(roots, { executor });
  const wanted = plan.results as readonly (ArrayRef & { kind: 'stage' })[];
  const store = new MemoryStore(plan, {
    dense: wanted,
    ...(options.packed ? { wholeBelow: 0 } : {}),
    ...(options.shared === undefined ? {} : { shared: options.shared }),
  });
  const stages = [...new Set(wanted.map((ref) => ref.stage))].map((id) => plan.stages[id] as Stage);
  const opened = await executor.open(plan, store);
  try {
    await drive(plan, stages, opened, store, { slots: executor.slots, ...options });
    return wanted.map((ref) => store.dense(ref.stage, ref.output)?.data[0] as TypedArray);
  } finally {
    await opened.end();
  }
}

/** 0, 1/4, 2/4 ...: sums of them do not depend on their order. */
export const quarters = (shape: readonly number[], size: number | readonly number[]): Expr =>
  generated(
    shape,
    chunked(shape, size),
    (b, i) => b.prim('multiply', b.cast(i, 'float64'), b.const(0.25, 'float64')),
    'arange',
  );

const plus = (x: Expr, y: Expr): Expr => map('add', [x, y], (b, p = 0, q = 0) => b.prim('add', p, q));

const transposed = (x: Expr, size: number): Expr =>
  view(
    x,
    [...x.shape].reverse(),
    x.shape.map((_, axis) => ({ axis: x.shape.length - 1 - axis, start: 0, step: 1 })),
    chunked([...x.shape].reverse(), size),
  );

/** Sums of rows, one row of `size` elements a task: so many that no test waits for the last. */
export const endless = (size: number): Expr => {
  const shape = [2 ** 20, size];
  return reduce(uniform(shape, chunked(shape, [1, size])), [1], 2);
};

/** The product of two matrices, cut as the rows of one and the columns of the other are. */
export const times = (x: Expr, y: Expr): Expr => {
  const [[rows], [, columns]] = [x.chunks, y.chunks] as unknown as [[Cuts], [Cuts, Cuts]];
  const domainChunks = [rows, columns, whole(x.shape[1] as number)];
  return dot({
    label: 'matmul',
    inputs: [x, y],
    axes: [
      [0, 2],
      [2, 1],
    ],
    domainChunks,
  });
};

/** Values that one stage makes and others read. */
const stored = (x: Expr): Expr => rechunk(x, chunked(x.shape, 5));

const graphs: readonly (readonly [name: string, make: () => readonly Expr[]])[] = [
  ['a map of no inputs', () => [quarters([1000], 64)]],
  ['random numbers', () => [uniform([40, 30], chunked([40, 30], 11))]],
  ['a map of an array in memory', () => [plus(source([20, 30], chunked([20, 30], 7)), quarters([20, 30], 9))]],
  ['rows and columns of one array', () => [plus(quarters([24, 24], 5), transposed(stored(quarters([24, 24], 7)), 5))]],
  ['a sum of everything', () => [reduce(quarters([60, 40], 7), [0, 1], 2)]],
  ['a sum along an axis, kept', () => [reduce(quarters([60, 40], [7, 9]), [1], 3, 'sum', true)]],
  [
    'sums up to each element',
    () => {
      const x = quarters([13, 17], [3, 5]);
      return [quarters([200], 7), stored(x), x].map((e, axis) =>
        cumulative(scans.cumulativeSum, e, { axis: axis % 2 }),
      );
    },
  ],
  [
    'products of matrices',
    () => {
      const thirds = (shape: readonly number[], size: number | readonly number[]): Expr =>
        map('divide', [quarters(shape, size)], (b, p = 0) => b.prim('divide', p, b.const(3, 'float64')));
      const x = stored(thirds([13, 300], [4, 70]));
      return [times(x, thirds([300, 9], [100, 5])), times(transposed(x, 50), plus(x, x)), times(x, transposed(x, 6))];
    },
  ],
  ['blocks cut anew', () => [rechunk(stored(quarters([37, 23], [10, 4])), chunked([37, 23], [4, 10]))]],
  ['another shape', () => [plus(reshape(stored(quarters([12, 35], 5)), [7, 60]), quarters([7, 60], 13))]],
  [
    'arrays one after the other',
    () => [
      plus(concat([stored(quarters([9, 14], 4)), source([5, 14], chunked([5, 14], 3))], 0), quarters([14, 14], 6)),
    ],
  ],
  [
    'a slice backwards',
    () => [view(stored(quarters([50], 8)), [17], [{ axis: 0, start: 48, step: -2 }], chunked([17], 4))],
  ],
  ['no elements', () => [plus(quarters([0, 3], 2), quarters([0, 3], 2))]],
  ['a sum of no elements', () => [reduce(quarters([0], 2), [0], 2)]],
  ['no axes', () => [quarters([], 1)]],
  [
    'two results over one array',
    () => {
      const x = quarters([30, 30], 8);
      return [plus(x, x), reduce(x, [0], 2)];
    },
  ],
  ['ten thousand small blocks', () => [reduce(quarters([10_000], 1), [0], 64)]],
];

const file = (url: string): SourceExpr => {
  const like = source([64], chunked([64], 16));
  return { ...like, source: { kind: 'file', url, offset: 0, order: 'C', littleEndian: true } };
};

const expectValues = (result: TypedArray | undefined, root: Expr): void =>
  expect([...(result as TypedArray)]).toEqual([...evaluate(root).data]);

export function executorConformance(name: string, make: () => Promise<Executor>): void {
  const using = async (work: (executor: Executor) => Promise<void>): Promise<void> => {
    const executor = await make();
    await work(executor).finally(() => executor.close());
  };

  describe(`${name}: what it computes`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await make();
    });
    afterAll(() => executor.close());

    for (const packed of [false, true]) {
      test.each(graphs)(`%s${packed ? ', block by block' : ''}`, async (_, graph) => {
        const roots = graph();
        const results = await run(executor, roots, { packed });
        expect(results).toHaveLength(roots.length);
        for (const [i, root] of roots.entries()) expectValues(results[i], root);
      });
    }

    test('two computations at a time', async () => {
      const roots = [quarters([90, 90], 10), reduce(quarters([90, 90], 10), [0], 2)];
      const results = await Promise.all(roots.map((root) => run(executor, [root], { packed: true })));
      for (const [i, root] of roots.entries()) expectValues(results[i]?.[0], root);
    });

    test('an array in memory that is a strided view', async () => {
      const data = Float64Array.from({ length: 40 }, (_, i) => i);
      const like = source([4, 5], chunked([4, 5], 2));
      const x: Expr = { ...like, source: { kind: 'memory', data, strides: [-9, 2], offset: 30 } };
      const [sum] = await run(executor, [plus(x, x)]);
      const at = (i: number, j: number) => 2 * (30 - 9 * i + 2 * j);
      expect([...(sum as TypedArray)]).toEqual(Array.from({ length: 20 }, (_, n) => at(Math.floor(n / 5), n % 5)));
    });
  });

  describe(`${name}: when it goes wrong`, () => {
    test('a signal stops it, and it can be used again', () =>
      using(async (executor) => {
        const reason = new Error('enough');
        const stop = new AbortController();
        const late = setTimeout(() => stop.abort(reason), 60);
        const work = run(executor, [endless(2 ** 12)], { signal: stop.signal });
        const error = await work.then(
          () => undefined,
          (e: unknown) => e,
        );
        clearTimeout(late);
        expect(error).toBeInstanceOf(AbortError);
        expect((error as AbortError).cause).toBe(reason);
        expect([...((await run(executor, [quarters([3], 2)]))[0] as TypedArray)]).toEqual([0, 0.25, 0.5]);
      }));

    test('a signal of a batch stops the run', () =>
      using(async (executor) => {
        const plan = planFor([endless(2 ** 12)], { executor });
        const opened = await executor.open(plan, new MemoryStore(plan));
        const stop = new AbortController();
        const batch = { stage: 0, from: 0, to: (plan.stages[0] as Stage).grain };
        const works = [
          opened.submit(batch, stop.signal),
          opened.submit({ ...batch, from: batch.to, to: 2 * batch.to }, stop.signal),
        ];
        stop.abort();
        const ends = await Promise.allSettled(works);
        expect(ends.every((end) => end.status === 'fulfilled' || end.reason instanceof AbortError)).toBe(true);
        await expect(opened.submit(batch, stop.signal)).rejects.toThrow(AbortError);
        await opened.end();
      }));

    test('an error in a task comes back as the cause of a TaskError', () =>
      using(async (executor) => {
        const x = file('file:///there/is/no/such/file');
        const error = await run(executor, [plus(x, x)]).then(
          () => undefined,
          (e: unknown) => e,
        );
        expect(error).toBeInstanceOf(TaskError);
        expect(String((error as TaskError).cause)).toContain('ENOENT');
      }));

    test('a typed error comes back typed, with its operation', () =>
      using(async (executor) => {
        const x = file(import.meta.url);
        const short = { ...x, shape: [2 ** 20], chunks: chunked([2 ** 20], 2 ** 19) };
        const error = await run(executor, [plus(short, short)]).then(
          () => undefined,
          (e: unknown) => e,
        );
        expect(error).toBeInstanceOf(FormatError);
        expect(error).toMatchObject({ name: 'FormatError', operation: 'read' });
        expect((error as FormatError).message).toMatch(/^read: .*ends at byte/);
      }));

    test('closed, it takes no plan', async () => {
      const executor = await make();
      await executor.close();
      await executor.close();
      const plan = planFor([quarters([3], 2)], { executor });
      await expect(executor.open(plan, new MemoryStore(plan))).rejects.toThrow(ExecutorClosedError);
    });

    test('closed during a computation, it rejects that', async () => {
      const executor = await make();
      const work = run(executor, [endless(2 ** 12)]).then(
        () => undefined,
        (e: unknown) => e,
      );
      await new Promise((resolve) => setTimeout(resolve, 60));
      await executor.close();
      expect(await work).toBeInstanceOf(ExecutorClosedError);
    });

    test('a run that has ended takes no batch', () =>
      using(async (executor) => {
        const plan = planFor([quarters([3], 2)], { executor });
        const opened = await executor.open(plan, new MemoryStore(plan));
        await opened.end();
        await expect(opened.submit({ stage: 0, from: 0, to: 1 })).rejects.toThrow();
      }));
  });

  test(`${name}: reports who ran a batch, and when`, () =>
    using(async (executor) => {
      const plan = planFor([quarters([1000], 100)], { executor });
      const opened = await executor.open(plan, new MemoryStore(plan));
      const before = performance.timeOrigin + performance.now();
      const report = await opened.submit({ stage: 0, from: 0, to: 1 });
      await opened.end();
      expect(report.worker).toBeGreaterThanOrEqual(0);
      expect(report.worker).toBeLessThan(executor.workers);
      expect(report.start).toBeGreaterThanOrEqual(before - 5);
      expect(report.end).toBeGreaterThanOrEqual(report.start);
    }));
}
