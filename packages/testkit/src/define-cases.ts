/**
 * One vitest test per `.case.md` file below a folder.
 *
 *     defineCases({ folder: new URL('./fixtures/', import.meta.url), vitest: { describe, it, beforeAll }, engines, stages });
 *
 * With MOLT_GOLDEN=1 expectation blocks are rewritten in place and each changed file is named in one line. `todo-*` cases must fail: one
 * that passes is an error, so that it gets promoted.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case } from './case.ts';
import type { Bench } from './engine.ts';
import { readCase } from './read-case.ts';
import { rewriteCase } from './rewrite-case.ts';
import { type CaseReport, runCase } from './run-case.ts';

/** The functions of vitest that are needed; passed in, so that this package depends on no test runner. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>, timeout?: number) => unknown;
  readonly beforeAll: (body: () => Promise<void>, timeout?: number) => unknown;
}

/** What to run and how. */
export interface CasesOptions extends Bench {
  readonly folder: string | URL;
  readonly vitest: TestRunner;
  /** Only cases for which this is true. */
  readonly only?: (testCase: Case) => boolean;
  /** Milliseconds for one case; the runner's default unless given. */
  readonly timeout?: number;
  /** Milliseconds for the shared set-up of all engines; 300,000 unless given. */
  readonly prepareTimeout?: number;
}

/** Reads all cases below a folder, in the order of their paths. */
export function readCases(folder: string | URL): Case[] {
  const root = typeof folder === 'string' ? folder : fileURLToPath(folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.case.md'))
    .sort()
    .map((path) => readCase(readFileSync(join(root, path), 'utf8'), join(root, path)));
}

/** Defines the tests. */
export function defineCases(options: CasesOptions): void {
  const { folder, vitest, only, timeout, prepareTimeout = 300_000, ...bench } = options;
  const root = typeof folder === 'string' ? folder : fileURLToPath(folder);
  const cases = readCases(root).filter((testCase) => only === undefined || only(testCase));
  const golden = process.env.MOLT_GOLDEN === '1';
  vitest.describe(`cases in ${relative(process.cwd(), root) || '.'}`, () => {
    vitest.beforeAll(async () => {
      for (const engine of bench.engines ?? [])
        await engine.prepare?.(cases.filter((testCase) => testCase.skip[engine.name] === undefined));
    }, prepareTimeout);
    for (const testCase of cases) {
      vitest.it(
        `${relative(root, testCase.path).replace(/\.case\.md$/, '')}: ${testCase.name}`,
        async () => {
          let report = await runCase(testCase, bench);
          if (golden && !testCase.mustFail) report = await bless(testCase, report, bench);
          judge(testCase, report);
        },
        timeout,
      );
    }
  });
}

async function bless(testCase: Case, report: CaseReport, bench: Bench): Promise<CaseReport> {
  const text = rewriteCase(testCase, report);
  if (text === testCase.source) return report;
  writeFileSync(testCase.path, text);
  const changed = new Set(report.failures.map(({ what }) => what));
  process.stderr.write(`golden: ${relative(process.cwd(), testCase.path)}: ${[...changed].join(', ')}\n`);
  return runCase(readCase(text, testCase.path), bench);
}

/** Throws what vitest shows: all failures in words, the first also as a diff. */
function judge(testCase: Case, { failures }: CaseReport): void {
  const file = relative(process.cwd(), testCase.path);
  if (testCase.mustFail) {
    if (failures.length === 0) throw new Error(`${file} passes: rename it without todo-, so that it is kept passing`);
    return;
  }
  const [first] = failures;
  if (first === undefined) return;
  const error = new Error(failures.map(({ by, line, message }) => `${file}:${line}: ${by}: ${message}`).join('\n'));
  throw Object.assign(error, first.expected === undefined ? {} : { expected: first.expected, actual: first.actual });
}
