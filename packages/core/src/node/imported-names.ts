/**
 * Names of modules that a source may import, found without parsing it.
 *
 * Used to collect the files of a program from a disk: a name too many costs one look for a file, and the front end decides what is really
 * imported. Strings and comments may look like imports; that is such a name too many.
 */

/** A module that may be imported. `level` counts the leading dots of a relative import. */
export interface ImportedName {
  readonly level: number;
  /** Dotted name; empty for `from . import name`. */
  readonly name: string;
  /** Names behind `import` of a `from`: each may be a module below `name`. */
  readonly members: readonly string[];
}

const IMPORT = /^[ \t]*(?:.*[;:][ \t]*)?import[ \t]+([^#\n;]+)/gm;
const FROM = /^[ \t]*(?:.*[;:][ \t]*)?from[ \t]*(\.*)[ \t]*([\p{L}\p{N}_.]*)[ \t]+import[ \t]*(\([^)]*\)|[^#\n;]+)/gmu;

/** All modules that the text may import, each once. */
export function importedNames(text: string): ImportedName[] {
  const joined = text.replace(/\\\r?\n/g, ' ');
  const found: ImportedName[] = [];
  for (const [, list] of joined.matchAll(IMPORT)) {
    for (const part of (list as string).split(',')) {
      const name = /^\s*([\p{L}\p{N}_.]+)/u.exec(part)?.[1];
      if (name !== undefined) found.push({ level: 0, name, members: [] });
    }
  }
  for (const [, dots, name, list] of joined.matchAll(FROM)) {
    const plain = (list as string).replace(/[()]/g, '').replace(/#[^\n]*/g, '');
    const members = plain.split(',').flatMap((part) => /^\s*([\p{L}\p{N}_]+)/u.exec(part)?.[1] ?? []);
    found.push({ level: (dots as string).length, name: name as string, members });
  }
  return found;
}
