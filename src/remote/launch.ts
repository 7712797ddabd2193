/** Starting workers: by a command, such as `sbatch worker.sbatch`. */
import { spawn } from 'node:child_process';
import { ArgumentError, ConnectionError } from '../core/errors.js';

/** Starts so many workers, each as a process, a batch job or a container of its own. */
export type Launch = (workers: number) => Promise<void> | void;

/**
 * Runs `command` once for each worker. Its words are given to the program as they are: no shell reads them. A line is cut
 * at blanks; what holds blanks stands in quotes, or the command is an array.
 */
export function launchCommand(command: string | readonly string[]): Launch {
  const [program, ...args] = typeof command === 'string' ? wordsOf(command) : command;
  if (program === undefined) throw new ArgumentError('launch', 'the command is empty');
  return async (workers) => {
    for (let i = 0; i < workers; i++) await started(program, args);
  };
}

const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain ?? '');

/** How long a command may run before it counts as the worker itself, in milliseconds. */
const patience = 2000;

/**
 * Resolves when the command ends well, as those that hand a job to a scheduler do, or when it goes on running, as a worker
 * does. A worker started so outlives nobody: it ends when it is idle, as its flags say.
 */
function started(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2000);
  });
  return new Promise((resolve, reject) => {
    const goesOn = setTimeout(() => {
      child.unref();
      (child.stderr as unknown as { unref?: () => void }).unref?.();
      resolve();
    }, patience);
    child.once('error', (cause) => {
      clearTimeout(goesOn);
      reject(new ConnectionError('launch', `${program} cannot be started: ${cause.message}`, { cause }));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(goesOn);
      if (code === 0) resolve();
      else reject(new ConnectionError('launch', `${program} ended with ${signal ?? code}: ${said.trim()}`));
    });
  });
}
