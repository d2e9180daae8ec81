/**
 * Every fixture on four oracles: CPython, the MIR interpreter, WebAssembly and native code; the compiled ones also with a collection at every
 * allocation, and WebAssembly also without optimisation. All must do what the fixture says.
 *
 * CPython takes part when MOLT_PYTHON names one of the version that the fixtures were written with; `npm test` does.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findCompiler } from '@molt/codegen-native/driver';
import { cpythonEngine, defineCases, type Engine, readCases } from '@molt/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { CaseMatrix, column } from './support/case-matrix.ts';
import { CaseThreads } from './support/case-threads.ts';

/** Expectations are the output of this version: others word some messages differently. */
const PYTHON = 'Python 3.11.';
const RUN_MS = 60_000;
const PREPARE_MS = 900_000;

const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));

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
  timeout: RUN_MS,
});

function cpython(): Engine[] {
  const python = process.env.MOLT_PYTHON;
  if (python === undefined || python === '') return [];
  const version = execFileSync(python, ['--version'], { encoding: 'utf8' });
  return version.startsWith(PYTHON) ? [cpythonEngine(python)] : [];
}
