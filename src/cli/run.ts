/** `chunkwise run`: a script whose computations go where the command line says. */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { described, isTyped } from '../compute/record.js';
import { ArgumentError } from '../core/errors.js';
import { overlaid } from '../exec/overlaid.js';
import type { useExecutor } from '../exec/preferred.js';
import type { Executor } from '../exec/types.js';
import { failureLines } from '../observe/progress.js';
import type { executorFor, openTarget } from '../remote/targets.js';

interface RunFlags {
  readonly target?: string;
  readonly executor?: string;
  readonly workers?: number;
}

const workers = (text: string): number => {
  const n = Number(text);
  if (Number.isInteger(n) && n > 0) return n;
  throw new InvalidArgumentError('a whole number from 1 on');
};

export function addRun(program: Command): void {
  program
    .enablePositionalOptions()
    .command('run')
    .description('run a script; computations in it that name no executor use the one chosen here')
    .argument('<script>', 'a JavaScript module')
    .argument('[args...]', 'what the script finds in process.argv')
    .option('--target <name>', 'a target of chunkwise.yaml, or a redis:// URL (default: CHUNKWISE_TARGET)')
    .option('--executor <kind>', 'sync, threads, processes, or a redis:// URL')
    .option('--workers <n>', 'threads or processes (default: one a core)', workers)
    .passThroughOptions()
    .action(run);
}

/** The parts of the package as the script finds it: state of another copy would not be its own. */
interface Library {
  readonly useExecutor: typeof useExecutor;
  readonly executorFor: typeof executorFor;
  readonly openTarget: typeof openTarget;
}

async function libraryOf(script: URL): Promise<Library> {
  const require = createRequire(script);
  const load = async (name: string, own: string): Promise<unknown> => {
    try {
      return await import(pathToFileURL(require.resolve(name)).href);
    } catch {
      return import(new URL(own, import.meta.url).href);
    }
  };
  const main = (await load('chunkwise', '../index.js')) as Pick<Library, 'useExecutor'>;
  const remote = (await load('chunkwise/remote', '../remote/index.js')) as Omit<Library, 'useExecutor'>;
  return { useExecutor: main.useExecutor, executorFor: remote.executorFor, openTarget: remote.openTarget };
}

async function run(script: string, args: readonly string[], flags: RunFlags): Promise<void> {
  const url = pathToFileURL(resolve(script));
  const library = await libraryOf(url);
  const executor = await chosen(library, flags);
  const close = once(() => executor.close());
  process.once('SIGINT', () => void close());
  try {
    const work = counted(executor);
    library.useExecutor(work.executor);
    process.argv.splice(1, process.argv.length, resolve(script), ...args);
    await import(url.href);
    await (executor.kind === 'remote' ? work.done() : emptied());
  } catch (error) {
    console.error(isTyped(error) ? failureLines(described(error)) : error);
    process.exitCode = 1;
  } finally {
    await close();
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

async function chosen(
  { executorFor, openTarget }: Library,
  { target, executor, workers: n }: RunFlags,
): Promise<Executor> {
  if (target !== undefined && executor !== undefined) {
    throw new ArgumentError('run', '--target and --executor both say where to compute', { hint: 'leave one out' });
  }
  const kind = executor ?? (n === undefined || target !== undefined ? undefined : 'threads');
  if (kind === 'threads') return openTarget({ executor: kind, workers: n });
  if (kind === 'processes') return openTarget({ executor: kind, processes: n });
  if (n !== undefined) {
    throw new ArgumentError('run', '--workers is for threads and processes', {
      hint: 'other workers are counted where they are started',
    });
  }
  return executorFor(kind ?? target);
}

/** Milliseconds without a computation after which a script that has been read counts as done. */
const quiet = 500;

/** The executor, and when computations on it have ended: connections would keep the process for ever. */
function counted(executor: Executor): { executor: Executor; done(): Promise<void> } {
  let running = 0;
  let last = performance.now();
  const end = (): void => {
    running--;
    last = performance.now();
  };
  const open: Executor['open'] = async (plan, store) => {
    running++;
    try {
      const run = await executor.open(plan, store);
      return {
        submit: (batch, signal) => run.submit(batch, signal),
        release: (batch) => run.release?.(batch),
        end: () => run.end().finally(end),
      };
    } catch (error) {
      end();
      throw error;
    }
  };
  const done = async (): Promise<void> => {
    while (running > 0 || performance.now() - last < quiet) await setTimeout(quiet / 5);
  };
  return { executor: overlaid(executor, { open }), done };
}

/** When nothing keeps the process any more. */
const emptied = (): Promise<void> => new Promise((resolve) => process.once('beforeExit', () => resolve()));
