/**
 * The program to compile, as data: texts by module path, and which of them is the entry.
 *
 * Paths are relative, use `/`, and are part of what a program does: tracebacks name them. Where the files came from (a disk, an editor, a
 * test) is not known here.
 */
import { fault, MoltError } from '@molt/diagnostics';

/** One text, or several with the name of the one that runs: `{ files: { 'main.py': '...', 'shapes.py': '...' }, entry: 'main.py' }`. */
export type SourceInput =
  | string
  | { readonly files: Readonly<Record<string, string>> | ReadonlyMap<string, string>; readonly entry: string };

/** Texts by path, in the order of paths, and the path of the entry. */
export interface Program {
  readonly files: ReadonlyMap<string, string>;
  readonly entry: string;
}

/** The path that a text without a name gets. */
export const DEFAULT_ENTRY = 'main.py';

/** Brings the input into one form; throws MOLT0002 when the entry is not among the files and MOLT0003 for a path that leaves the program. */
export function programOf(input: SourceInput): Program {
  if (typeof input === 'string') return { files: new Map([[DEFAULT_ENTRY, input]]), entry: DEFAULT_ENTRY };
  const given = input.files instanceof Map ? [...input.files] : Object.entries(input.files as Readonly<Record<string, string>>);
  const files = new Map([...given].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  for (const path of files.keys()) {
    if (path === '' || path.startsWith('/') || path.includes('\\') || path.split('/').includes('..'))
      throw new MoltError(fault('MOLT0003', { path }));
  }
  if (!files.has(input.entry))
    throw new MoltError(fault('MOLT0002', { entry: input.entry, files: [...files.keys()].join(', ') || 'none' }));
  return { files, entry: input.entry };
}
