import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../house/sources.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunkwise-run-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(root, join(folder, 'node_modules/chunkwise'), 'dir');
  await writeFile(join(folder, 'chunkwise.yaml'), 'targets:\n  here: { executor: sync }\n');
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as users of the package find it. */
function chunkwise(...args: string[]): Promise<Ended> {
  const script = join(folder, 'node_modules/chunkwise/dist/cli/main.js');
  const { CHUNKWISE_REDIS_URL: _, CHUNKWISE_TARGET: __, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { cwd: folder, timeout: 30_000, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

const script = async (text: string): Promise<string> => {
  await writeFile(join(folder, 'script.mjs'), `import * as da from 'chunkwise';\n${text}`);
  return 'script.mjs';
};

const kind = 'console.log((await da.ones(10).sum().profile()).stats.executor, ...process.argv.slice(2));';

describe('chunkwise run', () => {
  it.each([
    [['--executor', 'sync'], 'sync'],
    [['--workers', '2'], 'threads'],
    [['--target', 'here'], 'sync'],
    [[], 'threads'],
  ])('%j computes there', async (flags, expected) => {
    const { code, stdout, stderr } = await chunkwise('run', ...flags, await script(kind), 'a', '--workers');
    expect(stderr).toBe('');
    expect([code, stdout]).toEqual([0, `${expected} a --workers\n`]);
  });

  it('lets a script go on that it need not wait for', async () => {
    const later = 'setTimeout(async () => console.log(await da.ones(10).sum().compute()), 300);';
    expect(await chunkwise('run', await script(later))).toMatchObject({ code: 0, stdout: '10\n' });
  });

  it('says what went wrong, and what to try', async () => {
    const text = "await da.ones([4000, 4000]).compute({ memoryLimit: '1 MiB' });";
    const { code, stderr } = await chunkwise('run', await script(text));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^✖ MemoryLimitError in compute: the result ones .*\n {4}try {2}reduce or slice it/);
  });

  it.each([
    [['--target', 'nowhere'], /no target "nowhere"; there are sync, threads, processes, here/],
    [['--target', 'here', '--executor', 'sync'], /both say where/],
    [['--workers', '0'], /whole number/],
    [['--executor', 'sync', '--workers', '2'], /--workers is for threads and processes/],
  ])('refuses %j', async (flags, problem) => {
    const { code, stderr } = await chunkwise('run', ...flags, await script(kind));
    expect(code).toBe(1);
    expect(stderr).toMatch(problem);
  });
});

describe('chunkwise doctor', () => {
  it('tells what is here', async () => {
    const { stdout } = await chunkwise('doctor');
    for (const what of ['chunkwise', 'Node.js', 'cores', 'memory', 'SIMD', 'shared memory', 'queue']) {
      expect(stdout).toMatch(new RegExp(`^[✔✖] ${what} `, 'm'));
    }
    expect(stdout).toMatch(/✔ targets +here \(.*chunkwise\.yaml\)/);
  });

  it('fails where the queue cannot be reached, without showing secrets', async () => {
    const { code, stdout, stderr } = await chunkwise('doctor', '--url', 'redis://:secret@127.0.0.1:1', '--json');
    expect(code).toBe(1);
    const findings = JSON.parse(stdout) as { what: string; ok: boolean; hint?: string }[];
    expect(findings.find(({ what }) => what === 'queue')).toMatchObject({ ok: false, hint: expect.any(String) });
    expect(stdout + stderr).not.toContain('secret');
  });
});
