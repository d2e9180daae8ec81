/**
 * Runs TypeScript of the checkout without a build step: entries are bundled once and the bundle is kept until one of its inputs changes.
 *
 * A bundle lies in `node_modules/.cache/molt/<name>-<hash>/` beside a list of every file that went into it with size and time. A warm start
 * only compares that list (some milliseconds); esbuild itself is loaded when something changed. Entries are bundled each on its own, so that
 * a worker thread can be started from the file of its entry: `new URL('./instance-worker.js', import.meta.url)`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'molt');

/** Packages that are loaded from where they are installed: large and only needed at times, or with files of their own. */
const NOT_BUNDLED = ['binaryen', 'esbuild'];

/**
 * Paths of the bundles of entries, bundled anew only when needed.
 *
 * @param {string} name of the bundle, for its folder
 * @param {Readonly<Record<string, string>>} entries output name (without .js) to the absolute path of its source
 * @returns {Promise<Record<string, string>>} output name to the absolute path of the bundle
 */
export async function bundle(name, entries) {
  const index = join(CACHE, `${name}.json`);
  const wanted = JSON.stringify(entries);
  const known = readIndex(index);
  if (known !== undefined && known.entries === wanted && known.node === process.version && isFresh(known))
    return outputsOf(known.folder, entries);
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.entries(entries).map(([out, path]) => ({ in: path, out })),
    outdir: join(CACHE, 'out'),
    bundle: true,
    splitting: false,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    conditions: ['@molt/source', 'module'],
    loader: { '.py': 'text', '.c': 'text', '.h': 'text' },
    logLevel: 'silent',
    plugins: [keepOutside(NOT_BUNDLED)],
    // CommonJS packages inside an ES module need a require.
    banner: {
      js: "import { createRequire as moltCreateRequire } from 'node:module'; globalThis.require ??= moltCreateRequire(import.meta.url);",
    },
  });
  const hash = createHash('sha256');
  for (const { path, contents } of result.outputFiles) hash.update(path).update(contents);
  const folder = join(CACHE, `${name}-${hash.digest('hex').slice(0, 16)}`);
  const outputs = outputsOf(folder, entries);
  if (!Object.values(outputs).every(existsSync)) {
    // Made aside and moved, so that two processes that bundle at once both find a whole folder.
    const aside = `${folder}.${process.pid}`;
    mkdirSync(aside, { recursive: true });
    for (const { path, contents } of result.outputFiles) writeFileSync(join(aside, path.slice(join(CACHE, 'out').length + 1)), contents);
    moveFolder(aside, folder);
  }
  const inputs = Object.keys(result.metafile.inputs).filter((path) => !path.includes(':'));
  const stamps = inputs.map((path) => [path, stampOf(join(ROOT, path))]);
  writeFileSync(`${index}.${process.pid}`, JSON.stringify({ entries: wanted, node: process.version, folder, stamps }));
  renameSync(`${index}.${process.pid}`, index);
  removeOld(name, folder);
  return outputs;
}

function outputsOf(folder, entries) {
  return Object.fromEntries(Object.keys(entries).map((out) => [out, join(folder, `${out}.js`)]));
}

function readIndex(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isFresh({ folder, stamps }) {
  return existsSync(folder) && stamps.every(([path, stamp]) => stampOf(join(ROOT, path)) === stamp);
}

function stampOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.size} ${stat.mtimeMs}`;
}

function moveFolder(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    rmSync(from, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

/** Bundles of an hour ago are not in use any more: a worker thread loads its file when it starts. */
function removeOld(name, current) {
  for (const entry of readdirSync(CACHE)) {
    const path = join(CACHE, entry);
    if (!entry.startsWith(`${name}-`) || path === current) continue;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}

/** Leaves packages out of the bundle and names them by their absolute place, since the bundle lies outside of the packages that own them. */
function keepOutside(packages) {
  return {
    name: 'keep-outside',
    setup(build) {
      const filter = new RegExp(`^(${packages.join('|')})(/.*)?$`);
      build.onResolve({ filter }, async ({ path, kind, resolveDir, pluginData }) => {
        if (pluginData === 'resolved') return undefined;
        const found = await build.resolve(path, { kind, resolveDir, pluginData: 'resolved' });
        // One that is not installed stays as it is: loading it then fails where it is caught.
        if (found.errors.length > 0) return { path, external: true };
        return { path: pathToFileURL(found.path).href, external: true };
      });
    },
  };
}

/** The entries of the command line: its main file, and each file in `src/entries/` for threads and processes that it starts. */
export function cliEntries(cliFolder) {
  const extra = join(cliFolder, 'src', 'entries');
  const names = existsSync(extra)
    ? readdirSync(extra)
        .filter((file) => file.endsWith('.ts'))
        .sort()
    : [];
  return { main: join(cliFolder, 'src', 'main.ts'), ...Object.fromEntries(names.map((file) => [file.slice(0, -3), join(extra, file)])) };
}

/** Bundles one file and imports it: `await importSource('/checkout/examples/x/main.ts')`. */
export async function importSource(path) {
  const name = `run-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
  mkdirSync(dirname(join(CACHE, name)), { recursive: true });
  const { main } = await bundle(name, { main: path });
  return import(pathToFileURL(main).href);
}
