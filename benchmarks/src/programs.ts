/**
 * The programs to measure: folders of `benchmarks/programs`, each with NAME.py and its twin NAME.c, which print the same text.
 *
 * Every program belongs to a group, because one number over all of them would mean nothing: in kernels CPython interprets every step, in
 * library programs it mostly runs its own C.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a program is like. */
export type Group = 'kernel' | 'library' | 'list';

/** One program to measure. */
export interface Program {
  readonly name: string;
  readonly group: Group;
  /** The Python source. */
  readonly python: string;
  /** The C twin, when there is one. */
  readonly c: string | undefined;
}

/** Groups with what they are, in the order of the report. */
export const GROUPS: Readonly<Record<Group, string>> = {
  kernel: 'interpreted step by step by CPython: numbers, lists, calls, objects',
  library: 'run mostly by the C code of CPython: dict, text, JSON, sorting, big ints',
  list: 'iteration over a list of small ints',
};

const LIBRARY = new Set(['bigint_digits', 'json_roundtrip', 'sort', 'string_building', 'word_count']);
const LIST = new Set(['sum_list']);

/** The programs below a folder, by name. Throws on a name in `only` that is none of them. */
export function findPrograms(folder: string, only: readonly string[] = []): Program[] {
  const names = readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, `${name}.py`)))
    .sort();
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`no program ${unknown}; there are: ${names.join(', ')}`);
  return names
    .filter((name) => only.length === 0 || only.includes(name))
    .map((name) => {
      const c = join(folder, name, `${name}.c`);
      return { name, group: groupOf(name), python: join(folder, name, `${name}.py`), c: existsSync(c) ? c : undefined };
    });
}

function groupOf(name: string): Group {
  return LIBRARY.has(name) ? 'library' : LIST.has(name) ? 'list' : 'kernel';
}
