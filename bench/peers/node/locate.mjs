/** Where peers that are packages lie: in the folder that bench:peers is pointed at, else in what the bench has itself. */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The URL of a package's entry, or undefined where it is not installed. */
export function locate(name, folder) {
  const places = folder === undefined ? [import.meta.url] : [join(resolve(folder), 'entry.js'), import.meta.url];
  for (const place of places) {
    try {
      return pathToFileURL(createRequire(place).resolve(name)).href;
    } catch {}
  }
  return undefined;
}
