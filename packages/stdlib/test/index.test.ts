/** The embedded sources are exactly the files on disk, and keep the shape that the dialect asks for. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stdlibSources } from '../src/index.ts';

const root = fileURLToPath(new URL('../src/py/', import.meta.url));
const onDisk = ['builtins', 'lib', 'runtime'].flatMap((folder) =>
  readdirSync(`${root}${folder}`)
    .filter((name) => name.endsWith('.py'))
    .map((name) => `${folder}/${name}`),
);
/** Generated tables may be long. */
const TABLES = new Set(['builtins/unicode_tables.py', 'runtime/math_tables.py', 'runtime/power_table.py']);
/** What compiled code calls by name: docs/stdlib-dialect.md. */
const CALLED_BY_NAME = [
  'alloc',
  'int_add',
  'int_sub',
  'int_mul',
  'int_floordiv',
  'int_mod',
  'int_and',
  'int_or',
  'int_xor',
  'int_shl',
  'int_shr',
  'int_neg',
  'int_cmp',
  'box_float',
  'raise_index_error',
  'raise_frozen',
  'raise_recursion',
  'raise_unbound',
  'raise_type_error',
  'trace_append',
  'caught',
  'uncaught',
  'start',
  'finish',
  'print_begin',
  'print_str',
  'print_end',
];

describe('stdlibSources', () => {
  test('holds every file under src/py and nothing else', () => {
    expect([...stdlibSources.keys()].sort()).toEqual([...onDisk].sort());
  });

  test.each(onDisk)('%s is embedded unchanged, begins with a comment and is of readable length', (path) => {
    const text = readFileSync(root + path, 'utf8');
    expect(stdlibSources.get(path)).toBe(text);
    expect(text.startsWith('# ')).toBe(true);
    if (!TABLES.has(path)) expect(text.split('\n').length).toBeLessThanOrEqual(600);
  });

  test('files of builtins and runtime are in the dialect', () => {
    for (const path of onDisk) {
      if (!path.startsWith('lib/')) expect(stdlibSources.get(path)?.split('\n')[0], path).toBe('# molt: intrinsics');
    }
  });

  test.each(CALLED_BY_NAME)('the runtime defines %s once', (name) => {
    const defined = onDisk.filter(
      (path) => path.startsWith('runtime/') && new RegExp(`^def ${name}\\(`, 'm').test(stdlibSources.get(path) ?? ''),
    );
    expect(defined).toHaveLength(1);
  });
});
