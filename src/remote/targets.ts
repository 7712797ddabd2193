/** Targets: where to compute, by a name that stands in `chunkwise.yaml`, so that a script need not say. */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { ArgumentError, FormatError } from '../core/errors.js';
import { overlaid } from '../exec/overlaid.js';
import { sync } from '../exec/sync.js';
import { threads } from '../exec/threads/index.js';
import type { Executor } from '../exec/types.js';
import { connect } from './client.js';
import { launchCommand } from './launch.js';
import { localCluster } from './localCluster.js';

const text = v.pipe(v.string(), v.nonEmpty());
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const memory = v.union([text, v.pipe(v.number(), v.minValue(1))]);
const atLeastNone = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Secrets stand in files or in the environment, so none of these holds one. */
const target = v.variant('executor', [
  v.strictObject({ executor: v.literal('sync') }),
  v.strictObject({ executor: v.literal('threads'), workers: v.optional(count), memoryLimit: v.optional(memory) }),
  v.strictObject({
    executor: v.literal('processes'),
    processes: v.optional(count),
    threadsPerProcess: v.optional(count),
    memory: v.optional(memory),
    memoryLimit: v.optional(memory),
    redis: v.optional(text),
    store: v.optional(text),
    allowModules: v.optional(v.array(text)),
  }),
  v.strictObject({
    executor: v.literal('remote'),
    url: v.optional(text),
    username: v.optional(text),
    passwordFile: v.optional(text),
    pool: v.optional(text),
    store: v.optional(text),
    memoryLimit: v.optional(memory),
    resume: v.optional(text),
    /** Milliseconds to wait for a worker: batch systems may let them wait for long. */
    workerTimeout: v.optional(count),
    adapt: v.optional(
      v.strictObject({
        minimum: v.optional(atLeastNone),
        maximum: count,
        /** A command that starts one worker, as an array or a line: `sbatch worker.sbatch`. */
        launch: v.union([text, v.pipe(v.array(text), v.minLength(1))]),
      }),
    ),
  }),
]);

const targetsFile = v.strictObject({ default: v.optional(text), targets: v.record(text, target) });

export type Target = v.InferOutput<typeof target>;
export interface Targets {
  /** Where they were read; undefined where there is no file. */
  readonly path: string | undefined;
  readonly default?: string | undefined;
  readonly targets: Readonly<Record<string, Target>>;
}

export interface TargetOptions {
  /** The file. Default: CHUNKWISE_CONFIG, or the nearest chunkwise.yaml from the working directory upward. */
  readonly file?: string;
}

/** There without a file. */
const builtIn: Readonly<Record<string, Target>> = {
  sync: { executor: 'sync' },
  threads: { executor: 'threads' },
  processes: { executor: 'processes' },
};

/**
 * The executor for a target: a name from chunkwise.yaml, 'sync', 'threads', 'processes', or a redis:// URL. Default: the
 * environment's CHUNKWISE_TARGET, then the file's `default`, then threads.
 */
export async function executorFor(name?: string, options: TargetOptions = {}): Promise<Executor> {
  const given = name ?? (process.env.CHUNKWISE_TARGET || undefined);
  if (given !== undefined && /^rediss?:/.test(given)) return connect(given);
  const known = await readTargets(options);
  const chosen = given ?? known.default ?? 'threads';
  const there: Readonly<Record<string, Target>> = { ...builtIn, ...known.targets };
  const found = Object.hasOwn(there, chosen) ? there[chosen] : undefined;
  if (found !== undefined) return openTarget(found);
  const names = Object.keys(there).join(', ');
  throw new ArgumentError('executorFor', `there is no target ${JSON.stringify(chosen)}; there are ${names}`, {
    hint: known.path === undefined ? 'write a chunkwise.yaml, or give a redis:// URL' : `add it to ${known.path}`,
  });
}

/** The targets of the file, checked; none where there is no file. */
export async function readTargets({ file }: TargetOptions = {}): Promise<Targets> {
  const named = file ?? (process.env.CHUNKWISE_CONFIG || undefined);
  const found = named === undefined ? await nearest() : { path: resolve(named), content: await read(named) };
  if (found === undefined) return { path: undefined, targets: {} };
  const { path, content } = found;
  if (content === undefined) throw new ArgumentError('executorFor', `there is no file ${path}`);
  const checked = v.safeParse(targetsFile, parsed(path, content));
  if (!checked.success)
    throw new FormatError('executorFor', `${path} is no list of targets: ${problem(checked.issues)}`);
  const { default: chosen, targets } = checked.output;
  if (chosen !== undefined && !Object.hasOwn(targets, chosen) && !Object.hasOwn(builtIn, chosen)) {
    throw new FormatError('executorFor', `${path} has the default '${chosen}', but no such target`);
  }
  return { path, default: chosen, targets };
}

async function nearest(): Promise<{ path: string; content: string } | undefined> {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const path = join(folder, 'chunkwise.yaml');
    const content = await read(path);
    if (content !== undefined) return { path, content };
    if (dirname(folder) === folder) return undefined;
  }
}

const read = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

function parsed(path: string, content: string): unknown {
  try {
    return parse(content);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError('executorFor', `${path} is no YAML: ${text}`, { cause });
  }
}

type Issue = { readonly message: string; readonly path?: readonly { readonly key: unknown }[] | undefined };

const problem = (issues: readonly Issue[]): string =>
  issues.map(({ message, path = [] }) => `${path.map(({ key }) => String(key)).join('.')}: ${message}`).join('; ');

/** An option that is not given is left out. */
const given = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;

/** The executor that a target describes. */
export async function openTarget(chosen: Target): Promise<Executor> {
  switch (chosen.executor) {
    case 'sync':
      return sync();
    case 'threads':
      return threads(given({ workers: chosen.workers, memoryLimit: chosen.memoryLimit }));
    case 'processes': {
      const { executor: _, ...options } = chosen;
      return closingWith(await localCluster(given(options)));
    }
    case 'remote': {
      const { executor: _, adapt: scaling, ...options } = chosen;
      const client = await connect(given({ ...options, key: process.env.CHUNKWISE_KEY || undefined }));
      if (scaling !== undefined) {
        const { launch, maximum, minimum } = scaling;
        client.adapt({ ...given({ minimum }), maximum, launch: launchCommand(launch) });
      }
      return client;
    }
  }
}

/** The executor, whose `close` ends all that was started for it. */
const closingWith = ({ executor, close }: { executor: Executor; close: () => Promise<void> }): Executor =>
  overlaid(executor, { close, [Symbol.asyncDispose]: close });
