/**
 * Every fixture on four oracles: CPython, the MIR interpreter, WebAssembly and native code; the compiled ones also with a collection at every
 * allocation, and WebAssembly also without optimisation. All must do what the fixture says.
 *
 * CPython takes part when MOLT_PYTHON names one of the version that the fixtures were written with; `npm test` does. Cases in
 * known-gaps.json fail today for the reason that stands there; one that passes is an error, so that the list only shrinks.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCompiler } from '@molt/codegen-native/driver';
import { type Case, cpythonEngine, defineCases, type Engine, readCases, runCase } from '@molt/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseMatrix, column } from './support/case-matrix.ts';
import { CaseThreads } from './support/case-threads.ts';

/** Expectations are the output of this version: others word some messages differently. */
const PYTHON = 'Python 3.11.';
const RUN_MS = 60_000;
const PREPARE_MS = 1_800_000;

const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));
const gaps = JSON.parse(readFileSync(new URL('./known-gaps.json', import.meta.url), 'utf8')) as Readonly<Record<string, string>>;
const nameOf = ({ path }: Case): string => relative(folder, path).replace(/\.case\.md$/, '');

const hasCompiler = await findCompiler().then(
  () => true,
  () => false,
);
const threads = new CaseThreads(Math.min(4, availableParallelism()), RUN_MS);
const matrix = new CaseMatrix(
  'differential',
  threads,
  [
    column('interp', 'interp'),
    column('wasm', 'wasm'),
    column('wasm, collecting at every allocation', 'wasm', { gcFlags: 3 }),
    column('wasm, not optimised', 'wasm', { opt: 0 }),
    ...(hasCompiler ? [column('native', 'native'), column('native, collecting at every allocation', 'native', { gcFlags: 3 })] : []),
  ],
  RUN_MS,
);
const engines = matrix.engines;

beforeAll(() => matrix.prepare(readCases(folder)), PREPARE_MS);
afterAll(() => threads.close());

defineCases({
  folder,
  vitest: { describe, it, beforeAll },
  engines: [...cpython(), ...engines],
  only: (testCase) => gaps[nameOf(testCase)] === undefined,
  timeout: RUN_MS,
});

describe('known gaps', () => {
  const cases = readCases(folder);
  it('names cases that exist', () => {
    const names = cases.map(nameOf);
    expect(Object.keys(gaps).filter((name) => !names.includes(name))).toEqual([]);
  });
  for (const testCase of cases.filter((one) => gaps[nameOf(one)] !== undefined)) {
    it(`${nameOf(testCase)}: ${gaps[nameOf(testCase)]}`, async () => {
      const { failures } = await runCase(testCase, engines);
      expect(failures.length, 'it passes: remove it from known-gaps.json').toBeGreaterThan(0);
    });
  }
});

function cpython(): Engine[] {
  const python = process.env.MOLT_PYTHON;
  if (python === undefined || python === '') return [];
  const version = execFileSync(python, ['--version'], { encoding: 'utf8' });
  return version.startsWith(PYTHON) ? [cpythonEngine(python)] : [];
}
