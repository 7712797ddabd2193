/**
 * Bundles what tsc wrote to dist/ into few files, for Node in dist/node and for browsers in dist/web: a program that
 * loads some two hundred small modules waits for each. Declarations stay beside the modules, and so do the modules for
 * who wants to read or test them one by one. Run after tsc.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Files lie side by side in a bundle: where modules name files by relative URLs, these become the names they have there. */
const moved = {
  'dist/exec/platform/node.js': { '../threads/entry.js': './entry.js' },
  'dist/exec/platform/web.js': { '../threads/entry.js': './entry.js' },
  'dist/cli/run.js': { '../index.js': './index.js', '../remote/index.js': './remote.js' },
};

const renamed = {
  name: 'renamed-urls',
  transform(code, id) {
    const names = Object.entries(moved).find(([file]) => id === join(root, file))?.[1];
    if (names === undefined) return null;
    const written = Object.entries(names).reduce((text, [from, to]) => {
      if (!text.includes(`'${from}'`))
        throw new Error(`${id} does not name '${from}'; scripts/bundle.mjs is out of date`);
      return text.replace(`'${from}'`, `'${to}'`);
    }, code);
    return { code: written, map: null };
  },
};

/** Node would load what comlink names as its `main`, which is CommonJS and takes it ten milliseconds more than a module. */
const asModules = {
  name: 'as-modules',
  resolveId: (id) => (id === 'comlink' ? { id: 'comlink/dist/esm/comlink.mjs', external: true } : null),
};

/**
 * What threads need is one file, what programs need besides another, and what either loads when it computes first a third and a
 * fourth: each file is a millisecond or two of loading. A file has what its entry imports as it is loaded and no file before it
 * has; what is imported later and stands here under no name stays apart.
 */
function together(files) {
  const imports = new Map();
  const reached = new Map();
  const walk = (id, group) => {
    if (reached.has(id)) return;
    reached.set(id, group);
    for (const next of imports.get(id) ?? []) walk(next, group);
  };
  const plugin = {
    name: 'imports',
    moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds),
    buildEnd() {
      for (const [name, { from, apart }] of Object.entries(files)) {
        const entry = join(root, from);
        if (!apart) walk(entry, name);
        else for (const next of imports.get(entry) ?? []) walk(next, name);
      }
    },
  };
  const names = Object.keys(files);
  const groups = names.map((name, i) => ({ name, priority: names.length - i, test: (id) => reached.get(id) === name }));
  return { plugin, groups };
}

const entries = { index: 'dist/index.js', entry: 'dist/exec/threads/entry.js' };

/** `apart`: the entry itself is a file of its own, for it is named by its place. */
const files = {
  thread: { from: entries.entry, apart: true },
  program: { from: entries.index, apart: true },
  interpreter: { from: 'dist/kernel/interpret.js' },
  compiler: { from: 'dist/kernel/compile.js' },
};

/** `external`: what the package depends on stays outside; `#platform` and its like are the package's own. */
const targets = [
  {
    folder: 'dist/node',
    platform: 'node',
    conditionNames: ['node', 'import'],
    input: { ...entries, remote: 'dist/remote/index.js', process: 'dist/remote/process.js', main: 'dist/cli/main.js' },
    external: /^(?!comlink$)[^./#]/,
    plugins: [renamed, asModules],
    // Loading takes as long as the text is; names of functions and classes stay, for stack traces, and so do lines: of an error
    // that nobody catches, Node prints the line.
    minify: {
      compress: true,
      mangle: { toplevel: false, keepNames: { function: true, class: true } },
      codegen: { removeWhitespace: false },
    },
  },
  // What bundles this in turn makes it small itself, and finds `new Worker(new URL(...))` only where it is left as written.
  {
    folder: 'dist/web',
    platform: 'browser',
    conditionNames: ['browser', 'import'],
    input: entries,
    external: /^[^./#]/,
    plugins: [renamed],
    minify: false,
  },
];

for (const { folder, platform, conditionNames, input, external, plugins, minify } of targets) {
  const { plugin, groups } = together(files);
  const options = { cwd: root, input, platform, resolve: { conditionNames }, external };
  const bundle = await rolldown({ ...options, plugins: [...plugins, plugin] });
  await bundle.write({
    dir: folder,
    format: 'esm',
    cleanDir: true,
    sourcemap: true,
    comments: false,
    minify,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: { groups },
  });
}
