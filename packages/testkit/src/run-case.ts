/**
 * Runs a case on every engine and stage, and compares.
 *
 * All engines must agree with the expectation, so each case with output is a differential test. What the reference engine and the stages
 * really gave is returned beside the failures: golden mode writes it back.
 */
import { type Block, type Case, OUTCOME_KINDS } from './case.ts';
import type { Bench, Engine, Outcome } from './engine.ts';
import { lineDiff } from './line-diff.ts';
import { runLines } from './read-case.ts';

/** One thing that was not as expected. */
export interface Failure {
  /** The engine or stage that differs. */
  readonly by: string;
  /** The kind of block, or `faults`. */
  readonly what: string;
  /** Line in the case file; 1 when no block says it. */
  readonly line: number;
  readonly message: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** The result of a case. */
export interface CaseReport {
  readonly failures: readonly Failure[];
  /** Engines that did not run it, with the reason. */
  readonly skipped: readonly { readonly engine: string; readonly reason: string }[];
  /** The true content of each rewritable block. */
  readonly actual: ReadonlyMap<Block, string>;
  /** Blocks that the case lacks and golden mode adds: an exit code that is not 0. */
  readonly missing: readonly { readonly kind: string; readonly text: string }[];
}

/** Runs one case. It passes when `failures` is empty; an engine that throws is a failure of that engine. */
export async function runCase(testCase: Case, bench: Bench | readonly Engine[]): Promise<CaseReport> {
  const { engines = [], stages = {}, faults }: Bench = isEngines(bench) ? { engines: bench } : bench;
  const failures: Failure[] = [];
  const skipped: { engine: string; reason: string }[] = [];
  const actual = new Map<Block, string>();
  const missing: { kind: string; text: string }[] = [];

  const stageBlocks = testCase.expectations.filter(({ kind }) => !isOutcome(kind));
  for (const block of stageBlocks) failures.push(...(await checkStage(testCase, block, stages, actual)));
  if (faults !== undefined && (testCase.faults.length > 0 || stageBlocks.some(({ kind }) => kind === 'diag'))) {
    failures.push(...(await checkFaults(testCase, faults)));
  }

  const outcomes = testCase.expectations.filter(({ kind }) => isOutcome(kind));
  if (outcomes.length > 0 && engines.length === 0)
    failures.push(failure('no engine', outcomes[0] as Block, 'nothing here can run this case'));
  let reference = outcomes.length > 0;
  for (const engine of outcomes.length > 0 ? engines : []) {
    const reason = testCase.skip[engine.name];
    if (reason !== undefined) {
      skipped.push({ engine: engine.name, reason });
      continue;
    }
    try {
      failures.push(...(await checkEngine(testCase, outcomes, engine, reference ? actual : undefined, reference ? missing : undefined)));
    } catch (error) {
      failures.push({
        by: engine.name,
        what: 'run',
        line: (outcomes[0] as Block).line,
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    reference = false;
  }
  return { failures, skipped, actual, missing };
}

/** The case with its `run` lines appended to the main file as prints, which is how a whole-program engine runs them. */
export function withRunLines(testCase: Case): Case {
  const lines = testCase.expectations.filter(({ kind }) => kind === 'run').flatMap(runLines);
  if (lines.length === 0 || testCase.language !== 'python') return testCase;
  const [main, ...others] = testCase.files;
  return { ...testCase, files: [{ path: main.path, text: main.text + lines.map((line) => `print(${line})\n`).join('') }, ...others] };
}

async function checkStage(
  testCase: Case,
  block: Block,
  stages: NonNullable<Bench['stages']>,
  actual: Map<Block, string>,
): Promise<Failure[]> {
  const stage = Object.hasOwn(stages, block.kind) ? stages[block.kind] : undefined;
  if (stage === undefined)
    return [failure(block.kind, block, `nothing here can check a ${block.kind} block (there are: ${Object.keys(stages).join(', ')})`)];
  let text: string;
  try {
    text = ended(await stage(testCase, block.attributes));
  } catch (error) {
    return [failure(block.kind, block, error instanceof Error ? (error.stack ?? error.message) : String(error))];
  }
  actual.set(block, text);
  return text === block.text ? [] : [difference(block.kind, block, block.text, text)];
}

async function checkFaults(testCase: Case, report: NonNullable<Bench['faults']>): Promise<Failure[]> {
  const show = (faults: readonly { code: string; file: string; line: number }[]): string =>
    [...faults]
      .map(({ code, file, line }) => `${file}:${line} ${code}\n`)
      .sort()
      .join('');
  const expected = show(testCase.faults);
  const found = show(await report(testCase));
  if (expected === found) return [];
  return [
    { by: 'faults', what: 'faults', line: 1, message: `reported faults differ\n${lineDiff(expected, found)}`, expected, actual: found },
  ];
}

async function checkEngine(
  testCase: Case,
  blocks: readonly Block[],
  engine: Engine,
  actual: Map<Block, string> | undefined,
  missing: { kind: string; text: string }[] | undefined,
): Promise<Failure[]> {
  const runs = blocks.filter(({ kind }) => kind === 'run');
  if (testCase.language === 'mir' && runs.length > 0) return checkExpressions(testCase, runs, engine);
  if (engine.run === undefined) return [failure(engine.name, blocks[0] as Block, `${engine.name} cannot run programs`)];
  const outcome = await engine.run(withRunLines(testCase));
  const failures: Failure[] = [];
  let stdout = outcome.stdout;
  if (runs.length > 0) {
    // The answers of the run lines are the last lines that the program printed.
    const lines = runs.flatMap((block) => runLines(block).map((text) => ({ block, text })));
    const printed = stdout.split('\n').slice(0, -1);
    const answers = printed.slice(-lines.length);
    stdout = printed
      .slice(0, -lines.length)
      .map((line) => `${line}\n`)
      .join('');
    lines.forEach(({ block, text }, i) => {
      if (answers[i] === 'True') return;
      failures.push(
        failure(
          engine.name,
          block,
          `expected True of ${text}, got ${answers[i] ?? 'nothing'}${outcome.stderr === '' ? '' : `\n${outcome.stderr}`}`,
        ),
      );
    });
  }
  for (const block of blocks) {
    if (block.kind === 'run') continue;
    const found = foundFor(block, { ...outcome, stdout });
    actual?.set(block, found);
    if (found !== block.text) failures.push(difference(engine.name, block, block.text, found, outcome.stderr));
  }
  if (outcome.exit !== 0 && !blocks.some(({ kind }) => kind === 'exit')) {
    missing?.push({ kind: 'exit', text: `${outcome.exit}\n` });
    failures.push(failure(engine.name, blocks[0] as Block, `expected exit code 0, got ${outcome.exit}\n${outcome.stderr}`));
  }
  return failures;
}

async function checkExpressions(testCase: Case, runs: readonly Block[], engine: Engine): Promise<Failure[]> {
  if (engine.evaluate === undefined) return [failure(engine.name, runs[0] as Block, `${engine.name} cannot evaluate expressions`)];
  const failures: Failure[] = [];
  for (const block of runs) {
    for (const line of runLines(block)) {
      const split = line.lastIndexOf(' == ');
      if (split < 0) {
        failures.push(failure(engine.name, block, `expected EXPRESSION == VALUE, got ${line}`));
        continue;
      }
      const wanted = line.slice(split + 4).trim();
      const found = (await engine.evaluate(testCase, line.slice(0, split).trim())).trim();
      if (found !== wanted) failures.push({ ...failure(engine.name, block, `${line}: got ${found}`), expected: wanted, actual: found });
    }
  }
  return failures;
}

/** What a block of an outcome should hold. */
function foundFor(block: Block, outcome: Outcome): string {
  if (block.kind === 'exit') return `${outcome.exit}\n`;
  if (block.kind === 'stdout') return block.attributes['no-newline'] === undefined ? ended(outcome.stdout, block) : `${outcome.stdout}\n`;
  const stderr = ended(outcome.stderr);
  return block.kind === 'stderr' ? stderr : `${stderr.split('\n').at(-2) ?? ''}\n`;
}

/** Ends a text with a newline. For stdout a missing one is a difference of its own, so it is made visible. */
function ended(text: string, strict?: Block): string {
  if (text === '' || text.endsWith('\n')) return text;
  return strict === undefined ? `${text}\n` : `${text}\n[no newline at the end]\n`;
}

function failure(by: string, block: Block, message: string): Failure {
  return { by, what: block.kind, line: block.line, message };
}

function difference(by: string, block: Block, expected: string, actual: string, stderr = ''): Failure {
  const also = stderr === '' || block.kind === 'stderr' ? '' : `stderr:\n${stderr}`;
  return {
    by,
    what: block.kind,
    line: block.line,
    message: `${block.kind} differs\n${lineDiff(expected, actual)}${also}`,
    expected,
    actual,
  };
}

function isOutcome(kind: string): boolean {
  return (OUTCOME_KINDS as readonly string[]).includes(kind);
}

function isEngines(bench: Bench | readonly Engine[]): bench is readonly Engine[] {
  return Array.isArray(bench);
}
