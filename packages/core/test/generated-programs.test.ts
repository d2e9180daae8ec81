/**
 * Random typed programs: the interpreter and compiled code must do what CPython does. `npm run fuzz` tries many more, with other seeds.
 *
 * A program that fails is printed whole; its smallest form belongs into fixtures/.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Case, cpythonEngine, findPython, fuzzRuns, fuzzSeed, generateProgram, type Outcome, readCase } from '@molt/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseMatrix, column } from './support/case-matrix.ts';
import { CaseThreads } from './support/case-threads.ts';

const RUNS = fuzzRuns(12);
const SEED = fuzzSeed(20_240_601);
const TIMEOUT_MS = 60_000;

const python = findPython();
const folder = mkdtempSync(join(tmpdir(), 'molt-generated-'));
const threads = new CaseThreads(2, TIMEOUT_MS);
const columns = [
  column('interp', 'interp'),
  column('wasm', 'wasm'),
  column('wasm, collecting at every allocation', 'wasm', { gcFlags: 3 }),
  column('wasm, not optimised', 'wasm', { opt: 0 }),
];
const matrix = new CaseMatrix('generated', threads, columns, TIMEOUT_MS);
const programs = Array.from({ length: RUNS }, (_, i) => programOf(SEED + i));

afterAll(async () => {
  await threads.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(python === undefined)('generated programs', () => {
  beforeAll(() => matrix.prepare(programs), RUNS * TIMEOUT_MS);

  it.each(programs.map((program) => [program.name, program] as const))(
    '%s does on every engine what CPython does',
    async (_name, program) => {
      const expected = await cpythonEngine(python as string).run?.(program);
      for (const engine of matrix.engines) {
        const found = await engine.run?.(program);
        expect(plain(found), `${engine.name}\n${program.files[0].text}`).toEqual(plain(expected));
      }
    },
    TIMEOUT_MS,
  );
});

/** What must be equal: tracebacks of uncaught exceptions name positions, which the fixtures check. */
function plain(outcome: Outcome | undefined): object {
  return { stdout: outcome?.stdout, exit: outcome?.exit, error: outcome?.stderr.trimEnd().split('\n').at(-1) };
}

function programOf(seed: number): Case {
  const fence = '`'.repeat(8);
  const path = join(folder, `${seed}.case.md`);
  const text = `---\nname: seed ${seed}\n---\n${fence}python\n${generateProgram(seed)}${fence}\n`;
  writeFileSync(path, text);
  return readCase(text, path);
}
