import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const built = (path: string) => fileURLToPath(new URL(`./dist/${path}`, import.meta.url));

/** Tests with tools that turn text into code (scijs' ndarray, playwright); all others run where that is forbidden. */
const generating = ['test/api/values.test.ts', 'test/core/ndarray.test.ts', 'test/house/browser.test.ts'];

export default defineConfig({
  resolve: { alias: [{ find: /^chunkwise$/, replacement: built('index.js') }] },
  test: {
    // Processes rather than threads: the thread executor starts worker_threads of its own, and memory is measured.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // The built package is loaded by Node itself, as users load it, and so exists once however it is imported.
    server: { deps: { external: [/\/dist\//] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'strict',
          include: ['test/**/*.test.ts', 'examples/b21-property.ts'],
          exclude: [...configDefaults.exclude, ...generating],
          execArgv: ['--disallow-code-generation-from-strings'],
        },
      },
      { extends: true, test: { name: 'free', include: generating, typecheck: { enabled: false } } },
    ],
    typecheck: {
      enabled: true,
      include: ['test/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
      // Errors elsewhere are the business of `npm run typecheck`.
      ignoreSourceErrors: true,
    },
  },
});
