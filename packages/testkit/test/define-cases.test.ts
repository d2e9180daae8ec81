import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CasesOptions, cpythonEngine, defineCases, findPython, lineDiff } from '../src/index.ts';

const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));
const python = findPython();
if (python === undefined) throw new Error('these tests need python3');

defineCases({ folder: fixtures, vitest: { describe, it, beforeAll }, engines: [cpythonEngine(python)] });

/** Runs what defineCases defines, outside of vitest: the outcome of each test by its name. */
async function outcomes(options: Omit<CasesOptions, 'vitest'>): Promise<Record<string, string>> {
  const bodies: [string, () => Promise<void>][] = [];
  const vitest = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => bodies.push([name, body]),
    beforeAll: (body: () => Promise<void>) => bodies.push(['', body]),
  };
  defineCases({ ...options, vitest });
  const out: Record<string, string> = {};
  for (const [name, body] of bodies)
    out[name.split(':')[0] as string] = await body().then(
      () => 'passes',
      (error: Error) => error.message,
    );
  return out;
}

describe('defineCases', () => {
  const folder = mkdtempSync(join(tmpdir(), 'molt-testkit-'));
  // The runner itself may be in golden mode, which must not reach the fixtures that liars are shown here.
  beforeEach(() => void vi.stubEnv('MOLT_GOLDEN', ''));
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });
  const liar = { name: 'liar', run: async () => ({ stdout: '2\n', stderr: '', exit: 0 }) };

  it('fails each case that an engine gets wrong, and a todo case that passes', async () => {
    const found = await outcomes({ folder: fixtures, engines: [liar] });
    expect(found['programs/todo-promoted']).toContain('passes: rename it');
    expect(found['programs/arguments']).toMatch(/arguments\.case\.md:20: liar: stdout differs\n- ONE[\s\S]*\+ 2/);
    expect(found['programs/run-lines']).toContain('expected True of total(0) == 0');
  });

  it('rewrites in golden mode, to the byte as before when asked the truth again', async () => {
    cpSync(fixtures, folder, { recursive: true });
    vi.stubEnv('MOLT_GOLDEN', '1');
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const path = join(folder, 'programs/arguments.case.md');
    const before = readFileSync(path, 'utf8');
    await outcomes({ folder, engines: [liar] });
    expect(readFileSync(path, 'utf8')).toBe(before.replace('ONE|TWO WORDS from outside', '2').replace('```exit\n3', '```exit\n0'));
    await outcomes({ folder, engines: [cpythonEngine(python)] });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('prepares each engine once, with the cases that it will run', async () => {
    const prepared: number[] = [];
    const engine = { ...liar, prepare: async (cases: readonly unknown[]) => void prepared.push(cases.length) };
    await outcomes({ folder: fixtures, engines: [engine], only: ({ path }) => !path.includes('todo') });
    expect(prepared).toEqual([3]);
  });
});

describe('cpythonEngine', () => {
  beforeEach(() => void vi.stubEnv('MOLT_GOLDEN', ''));
  afterEach(() => vi.unstubAllEnvs());
  it('ends a program that does not end', async () => {
    const found = await outcomes({ folder: fixtures, only: ({ path }) => path.includes('uncaught'), engines: [cpythonEngine(python, 1)] });
    expect(Object.values(found).join()).toMatch(/no end after 1 ms/);
  });
});

describe('lineDiff', () => {
  it('shows what differs with two lines around it', () => {
    const lines = Array.from({ length: 9 }, (_, i) => `${i}`);
    expect(lineDiff(lines.join('\n'), lines.map((line) => (line === '4' ? 'four' : line)).join('\n'))).toBe(
      '  ... 2 equal lines\n  2\n  3\n- 4\n+ four\n  5\n  6\n  ...\n',
    );
  });
});
