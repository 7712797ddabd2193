/** The files of docs/deploy, tried as far as one machine allows: parsed, and run against a real queue. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { connect } from '#src/remote/client.js';
import { freePort } from '#src/remote/findRedis.js';
import { metricsText } from '#src/remote/metrics.js';
import { readTargets } from '#src/remote/targets.js';
import { filesUnder, root } from '../house/sources.js';
import { describeWithRedis, startRedis, type TestRedis } from '../remote/redis.js';
import { compute, errorOf, expectRight, recut } from '../remote/scene.js';

const deploy = (path: string): string => join(root, 'docs/deploy', path);
const textOf = (path: string): string => readFileSync(deploy(path), 'utf8');
const documents = (path: string): unknown[] => parseAllDocuments(textOf(path)).map((document) => document.toJS());

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chunkwise-deploy-'));
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(join(root, 'dist/cli/main.js'), join(folder, 'node_modules/.bin/chunkwise'));
  chmodSync(join(root, 'dist/cli/main.js'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the files', () => {
  const yaml = [...filesUnder('docs/deploy', '.yaml'), ...filesUnder('docs/deploy', '.yml')];
  test.each(yaml)('%s is YAML', (path) => {
    const parsed = parseAllDocuments(readFileSync(join(root, path), 'utf8'));
    expect(parsed.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(parsed.length).toBeGreaterThan(0);
  });

  test('every manifest is in the kustomization, and of one name each', () => {
    const [{ resources }] = documents('kubernetes/kustomization.yaml') as [{ resources: string[] }];
    const manifests = filesUnder('docs/deploy/kubernetes', '.yaml').map((path) => path.split('/').at(-1));
    expect([...resources, 'kustomization.yaml'].sort()).toEqual(manifests);
    const named = resources.flatMap((path) => documents(`kubernetes/${path}`)) as {
      kind: string;
      metadata: { name: string };
    }[];
    const names = named.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('targets are as the library reads them', async () => {
    const { targets } = await readTargets({ file: deploy('chunkwise.yaml') });
    expect(Object.keys(targets)).toEqual(['laptop', 'workstation', 'lab', 'slurm']);
  });

  test('flags of the command are those that it has', () => {
    const help = execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), 'worker', '--help'], {
      encoding: 'utf8',
    });
    const known = new Set(help.match(/--[a-z-]+/g));
    const scripts = ['ssh/workers.sh', 'slurm/worker.sbatch', 'gridengine/worker.sge', 'gridengine/worker.pbs'];
    const called = scripts.map((path) => /bin\/chunkwise worker[^&)]*/.exec(textOf(path))?.[0] ?? '');
    const [compose] = documents('docker/compose.yaml') as [{ services: { worker: { command: string[] } } }];
    const [pod] = documents('kubernetes/workers.yaml') as [
      { spec: { template: { spec: { containers: { args: string[] }[] } } } },
    ];
    const args = [...compose.services.worker.command, ...(pod.spec.template.spec.containers[0]?.args ?? [])];
    const used = [...called, ...args].flatMap((text) => text.match(/(?<=^|\s)--[a-z-]+/g) ?? []);
    expect(used.length).toBeGreaterThan(15);
    expect(used.filter((flag) => !known.has(flag))).toEqual([]);
  });

  test('rules use figures that workers give', () => {
    const figures = { jobs: 0, failed: 0, batches: 0, busyMs: 0, active: 0 };
    const given = metricsText({ figures, slots: 1 });
    const used = textOf('monitoring/rules.yml').match(/chunkwise_worker_\w+/g) ?? [];
    expect(used.length).toBeGreaterThan(2);
    for (const name of used) expect(given).toContain(`${name} `);
  });

  test('the images hold the versions that the package asks for', () => {
    const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      peerDependencies: Record<string, string>;
    };
    for (const [name, version] of Object.entries(peerDependencies)) {
      expect(textOf('docker/Dockerfile')).toContain(`${name}@${version}`);
    }
  });
});

