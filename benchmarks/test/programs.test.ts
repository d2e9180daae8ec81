import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findPrograms } from '../src/programs.ts';

const FOLDER = join(fileURLToPath(new URL('..', import.meta.url)), 'programs');

describe('findPrograms', () => {
  it('finds sixteen programs, each with a C twin', () => {
    const programs = findPrograms(FOLDER);
    expect(programs).toHaveLength(16);
    expect(programs.filter(({ c }) => c === undefined || !existsSync(c))).toEqual([]);
  });

  it('puts every program into one group', () => {
    const groups = Object.fromEntries(findPrograms(FOLDER).map(({ name, group }) => [name, group]));
    expect(groups).toMatchObject({ fib: 'kernel', richards_like: 'kernel', json_roundtrip: 'library', sum_list: 'list' });
  });

  it('gives those asked for, and names the others when one is unknown', () => {
    expect(findPrograms(FOLDER, ['sort', 'fib']).map(({ name }) => name)).toEqual(['fib', 'sort']);
    expect(() => findPrograms(FOLDER, ['fibb'])).toThrow(/no program fibb; there are: .*fib/);
  });

  it('finds a main() and a main guard in each, as the engines need', () => {
    for (const { python } of findPrograms(FOLDER)) {
      const text = readFileSync(python, 'utf8');
      expect(text, python).toContain('\ndef main() -> None:\n');
      expect(text.endsWith("\n\nif __name__ == '__main__':\n    main()\n"), python).toBe(true);
    }
  });
});
