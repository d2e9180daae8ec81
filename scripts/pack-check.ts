/**
 * Each published package, packed as it would be published: well-formed (publint), its types resolve (attw), and it installs from the
 * archives into an empty folder and imports there. Run after the build.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LAYERS } from './layers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const exec = promisify(execFile);
const pnpm = join(root, '.molt', 'tools', 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

interface Manifest {
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, { readonly default: string }>>;
  readonly sideEffects?: boolean | readonly string[];
}

interface Packed {
  readonly name: string;
  readonly folder: string;
  readonly archive: string;
  /** What can be imported: the package and its subpaths; a program (`molt`) has none. */
  readonly exports: readonly string[];
  /** Those of them that are imported for what they do, not for what they export. */
  readonly effects: readonly string[];
}

const box = mkdtempSync(join(tmpdir(), 'molt-pack-'));
const faults: string[] = [];
try {
  const packages = Object.entries(LAYERS).flatMap(([name, { folder }]) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
    const entries = Object.entries(manifest.exports ?? {}).map(([path, { default: file }]) => ({ name: name + path.slice(1), file }));
    const effects = entries.filter(({ file }) => Array.isArray(manifest.sideEffects) && manifest.sideEffects.includes(file));
    const names = (list: typeof entries): string[] => list.map((entry) => entry.name);
    return manifest.private === true ? [] : [{ name, folder, exports: names(entries), effects: names(effects) }];
  });
  const packed = await inTurn(packages, pack);
  await Promise.all([inTurn(packed, lint), installElsewhere(packed)]);
} finally {
  rmSync(box, { recursive: true, force: true });
}
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function pack({ name, folder, exports, effects }: Omit<Packed, 'archive'>): Promise<Packed> {
  const destination = join(box, 'archives', name.replace('/', '-'));
  mkdirSync(destination, { recursive: true });
  await exec(process.execPath, [pnpm, 'pack', '--pack-destination', destination], { cwd: join(root, folder) });
  return { name, folder, exports, effects, archive: join(destination, readdirSync(destination)[0] as string) };
}

async function lint({ name, folder, archive, exports }: Packed): Promise<void> {
  await attempt(`${name}: publint`, () => exec(bin('publint'), ['run', archive, '--strict'], { cwd: join(root, folder) }));
  if (exports.length > 0)
    await attempt(`${name}: attw`, () => exec(bin('attw'), [archive, '--profile', 'esm-only', '--no-color'], { cwd: box }));
}

async function installElsewhere(packed: readonly Packed[]): Promise<void> {
  const folder = join(box, 'project');
  mkdirSync(folder);
  const dependencies = Object.fromEntries(packed.map(({ name, archive }) => [name, `file:${archive}`]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies, overrides: {} }));
  const installed = await attempt('install', () =>
    exec('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder }),
  );
  if (!installed) return;
  const effects = new Set(packed.flatMap((one) => one.effects));
  for (const name of packed.flatMap(({ exports }) => exports)) {
    const least = effects.has(name) ? 0 : 1;
    const code = `const all = await import(${JSON.stringify(name)}); if (Object.keys(all).length < ${least}) throw new Error('exports nothing');`;
    await attempt(`${name}: import`, () => exec(process.execPath, ['--input-type=module', '-e', code], { cwd: folder }));
  }
  writeFileSync(join(folder, 'hello.py'), "print('hello from an installed molt')\n");
  await attempt('molt run', async () => {
    const { stdout } = await exec(join(folder, 'node_modules', '.bin', 'molt'), ['run', 'hello.py'], {
      cwd: folder,
      env: { ...process.env, MOLT_CACHE: join(box, 'cache') },
    });
    if (stdout !== 'hello from an installed molt\n') throw new Error(`expected the greeting, got ${JSON.stringify(stdout)}`);
  });
  await attempt('molt init', () => initElsewhere(folder));
}

/** The templates of an installed command line are whole: one project is made, and built with it. */
async function initElsewhere(folder: string): Promise<void> {
  const molt = join(folder, 'node_modules', '.bin', 'molt');
  const env = { ...process.env, MOLT_CACHE: join(box, 'cache') };
  await exec(molt, ['init', 'service', 'made'], { cwd: folder, env });
  await exec(molt, ['build', 'orders.py', '--exports', 'total', '--out', 'dist'], { cwd: join(folder, 'made'), env });
  const requirements = readFileSync(join(folder, 'made', 'requirements.txt'), 'utf8');
  if (!/^molt-accel==\d/m.test(requirements)) throw new Error(`expected a version of molt-accel, got ${JSON.stringify(requirements)}`);
}

async function attempt(what: string, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    faults.push(`${what}: ${stdout === '' && stderr === '' ? message : `${message.split('\n')[0]}\n${stdout}${stderr}`}`.trimEnd());
    return false;
  }
}

/** Two at a time, in order. */
async function inTurn<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await action(items[i] as T);
  };
  await Promise.all([worker(), worker()]);
  return results;
}
