/**
 * Compiled scripts, kept by the content of everything that went into them, so that the second `molt run` of a file compiles nothing.
 *
 * Entries are files named by a hash: what is there is right, and nothing needs to be invalidated. Old ones are removed when there are many.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from '@molt/core';
import { writeWhole } from '@molt/core/node';

/** Entries that are kept. */
const MOST = 256;

/** The cache folder of the user: below XDG_CACHE_HOME, else ~/.cache. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'molt');
}

/** Name of the entry of a program: a hash over its sources, the options, and the compiler itself. */
export async function entryName(program: Program, options: Readonly<Record<string, unknown>>): Promise<string> {
  // This file is bundled with the compiler, so its size and time stand for the compiler's content.
  const compiler = await stat(fileURLToPath(import.meta.url));
  const hash = createHash('sha256');
  const parts = [
    'molt-run/1',
    process.version,
    `${compiler.size} ${compiler.mtimeMs}`,
    JSON.stringify(options),
    program.entry,
    ...[...program.files].flat(),
  ];
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

/** The bytes of an entry; undefined when there is none. */
export async function readEntry(folder: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return readFile(join(folder, name)).then(
    (bytes) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
    () => undefined,
  );
}

/** Keeps an entry. A folder that cannot be written only costs time: the next run compiles again. */
export async function writeEntry(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeWhole(join(folder, name), bytes);
    await removeOldest(folder);
  } catch {
    // See above.
  }
}

/** Removes what has not been made lately when there are more entries than are kept. */
export async function removeOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= MOST) return;
  const aged = await Promise.all(names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })));
  aged.sort((a, b) => b.time - a.time);
  await Promise.all(aged.slice(MOST / 2).map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}
