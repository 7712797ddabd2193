/** One system as a process that answers "run this workload at this size once": see node/serve.mjs for its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export class Child {
  #process;
  #lines;
  #log = '';
  #deadline;

  /** A process that is silent for `deadline` seconds is ended. */
  constructor({ command, args, env }, deadline) {
    this.#deadline = deadline;
    this.#process = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.on('error', (error) => {
      this.#log = error.message;
    });
    this.#process.stdin.on('error', () => {});
    this.#process.stderr.on('data', (text) => {
      this.#log = `${this.#log}${text}`.slice(-2000);
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async #next() {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#process.kill('SIGKILL');
    }, this.#deadline * 1000);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (!done) return value;
    if (late) throw new Error(`no answer in ${this.#deadline} s`);
    throw new Error(`the process ended: ${this.#log.trim().split('\n').at(-1) || 'without a word'}`);
  }

  /** Its name and version, once it is ready. */
  async ready() {
    const line = await this.#next();
    if (!line.startsWith('ready ')) throw new Error(`did not start: ${line}`);
    return line.slice('ready '.length);
  }

  /** { seconds, answer, note }, or { unavailable }; throws what went wrong. */
  async run(workload, size, parameter = 0) {
    this.#process.stdin.write(`${workload} ${size} ${parameter}\n`);
    const line = await this.#next();
    const [kind, ...rest] = line.split(' ');
    if (kind === 'unavailable') return { unavailable: rest.join(' ') };
    if (kind !== 'ok') throw new Error(rest.join(' ') || line);
    const [seconds, answer, ...note] = rest;
    return { seconds: Number(seconds), answer: Number(answer), note: note.join(' ').trim() };
  }

  async close() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null || this.#process.pid === undefined) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 2000);
    await ended;
    clearTimeout(late);
  }
}
