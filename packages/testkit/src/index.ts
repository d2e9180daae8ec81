/** Fixtures of Molt: reads, runs and rewrites `.case.md` files. Private, for tests. */
export { type Block, type Case, CaseError, type CaseFile, type ExpectedFault, OUTCOME_KINDS } from './case.ts';
export { cpythonEngine, findPython, writeCaseFiles } from './cpython-engine.ts';
export { type CasesOptions, defineCases, readCases, type TestRunner } from './define-cases.ts';
export type { Bench, Engine, Outcome, ReportedFault, Stage } from './engine.ts';
export { fuzzRuns, fuzzSeed } from './fuzz-runs.ts';
export { generateProgram, type ProgramSize } from './generate/generate-program.ts';
export { lineDiff } from './line-diff.ts';
export { readCase, runLines } from './read-case.ts';
export { type Actual, rewriteCase } from './rewrite-case.ts';
export { type CaseReport, type Failure, runCase, withRunLines } from './run-case.ts';
