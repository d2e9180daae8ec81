/**
 * Collects a program from a disk: the file that was named, and every module it imports that lies beside it, as `python FILE` would find them.
 *
 * Paths in the program are relative to the folder of the entry, so that the same program is the same wherever it lies.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Program } from '../program.ts';
import { importedNames } from './imported-names.ts';
import { cannotRead, decodeSource, readText } from './read-text.ts';

/** A program with the folder it was read from. */
export interface ProgramOnDisk {
  readonly program: Program;
  /** Absolute path of the folder of the entry. */
  readonly folder: string;
}

/** Reads the entry and the modules it reaches. Throws a MoltError for the entry, and for a module that is there but cannot be read. */
export async function readProgram(entryPath: string): Promise<ProgramOnDisk> {
  const folder = dirname(resolve(entryPath));
  const entry = basename(entryPath);
  const files = new Map([[entry, await readText(entryPath)]]);
  const tried = new Set<string>();
  const pending = [entry];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const candidate of candidatesOf(path, files.get(path) as string)) {
      if (tried.has(candidate) || files.has(candidate)) continue;
      tried.add(candidate);
      const text = await readIfThere(join(folder, candidate));
      if (text === undefined) continue;
      files.set(candidate, text);
      pending.push(candidate);
    }
  }
  return { program: { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), entry }, folder };
}

/** Paths at which the modules that a file may import could lie, packages on the way included. */
function candidatesOf(path: string, text: string): string[] {
  const paths: string[] = [];
  const add = (parts: readonly string[]): void => {
    for (let length = 1; length <= parts.length; length++) {
      const base = parts.slice(0, length).join('/');
      paths.push(`${base}/__init__.py`, `${base}.py`);
    }
  };
  const own = path.split('/').slice(0, -1);
  for (const { level, name, members } of importedNames(text)) {
    if (level > own.length + 1) continue;
    const base = level === 0 ? [] : own.slice(0, own.length - (level - 1));
    const parts = [...base, ...name.split('.').filter((part) => part !== '')];
    if (parts.length > 0) add(parts);
    for (const member of members) add([...parts, member]);
  }
  return paths;
}

async function readIfThere(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) return undefined;
  return decodeSource(await readFile(path).catch((error: unknown) => Promise.reject(cannotRead(path, error))), path);
}
