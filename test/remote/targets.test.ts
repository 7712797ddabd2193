import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ArgumentError, ConnectionError, FormatError } from '#src/core/errors.js';
import { Scaler } from '#src/remote/adapt.js';
import { launchCommand } from '#src/remote/launch.js';
import { executorFor, readTargets } from '#src/remote/targets.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunkwise-targets-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
const fileOf = async (text: string): Promise<string> => {
  const path = join(folder, `${files++}.yaml`);
  await writeFile(path, text);
  return path;
};

describe('targets', () => {
  it('are chosen by name, then by the environment, then by the file', async () => {
    const file = await fileOf(
      'default: big\ntargets:\n  big: { executor: threads, workers: 3, memoryLimit: 1 GiB }\n  one: { executor: sync }\n',
    );
    const kinds = async (name?: string) => {
      await using executor = await executorFor(name, { file });
      return `${executor.kind} ${executor.workers}`;
    };
    expect(await kinds()).toBe('threads 3');
    expect(await kinds('one')).toBe('sync 1');
    vi.stubEnv('CHUNKWISE_TARGET', 'one');
    expect(await kinds()).toBe('sync 1');
    expect(await kinds('big')).toBe('threads 3');
    vi.unstubAllEnvs();
  });

  it('are found without a file where they need none', async () => {
    const file = await fileOf('targets: {}');
    await using executor = await executorFor(undefined, { file });
    expect(executor.kind).toBe('threads');
    await expect(executorFor('lab', { file })).rejects.toThrow(/no target "lab"; there are sync, threads, processes/);
    await expect(executorFor('toString', { file })).rejects.toThrow(ArgumentError);
    await expect(executorFor('redis://127.0.0.1:1')).rejects.toThrow(ConnectionError);
  });

  it.each([
    ['targets: [', /no YAML/],
    ['targets: { a: { executor: gpu } }', /targets\.a/],
    ['targets: { a: { executor: threads, wokers: 3 } }', /wokers/],
    ['targets: { a: { executor: threads, workers: 0 } }', /targets\.a\.workers/],
    ['targets: { a: { executor: remote, password: x } }', /password/],
    ['default: b\ntargets: { a: { executor: sync } }', /default 'b'/],
  ])('are refused where %j', async (text, problem) => {
    const error = await readTargets({ file: await fileOf(text) }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toMatch(problem);
  });

  it('must be there when a file is named', async () => {
    await expect(readTargets({ file: join(folder, 'none.yaml') })).rejects.toThrow(ArgumentError);
  });
});

describe('a command that starts workers', () => {
  it('is run once for each, without a shell', async () => {
    const out = join(folder, 'out');
    const script = "require('fs').appendFileSync(process.argv[1], process.argv[2] + '\\n')";
    await launchCommand([process.execPath, '-e', script, out, 'a b; $HOME'])(2);
    expect(await readFile(out, 'utf8')).toBe('a b; $HOME\na b; $HOME\n');
    await launchCommand(`"${process.execPath}" -e "${script}" ${out} 'two words'`)(1);
    expect(await readFile(out, 'utf8')).toContain('\ntwo words\n');
  });

  it('that fails says so', async () => {
    await expect(
      launchCommand([process.execPath, '-e', 'console.error("no account"); process.exit(3)'])(1),
    ).rejects.toThrow(/ended with 3: no account/);
    await expect(launchCommand('no-such-program')(1)).rejects.toThrow(ConnectionError);
    expect(() => launchCommand('  ')).toThrow(ArgumentError);
  });
});

describe('adapting', () => {
  const scene = (options: { minimum?: number; maximum: number; patience?: number }) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const launched: number[] = [];
    const staff = { processes: 0, slots: 0 };
    const queue = { jobs: 0 };
    const client = { workforce: async () => ({ ...staff }), backlog: async () => queue.jobs };
    const launch = (n: number): void => void launched.push(n);
    const adapting = new Scaler(client, { ...options, launch, interval: 1000 });
    const look = (ms = 1000) => vi.advanceTimersByTimeAsync(ms);
    const come = (n: number): void => {
      staff.processes += n;
      staff.slots += 2 * n;
    };
    return { adapting, launched, staff, queue, look, come, end: () => adapting.stop().then(() => vi.useRealTimers()) };
  };

  it('asks for workers while jobs wait, never for more than the most', async () => {
    const { launched, look, queue, come, adapting, end } = scene({ maximum: 4 });
    await look();
    expect(launched).toEqual([]);
    queue.jobs = 100;
    await look();
    expect(launched).toEqual([4]);
    expect(adapting.expected).toBe(4);
    come(3);
    await look();
    expect(adapting.expected).toBe(1);
    await look(5000);
    expect(launched).toEqual([4]);
    await end();
  });

  it('takes as many jobs for a worker as it has slots', async () => {
    const { launched, look, queue, come, end } = scene({ maximum: 50 });
    come(1);
    await look();
    // 2 jobs a worker: 4 workers, of which one is there.
    queue.jobs = 7;
    await look();
    expect(launched).toEqual([3]);
    queue.jobs = 0;
    await look(10_000);
    expect(launched).toEqual([3]);
    await end();
  });

  it('keeps the fewest, and asks again for those that never came', async () => {
    const { launched, look, staff, come, end } = scene({ minimum: 2, maximum: 4, patience: 3000 });
    await look(0);
    expect(launched).toEqual([2]);
    await look(4000);
    expect(launched).toEqual([2, 2]);
    come(2);
    await look(4000);
    staff.processes = 0;
    await look(1000);
    expect(launched).toEqual([2, 2, 2]);
    await end();
  });

  it('tells of a launch that fails, and tries again', async () => {
    const errors: unknown[] = [];
    const client = { workforce: async () => ({ processes: 0, slots: 0 }), backlog: async () => 1 };
    let tries = 0;
    const launch = (): void => {
      if (++tries === 1) throw new Error('no account');
    };
    const adapting = new Scaler(client, { maximum: 1, launch, interval: 20, onError: (error) => errors.push(error) });
    await expect.poll(() => tries).toBe(2);
    await adapting.stop();
    expect(errors).toMatchObject([{ message: 'no account' }]);
    expect(adapting.expected).toBe(1);
  });

  it.each([{ maximum: 0 }, { minimum: 3, maximum: 2 }, { minimum: -1, maximum: 2 }, { maximum: 1.5 }])(
    'refuses %o',
    (bounds) => {
      const client = { workforce: async () => ({ processes: 0, slots: 0 }), backlog: async () => 0 };
      expect(() => new Scaler(client, { ...bounds, launch: () => {} })).toThrow(ArgumentError);
    },
  );
});
