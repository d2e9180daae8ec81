/**
 * Drives the C compiler: finds it, compiles the files of a module in parallel, keeps objects by the hash of everything they depend on,
 * and links. Node only; the rest of the package runs anywhere.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { access, constants, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { fault, MoltError } from '@molt/diagnostics';
import type { NativeOutput } from './emit-c.ts';
import type { CFile, NativeKind } from './support-files.ts';

const execute = promisify(execFile);

/** A missing or failing C compiler. */
export class NativeError extends MoltError {}

/** Options of `compileNative`. */
export interface CompileNativeOptions {
  /** Directory of the artifact; C files go to its subdirectory `c`. Made when missing. */
  readonly outDir: string;
  /** File name of the artifact without suffix; default `molt_module`. */
  readonly name?: string;
  /** Default `exe`; must be what the units were emitted for. */
  readonly kind?: NativeKind;
  /** 0 for tests, 1 for short compile times, 2 for release builds; default 2. */
  readonly opt?: 0 | 1 | 2;
  /** Path or name of the compiler; default: environment MOLT_CC, else the first of cc, gcc, clang on PATH. */
  readonly cc?: string;
  /** Directory of cached objects; default: environment MOLT_CACHE_DIR, else `molt` in the user's cache directory. */
  readonly cacheDir?: string;
}

/** What `compileNative` made. */
export interface NativeArtifact {
  /** The program or shared library. */
  readonly path: string;
  readonly compiler: string;
  /** How many files were compiled, and how many came from the cache. */
  readonly compiled: number;
  readonly cached: number;
}

/** Part of every object's key: change it when the meaning of a flag changes without its text. */
const CACHE_FORMAT = 'molt-object-1';
const FLAGS = [
  '-std=gnu11',
  '-w',
  '-U_FORTIFY_SOURCE',
  '-pthread',
  '-ffp-contract=off',
  '-fwrapv',
  '-fno-strict-aliasing',
  '-fno-math-errno',
  // A frame larger than the guard of the stack must not step over it.
  '-fstack-clash-protection',
  '-fPIC',
  '-fvisibility=hidden',
];
const LIBRARIES = ['-lm', '-pthread'];

/** Messages in plain English, whatever the user's locale. */
const SETTINGS = { maxBuffer: 1 << 24, env: { ...process.env, LC_ALL: 'C' } };

/** Compiles and links what `emitC` gave. */
export async function compileNative(output: NativeOutput, options: CompileNativeOptions): Promise<NativeArtifact> {
  const compiler = await findCompiler(options.cc);
  const kind = options.kind ?? 'exe';
  const sourceDir = resolve(options.outDir, 'c');
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  await Promise.all([mkdir(sourceDir, { recursive: true }), mkdir(cacheDir, { recursive: true })]);
  const files = [...output.units, ...output.support];
  await Promise.all(files.map((file) => writeFile(join(sourceDir, file.name), file.text)));
  const headers = files.filter((file) => file.name.endsWith('.h'));
  const sources = files.filter((file) => file.name.endsWith('.c'));
  const version = await compilerVersion(compiler);
  const flags = [...FLAGS, `-O${options.opt ?? 2}`];

  let compiled = 0;
  const objects: string[] = new Array(sources.length);
  await inParallel(sources.length, async (i) => {
    const source = sources[i] as CFile;
    const object = join(cacheDir, `${objectKey(version, flags, source, headers)}.o`);
    objects[i] = object;
    if (await exists(object)) return;
    compiled++;
    await compileObject(compiler, flags, join(sourceDir, source.name), object);
  });

  const path = resolve(options.outDir, (options.name ?? 'molt_module') + (kind === 'shared' ? '.so' : ''));
  try {
    await execute(compiler, [...(kind === 'shared' ? ['-shared'] : []), ...objects, '-o', path, ...LIBRARIES], SETTINGS);
  } catch (error) {
    throw new NativeError(fault('MOLT3003', { compiler, file: path, output: firstErrors(error) }, { cause: error }));
  }
  return { path, compiler, compiled, cached: sources.length - compiled };
}

/** The C compiler that would be used; throws MOLT3001 when there is none. */
export async function findCompiler(wanted: string | undefined = process.env.MOLT_CC): Promise<string> {
  const candidates = wanted ? [wanted] : ['cc', 'gcc', 'clang'];
  for (const name of candidates) {
    const paths = name.includes('/') ? [resolve(name)] : (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name));
    for (const path of paths) if (await exists(path, constants.X_OK)) return path;
  }
  throw new NativeError(fault('MOLT3001', { tried: candidates.join(', ') }));
}

const versions = new Map<string, Promise<string>>();

/** What the compiler says about itself: another version must not reuse objects. */
function compilerVersion(compiler: string): Promise<string> {
  let version = versions.get(compiler);
  if (version === undefined) {
    version = execute(compiler, ['--version'], SETTINGS).then(
      ({ stdout }) => stdout,
      (error: unknown) => {
        versions.delete(compiler);
        throw new NativeError(fault('MOLT3002', { compiler, file: '--version', output: firstErrors(error) }, { cause: error }));
      },
    );
    versions.set(compiler, version);
  }
  return version;
}

function objectKey(version: string, flags: readonly string[], source: CFile, headers: readonly CFile[]): string {
  const hash = createHash('sha256');
  for (const part of [CACHE_FORMAT, version, flags.join(' '), process.arch, source.text, ...headers.flatMap((h) => [h.name, h.text])]) {
    hash.update(`${part.length}:`).update(part);
  }
  return hash.digest('hex');
}

async function compileObject(compiler: string, flags: readonly string[], source: string, object: string): Promise<void> {
  // Renamed into place when complete, so that a second build never sees half an object.
  const partial = `${object}.${randomBytes(6).toString('hex')}`;
  try {
    await execute(compiler, [...flags, '-c', source, '-o', partial], SETTINGS);
    await rename(partial, object);
  } catch (error) {
    await rm(partial, { force: true });
    throw new NativeError(fault('MOLT3002', { compiler, file: source, output: firstErrors(error) }, { cause: error }));
  }
}

/** The lines of a compiler's output that say what is wrong. */
function firstErrors(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const lines = (stderr ?? '').split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /error|undefined reference|cannot/i.test(line));
  return (telling.length > 0 ? telling : lines).slice(0, 3).join('; ') || message;
}

async function exists(path: string, mode: number = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

function defaultCacheDir(): string {
  return process.env.MOLT_CACHE_DIR || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'molt', 'objects');
}

/** Runs jobs 0 to count - 1, as many at a time as there are processors. */
async function inParallel(count: number, job: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, availableParallelism()) }, worker));
}
