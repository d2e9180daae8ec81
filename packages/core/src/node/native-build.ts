/** Builds native files from the C of an artifact; the C files lie in a folder of their own that is removed again. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NativeKind, NativeOutput } from '@molt/codegen-native';
import { compileNative } from '@molt/codegen-native/driver';
import { makeFolder } from './write-file.ts';

/** What to build and how. */
export interface NativeBuildOptions {
  /** Path of the program or library to make. */
  readonly path: string;
  readonly kind: NativeKind;
  /** 1 compiles faster, 2 gives faster code. */
  readonly opt: 1 | 2;
  /** Folder of cached objects; default: the user's cache. */
  readonly cacheDir?: string;
}

/** Compiles and links; the file appears at its path when it is whole. Throws a NativeError without a C compiler or when it fails. */
export async function buildNative(output: NativeOutput, { path, kind, opt, cacheDir }: NativeBuildOptions): Promise<void> {
  await makeFolder(dirname(path));
  const work = await mkdtemp(join(dirname(path), '.native-'));
  try {
    const made = await compileNative(output, { outDir: work, name: 'module', kind, opt, ...(cacheDir === undefined ? {} : { cacheDir }) });
    await rename(made.path, path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Machine and system of code built here, as in `x86_64-linux`. */
export function nativeTriple(): string {
  return `${MACHINES[process.arch] ?? process.arch}-${process.platform}`;
}