/** Starts a script in a group of its own, so that nothing of it stays behind. */
function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const child: ChildProcess = spawn(command, args, {
    env: { PATH: process.env.PATH, HOME: folder, USER: 'tester', CHUNKWISE_HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout?.on('data', (text) => (output += text));
  child.stderr?.on('data', (text) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { child, ended, output: () => output };
}

describeWithRedis('the scripts that start workers', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const scheduler = { SLURM_CPUS_PER_TASK: '1', SLURM_MEM_PER_NODE: '2048', NSLOTS: '1', NCPUS: '1' };

  test.each([
    ['slurm/worker.sbatch', 'SIGTERM'],
    ['gridengine/worker.sge', 'SIGUSR2'],
    ['gridengine/worker.pbs', 'SIGTERM'],
  ] as const)('%s works, and drains on %s', async (path, signal) => {
    const store = `file://${join(folder, path.replaceAll('/', '-'))}`;
    const env = { ...scheduler, CHUNKWISE_REDIS_URL: redis.url, CHUNKWISE_STORE: store };
    const { child, ended, output } = start('bash', [deploy(path)], env);
    await using executor = await connect({ url: redis.url, store });
    const x = recut(6);
    await expectRight(await compute(executor, x), x);
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(output()).toContain("takes from pool 'default', 1 jobs at a time");
    await expect.poll(async () => (await executor.workforce()).processes, { timeout: 5000 }).toBe(0);
  });

  test('ssh/workers.sh gives each host its worker, and no secret in a command line', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    const log = join(folder, 'ssh.log');
    const ssh = [
      '#!/bin/bash',
      `echo "$@" >> ${log}`,
      'while [ $# -gt 2 ]; do shift; done',
      'exec env -i PATH="$PATH" bash -c "$2"',
    ];
    writeFileSync(join(bin, 'ssh'), ssh.join('\n'), { mode: 0o755 });
    const password = join(folder, 'pass word');
    writeFileSync(password, '');
    const store = `file://${join(folder, "it's a store")}`;
    const settings = { CHUNKWISE_REDIS_URL: redis.url, CHUNKWISE_STORE: store, CHUNKWISE_POOL: 'by-ssh' };
    const env = { ...settings, PATH: `${bin}:${process.env.PATH}`, CHUNKWISE_REDIS_PASSWORD: 'unseen' };
    const { child, ended, output } = start('bash', [deploy('ssh/workers.sh'), 'one', 'two'], env);
    await using executor = await connect({ url: redis.url, store, pool: 'by-ssh' });
    await expect.poll(async () => (await executor.workforce()).processes, { timeout: 20_000 }).toBe(2);
    const x = recut(6);
    await expectRight(await compute(executor, x), x);
    child.kill('SIGTERM');
    await ended;
    await expect.poll(async () => (await executor.workforce()).processes, { timeout: 10_000 }).toBe(0);
    for (const host of ['one', 'two']) expect(readFileSync(log, 'utf8')).toContain(` ${host} cd `);
    expect(readFileSync(log, 'utf8') + output()).not.toContain('unseen');
  });

  test.each(['ssh/workers.sh', 'slurm/worker.sbatch', 'redis/certificates.sh'])('%s says what it needs', (path) => {
    const { status, stderr } = spawnSync('bash', [deploy(path)], { encoding: 'utf8', env: { PATH: process.env.PATH } });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/usage|CHUNKWISE_REDIS_URL/);
  });
});

describeWithRedis('the settings of the server', () => {
  let redis: TestRedis;
  const tls = (name: string): string => join(folder, 'tls', name);
  let url: string;
  beforeAll(async () => {
    execFileSync(deploy('redis/certificates.sh'), [join(folder, 'tls'), 'localhost', '127.0.0.1'], { stdio: 'ignore' });
    const users = join(folder, 'users.acl');
    writeFileSync(users, textOf('redis/users.acl').replace('>CHANGE-ME-TOO', '>scale').replace('>CHANGE-ME', '>work'));
    const own = /^(bind|port|dir|#|$)/;
    const settings = textOf('redis/redis.conf')
      .split('\n')
      .filter((line) => !own.test(line))
      .map((line) => line.replace('/etc/chunkwise/tls', join(folder, 'tls')).replace('/etc/chunkwise', folder));
    const secure = await freePort();
    redis = await startRedis(settings.map((line) => line.replace(/^tls-port \d+/, `tls-port ${secure}`)));
    url = `rediss://127.0.0.1:${secure}`;
  });
  afterAll(() => redis.stop());

  const certificates = () => ({
    ca: readFileSync(tls('ca.crt'), 'utf8'),
    cert: readFileSync(tls('client.crt'), 'utf8'),
    key: readFileSync(tls('client.key'), 'utf8'),
  });

  test('let workers and clients in with certificate and password', async () => {
    const env = {
      CHUNKWISE_REDIS_URL: url,
      CHUNKWISE_REDIS_USERNAME: 'chunkwise',
      CHUNKWISE_REDIS_PASSWORD: 'work',
      CHUNKWISE_REDIS_CA: tls('ca.crt'),
      CHUNKWISE_REDIS_CERT: tls('client.crt'),
      CHUNKWISE_REDIS_KEY: tls('client.key'),
      CHUNKWISE_STORE: `file://${join(folder, 'secure')}`,
    };
    const { child, ended } = start('bash', [deploy('slurm/worker.sbatch')], env);
    const credentials = { username: 'chunkwise', password: 'work', tls: certificates() };
    await using executor = await connect({ url, store: env.CHUNKWISE_STORE, ...credentials });
    const x = recut(6);
    await expectRight(await compute(executor, x), x);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('let nobody else in', async () => {
    expect(await errorOf(connect({ url, username: 'chunkwise', password: 'work' }))).toBeInstanceOf(Error);
    expect(await errorOf(connect({ url, tls: certificates() }))).toBeInstanceOf(Error);
  });

  test('let the scaler see how much waits, and no more', async () => {
    const scaler = new Redis(url, {
      username: 'scaler',
      password: 'scale',
      tls: certificates(),
      enableReadyCheck: false,
    });
    expect(await scaler.llen('bull:chunkwise-v1-default:wait')).toBe(0);
    for (const [name, ...args] of [['GET', 'bull:chunkwise-v1-default:id'], ['LLEN', 'other'], ['FLUSHALL']] as const) {
      expect(String(await errorOf(scaler.call(name as string, ...args)))).toContain('NOPERM');
    }
    scaler.disconnect();
  });
});
