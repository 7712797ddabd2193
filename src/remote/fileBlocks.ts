/** Blocks in a directory that all machines see: one directory a run, one file a block, each put there by one rename. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkName, keptSeconds, type SharedBlocks } from './blocks.js';
import { headerOf, unframe } from './frame.js';

const identityFile = 'chunkwise-store';
/** Its age says how long the run's client has been gone. */
const aliveFile = 'alive';

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** What `work` gives, or `otherwise` where a file or directory is not there. */
const unlessMissing = <T>(work: Promise<T>, otherwise: T): Promise<T> =>
  work.catch((error: unknown) => {
    if (isMissing(error)) return otherwise;
    throw error;
  });

export async function openFileBlocks(url: string): Promise<SharedBlocks> {
  const root = fileURLToPath(new URL(url));
  await mkdir(root, { recursive: true });
  return new FileBlocks(root);
}

class FileBlocks implements SharedBlocks {
  readonly #root: string;
  #identity: string | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** Kept in a file: machines may mount the directory under different names. Who links it there first names it. */
  async identify(): Promise<string> {
    if (this.#identity !== undefined) return this.#identity;
    const path = join(this.#root, identityFile);
    const mine = `${path}.${randomBytes(8).toString('hex')}`;
    await writeFile(mine, randomBytes(16).toString('hex'));
    await link(mine, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    await unlink(mine);
    this.#identity = (await readFile(path, 'utf8')).trim();
    return this.#identity;
  }

  async begin(run: string): Promise<void> {
    await mkdir(this.#directory(run), { recursive: true });
    await writeFile(join(this.#directory(run), aliveFile), '');
  }

  async put(run: string, name: string, bytes: Uint8Array): Promise<boolean> {
    const path = this.#path(run, name);
    const part = `${path}-${randomBytes(6).toString('hex')}.part`;
    try {
      const file = await open(part, 'wx');
      try {
        await file.write(headerOf(bytes));
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
      await rename(part, path);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      await rm(part, { force: true });
      throw error;
    }
  }

  async get(run: string, name: string): Promise<Uint8Array | undefined> {
    const frame = await unlessMissing<Uint8Array | undefined>(readFile(this.#path(run, name)), undefined);
    return frame === undefined ? undefined : unframe(frame);
  }

  async delete(run: string, names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => rm(this.#path(run, name), { force: true })));
  }

  async touch(run: string): Promise<void> {
    const now = new Date();
    await unlessMissing(utimes(join(this.#directory(run), aliveFile), now, now), undefined);
  }

  /** Moved away first, so that a late writer finds no directory to write into. */
  async expire(run: string): Promise<void> {
    const gone = `${this.#directory(run)}-${randomBytes(6).toString('hex')}.gone`;
    await unlessMissing(rename(this.#directory(run), gone), undefined);
    await rm(gone, { recursive: true, force: true });
  }

  async sweep(): Promise<void> {
    const oldest = Date.now() - keptSeconds * 1000;
    for (const entry of await readdir(this.#root, { withFileTypes: true })) {
      if (!entry.isDirectory() || !/^[0-9a-f]{16,64}$/.test(entry.name)) continue;
      const alive = await unlessMissing<{ mtimeMs: number } | undefined>(
        stat(join(this.#root, entry.name, aliveFile)),
        undefined,
      );
      if (alive !== undefined && alive.mtimeMs < oldest) await this.expire(entry.name);
    }
  }

  async close(): Promise<void> {}

  #directory(run: string): string {
    return join(this.#root, checkName('run', run));
  }

  #path(run: string, name: string): string {
    return join(this.#directory(run), `${checkName('block', name)}.block`);
  }
}
