/** Which modules a worker runs functions of: those that whoever started it has named, and no others. */
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArgumentError, RefusedError } from '../core/errors.js';

/** Throws a RefusedError unless functions of the module at `url` may be called; `name`: the function. */
export type ModuleRule = (url: string, name: string) => void;

/**
 * `allowed`: modules, and folders of modules, which end in '/'; as paths or as file:// URLs. Packages installed under a
 * folder are not meant by it: they may do anything.
 */
export function moduleRule(allowed: readonly string[]): ModuleRule {
  const paths = allowed.map(pathOf);
  return (url, name) => {
    const path = filePath(url);
    if (path !== undefined && paths.some((allows) => covers(allows, path))) return;
    throw new RefusedError(name, `this worker does not run the module ${url}`, {
      hint: 'start workers with --allow-module and that module, or its folder with a / at the end',
    });
  };
}

function pathOf(allowed: string): string {
  if (/^file:/i.test(allowed)) return fileURLToPath(allowed);
  if (allowed === '' || /^[a-z][a-z0-9+.-]+:/i.test(allowed)) {
    throw new ArgumentError('worker', `${JSON.stringify(allowed)} is not a module that can be allowed`, {
      hint: '--allow-module ./tasks/ or file:///srv/tasks/work.js',
    });
  }
  return resolve(allowed) + (/[\\/]$/.test(allowed) ? sep : '');
}

function filePath(url: string): string | undefined {
  try {
    const parsed = new URL(url);
    return parsed.protocol === 'file:' ? fileURLToPath(parsed) : undefined;
  } catch {
    return undefined;
  }
}

function covers(allows: string, path: string): boolean {
  if (!allows.endsWith(sep)) return path === allows;
  return path.startsWith(allows) && !path.slice(allows.length).split(sep).includes('node_modules');
}
