import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { builtinModules } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import * as da from 'chunkwise';
import { chromium } from 'playwright-core';
import { build, type Plugin } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './sources.js';

/** What a page of a user's might do: on the pool, in this thread, and from a file on the server. */
const page = `
  import * as da from 'chunkwise';
  const x = da.random.uniform(0, 1, 1e6, { seed: 1, chunks: 1e5 }).sqrt().mean();
  globalThis.answer = async () => {
    const pool = await da.threads({ workers: 2 });
    const cells = await da.fromNpy('/cells.npy', { chunks: [8, 96, 128] });
    const answer = {
      isolated: crossOriginIsolated,
      threads: await x.compute({ executor: pool }),
      sync: await x.compute({ executor: da.sync() }),
      byDefault: await x.compute(),
      file: await cells.mean().compute({ executor: pool }),
    };
    await pool.close();
    return answer;
  };
`;
/** Neither eval nor inline code, as careful sites have it; compiling WebAssembly is allowed by its own word. */
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

let folder: string;
const nodeModules: string[] = [];

/** Notes every import of what only Node has. */
const noNode: Plugin = {
  name: 'no-node',
  enforce: 'pre',
  resolveId(id, importer) {
    if (id.startsWith('node:') || builtinModules.includes(id)) nodeModules.push(`${importer} imports ${id}`);
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunkwise-page-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
  await writeFile(join(folder, 'main.js'), page);
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { chunkwise: join(root, 'dist/web/index.js') } },
    plugins: [noNode],
    worker: { format: 'es', plugins: () => [noNode] },
    build: { target: 'es2022', outDir: join(folder, 'out'), modulePreload: { polyfill: false } },
  });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('in a browser', () => {
  test('the bundle needs nothing of Node', () => expect(nodeModules).toEqual([]));

  test('the bundle makes no code from strings', async () => {
    const assets = join(folder, 'out/assets');
    const texts = await Promise.all((await readdir(assets)).map((name) => readFile(join(assets, name), 'utf8')));
    expect(texts.filter((text) => /\bnew Function\(|\beval\(/.test(text)).length).toBe(0);
  });

  const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  const missing = browser === undefined && !process.env.CI;

  test.skipIf(missing).each([
    ['cross-origin isolated, with shared memory', true, isolation],
    ['not isolated, by transfer', false, {}],
  ])(
    'a page %s gives the bits that Node gives',
    async (_, isolated, headers) => {
      const server = await serve(join(folder, 'out'), headers);
      const chrome = await chromium.launch({ executablePath: browser as string, args: ['--no-sandbox'] });
      try {
        const tab = await chrome.newPage();
        const trouble: string[] = [];
        tab.on('pageerror', (error) => trouble.push(String(error)));
        tab.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
        await tab.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
        const answer = await tab.evaluate(() => (globalThis as unknown as { answer: () => Promise<unknown> }).answer());
        const value = await da.random.uniform(0, 1, 1e6, { seed: 1 }).sqrt().mean().compute();
        const truth = JSON.parse(await readFile(join(root, 'examples/data/cells.json'), 'utf8'));
        expect(trouble).toEqual([]);
        expect(answer).toEqual({ isolated, threads: value, sync: value, byDefault: value, file: truth.mean });
      } finally {
        await chrome.close();
        server.close();
      }
    },
    60_000,
  );
});

/** Serves a folder, and the image stack by ranges, on a port of the system's choosing. */
async function serve(files: string, headers: Readonly<Record<string, string>>): Promise<Server> {
  const stack = await readFile(join(root, 'examples/data/cells.npy'));
  const server = createServer(async (request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url as string);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('content-security-policy', policy);
    if (path === '/cells.npy') {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const part = stack.subarray(Number(from), Number(to) + 1);
      const range = `bytes ${from}-${Number(from) + part.length - 1}/${stack.length}`;
      response.writeHead(206, { 'content-range': range }).end(part);
      return;
    }
    const body = await readFile(join(files, path)).catch(() => undefined);
    const type = types[extname(path)] ?? 'application/octet-stream';
    if (path === '/favicon.ico') response.writeHead(204).end();
    else response.writeHead(body ? 200 : 404, { 'content-type': type }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
  return server;
}
