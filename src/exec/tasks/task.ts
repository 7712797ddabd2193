/** `task(url, name)`: a function by the module that exports it. */
import { ArgumentError } from '../../core/errors.js';
import type { Task } from './types.js';
import { isTask } from './types.js';

const example = "da.task(new URL('./mod.js', import.meta.url), 'name')";

/** Node says here whether it runs TypeScript as it is. */
interface Runtime {
  readonly process?: { readonly versions?: { readonly node?: string }; readonly features?: { typescript?: unknown } };
}

/**
 * The function that the module at `module` exports as `name`, to be run by workers: nothing of it is read here. Give what
 * it takes and returns as types: `da.task<[number], string>(new URL('./mod.js', import.meta.url), 'name')`.
 */
export function task<Args extends readonly unknown[] = readonly unknown[], R = unknown>(
  module: URL | string,
  name: string,
): Task<Args, R> {
  const url = String(module);
  if (!URL.canParse(url)) {
    throw new ArgumentError('task', `${JSON.stringify(url)} is not the URL of a module`, { hint: example });
  }
  if (typeof name !== 'string' || name === '') {
    throw new ArgumentError('task', 'the second argument is the name of an export', { hint: example });
  }
  const { pathname } = new URL(url);
  if (/\.[cm]?tsx?$/.test(pathname) && !runsTypeScript()) {
    throw new ArgumentError('task', `workers of this Node.js load JavaScript only, not ${pathname}`, {
      hint: `build it first, and name what was built: ${example}`,
    });
  }
  return Object.freeze({ kind: 'task', module: url, name });
}

/** Elsewhere than in Node a server or bundler may stand between. */
function runsTypeScript(): boolean {
  const { process } = globalThis as Runtime;
  return process?.versions?.node === undefined || Boolean(process.features?.typescript);
}

/** Refuses what is no task; a function by name, since it cannot be sent. */
export function checkTask(operation: string, given: unknown): asserts given is Task {
  if (isTask(given)) return;
  if (typeof given !== 'function')
    throw new ArgumentError(operation, 'the first argument is no task', { hint: example });
  const name = given.name === '' ? 'a function without a name' : `the function '${given.name}'`;
  throw new ArgumentError(operation, `${name} cannot be sent to a worker: what it captures stays here`, {
    hint: `export it from a module of its own, and give ${example.replace("'name'", `'${given.name || 'name'}'`)}`,
  });
}

/** Refuses arguments that are functions: they cannot be sent either. */
export function checkArgs(name: string, args: readonly unknown[]): void {
  const at = args.findIndex((arg) => typeof arg === 'function');
  if (at < 0) return;
  throw new ArgumentError(name, `argument ${at} is a function, which cannot be sent to a worker`, {
    hint: 'let the task import it, or give what it is to work on as data',
  });
}
