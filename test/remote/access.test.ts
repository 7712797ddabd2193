/** Who may in: passwords, rights and certificates; and that no secret is shown. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ArgumentError, ConnectionError } from '#src/core/errors.js';
import { addressOf, redact } from '#src/remote/address.js';
import { connect } from '#src/remote/client.js';
import { freePort } from '#src/remote/findRedis.js';
import { double, forever, modules } from '../conformance/tasks.js';
import { makeSite, type Site } from './processes.js';
import { describeWithRedis, startRedis, type TestRedis } from './redis.js';
import { compute, errorOf, expectRight, recut } from './scene.js';

const secret = 'correct-horse-battery';
/** What a client and a worker need, and nothing else. */
const rights =
  '~bull:chunkwise* ~{chunkwise}* &* +@read +@write +@scripting +@transaction +@connection +@blocking +@pubsub +info ' +
  '-keys -flushall -flushdb -swapdb -script|flush -script|kill -script|debug -function -restore -sort -migrate';

describeWithRedis('a server that asks who it is', () => {
  let redis: TestRedis;
  let site: Site;
  beforeAll(async () => {
    redis = await startRedis([`user default off`, `user cw on >${secret} ${rights}`]);
    site = makeSite(redis);
  });
  afterAll(async () => {
    await site.close();
    await redis.stop();
  });
  const urlFor = (user: string) => redis.url.replace('://', `://${user}@`);

  test('lets in who may, with the least of rights, over the storage in Redis too', async () => {
    const url = urlFor(`cw:${secret}`);
    const worker = await site.worker({ url, store: url, slots: 2, allowModules: [modules.href] });
    const executor = await connect({ url, store: url });
    expect(await executor.workforce()).toEqual({ processes: 1, slots: 2 });
    const x = recut(6);
    await expectRight(await compute(executor, x), x);
    const endless = executor.submit(forever);
    expect(await executor.submit(double, 21).result()).toBe(42);
    endless.cancel();
    expect(await executor.backlog()).toBeLessThanOrEqual(1);
    await executor.close();
    expect(worker.output()).not.toContain(secret);
  });

  test('refuses those rights to do harm', async () => {
    const one = new Redis(urlFor(`cw:${secret}`));
    for (const command of [
      ['FLUSHALL'],
      ['CONFIG', 'GET', '*'],
      ['KEYS', '*'],
      ['GET', 'other'],
      ['EVAL', "return redis.call('GET', 'other')", '0'],
    ]) {
      const [name, ...args] = command as [string, ...string[]];
      expect(String(await errorOf(one.call(name, ...args)))).toMatch(/NOPERM|can't access/);
    }
    one.disconnect();
  });

  test.each([
    ['nobody', ''],
    ['another password', 'cw:wrong-password'],
    ['another user', `root:${secret}`],
  ])('refuses %s at once, and the message holds no secret', async (_, user) => {
    const error = (await errorOf(connect(user === '' ? redis.url : urlFor(user)))) as Error;
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(/NOAUTH|WRONGPASS/);
    const shown = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
    expect(shown).not.toMatch(/wrong-password|correct-horse/);
  });

  test('takes password and user from options, a file, or the environment', async () => {
    const file = join(redis.directory, 'password');
    writeFileSync(file, `${secret}\n`);
    const executor = await connect({ url: redis.url, username: 'cw', passwordFile: file, store: site.store });
    await executor.close();
    process.env.CHUNKWISE_REDIS_USERNAME = 'cw';
    process.env.CHUNKWISE_REDIS_PASSWORD = secret;
    try {
      await (await connect(redis.url)).close();
    } finally {
      delete process.env.CHUNKWISE_REDIS_USERNAME;
      delete process.env.CHUNKWISE_REDIS_PASSWORD;
    }
  });
});

const openssl = (directory: string, ...args: string[]): void => {
  const { status, stderr } = spawnSync('openssl', args, { cwd: directory });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
};

/** A certificate authority for an hour, and a certificate of it for 127.0.0.1. */
function makeCertificates(): string {
  const directory = mkdtempSync(join(tmpdir(), 'chunkwise-tls-'));
  writeFileSync(join(directory, 'names'), 'subjectAltName=IP:127.0.0.1');
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(directory, 'req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '1', '-subj', '/CN=test');
  openssl(directory, 'req', ...key, '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/CN=own');
  openssl(
    directory,
    'x509',
    '-req',
    '-in',
    'own.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'own.crt',
    '-days',
    '1',
    '-extfile',
    'names',
  );
  return directory;
}

describeWithRedis('a server that speaks TLS alone', () => {
  let redis: TestRedis;
  let site: Site;
  let port: number;
  let directory: string;
  beforeAll(async () => {
    directory = makeCertificates();
    port = await freePort();
    const path = (name: string) => join(directory, name);
    redis = await startRedis([
      `tls-port ${port}`,
      `tls-cert-file ${path('own.crt')}`,
      `tls-key-file ${path('own.key')}`,
      `tls-ca-cert-file ${path('ca.crt')}`,
    ]);
    site = makeSite(redis);
  });
  afterAll(async () => {
    await site.close();
    await redis.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('is used with the right certificates, and refuses and is refused without', async () => {
    const url = `rediss://127.0.0.1:${port}`;
    const read = (name: string) => readFileSync(join(directory, name), 'utf8');
    const tls = { ca: read('ca.crt'), cert: read('own.crt'), key: read('own.key') };
    await site.worker({ url, tls });
    const executor = await connect({ url, tls, store: site.store });
    const x = recut(4);
    await expectRight(await compute(executor, x), x);
    await executor.close();
    expect(await errorOf(connect({ url, store: site.store }))).toBeInstanceOf(ConnectionError);
    expect(await errorOf(connect({ url, tls: { ca: tls.ca }, store: site.store }))).toBeInstanceOf(ConnectionError);
    const plain = await errorOf(connect({ url: `redis://127.0.0.1:${port}`, store: site.store }));
    expect(plain).toBeInstanceOf(ConnectionError);
  });
});

test('addresses are shown without what opens them', () => {
  expect(redact('redis://user:pass@host:6379/0 and rediss://:p%40ss@other')).toBe(
    'redis://***@host:6379/0 and rediss://***@other',
  );
  expect(redact('redis://host:6379')).toBe('redis://host:6379');
});

test('an address that is none is refused with one that is', async () => {
  for (const url of ['localhost:6379', 'http://host', 'redis//x:secret@y']) {
    const error = (await errorOf(addressOf('connect', url))) as Error;
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toContain("'redis://host:6379'");
  }
});
