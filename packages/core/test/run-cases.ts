/**
 * Runs fixtures one by one and prints what differs, for work on the front end, the standard library and the passes:
 *
 *     npx tsx --conditions=@molt/source packages/core/test/run-cases.ts [FILTER...] [--engine wasm|interp|machine|native] [options]
 *
 * FILTER is part of a case's path, or the path of a Python file, which is then compared with CPython. Engines may be given several times.
 * Options: --opt 0|1|2, --gc (collect at every allocation), --verify (verify MIR after each pass), --disable PASS, --timeout SECONDS,
 * --jobs N, --group (only counts by cause), --list (only names of failing cases).
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Case, cpythonEngine, findPython, readCase, readCases, runCase } from '@molt/testkit';
import { CaseMatrix, type Column, column } from './support/case-matrix.ts';
import { CaseThreads } from './support/case-threads.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', multiple: true, default: ['wasm'] },
    opt: { type: 'string', default: '2' },
    gc: { type: 'boolean', default: false },
    verify: { type: 'boolean', default: false },
    disable: { type: 'string', multiple: true, default: [] },
    timeout: { type: 'string', default: '20' },
    jobs: { type: 'string', default: '1' },
    group: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));
const timeoutMs = Number(values.timeout) * 1000;
const threads = new CaseThreads(Number(values.jobs), timeoutMs);
const columns = values.engine.map((name) => columnOf(name));
const scripts = positionals.filter((path) => path.endsWith('.py') && existsSync(path));
const filters = positionals.filter((path) => !scripts.includes(path));
const cases = [
  ...(await Promise.all(scripts.map(caseOfScript))),
  ...(scripts.length > 0 && filters.length === 0
    ? []
    : readCases(folder).filter(({ path }) => filters.length === 0 || filters.some((filter) => path.slice(folder.length).includes(filter)))),
];

const causes = new Map<string, string[]>();
let failed = 0;
if (columns.some(({ engine }) => engine === 'native')) {
  // All native cases are one program, which is there when the last is compiled.
  const matrix = new CaseMatrix('run-cases', threads, columns, timeoutMs);
  await matrix.prepare(cases);
  for (const testCase of cases) await runOne(testCase, matrix);
} else {
  const queue = [...cases];
  const runQueue = async (): Promise<void> => {
    for (let testCase = queue.shift(); testCase !== undefined; testCase = queue.shift()) {
      const matrix = new CaseMatrix('run-cases', threads, columns, timeoutMs);
      await matrix.prepare([testCase]);
      await runOne(testCase, matrix);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, runQueue));
}
await threads.close();
if (values.group) {
  for (const [cause, names] of [...causes].sort((a, b) => b[1].length - a[1].length)) {
    process.stdout.write(
      `${String(names.length).padStart(4)}  ${cause}\n      ${names.slice(0, 6).join(' ')}${names.length > 6 ? ' ...' : ''}\n`,
    );
  }
}
process.stdout.write(`${cases.length - failed} of ${cases.length} pass\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function runOne(testCase: Case, matrix: CaseMatrix): Promise<void> {
  const name = testCase.path.startsWith(folder) ? relative(folder, testCase.path).replace(/\.case\.md$/, '') : testCase.path;
  const { failures } = await runCase(testCase, matrix.engines);
  if (failures.length > 0) failed++;
  for (const { message } of failures) {
    const cause = causeOf(message);
    causes.set(cause, [...(causes.get(cause) ?? []), name]);
  }
  if (values.group) return;
  if (values.list) {
    if (failures.length > 0) process.stdout.write(`${name}\n`);
    return;
  }
  process.stdout.write(`${failures.length === 0 ? 'ok  ' : 'FAIL'} ${name}\n`);
  for (const { by, line, message } of failures) process.stdout.write(`  ${by}, line ${line}: ${message.replaceAll('\n', '\n    ')}\n`);
}

/** The line of a failure that says most, without names and numbers of the one case. */
function causeOf(message: string): string {
  const lines = message.split('\n');
  const telling =
    lines.find((line) => /error MOLT\d{4}|MOLT\d{4}:/.test(line)) ??
    lines.find((line) => /^[+] .*(Error|Exception)\b/.test(line)) ??
    lines[0] ??
    '';
  return telling
    .trim()
    .replace(/^stderr:\s*/, '')
    .slice(0, 160);
}

function columnOf(name: string): Column {
  const common = {
    opt: Number(values.opt) as Column['opt'],
    gcFlags: values.gc ? 3 : 0,
    verifyEach: values.verify,
    disablePasses: values.disable,
  };
  if (name === 'wasm' || name === 'interp' || name === 'machine' || name === 'native') return column(name, name, common);
  throw new Error(`--engine: expected wasm, interp, machine or native, got ${name}`);
}

/** A Python file as a case: what CPython does with it is what is expected. */
async function caseOfScript(path: string): Promise<Case> {
  const python = findPython();
  if (python === undefined) throw new Error('a Python file is compared with CPython, and none was found');
  const text = readFileSync(path, 'utf8');
  const fence = '`'.repeat(7);
  const bare = readCase(`${fence}python file=${basename(path)}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n`, path);
  const { stdout, stderr, exit } = (await cpythonEngine(python).run?.(bare)) ?? { stdout: '', stderr: '', exit: 0 };
  const expectations = (['stdout', 'stderr', 'exit'] as const).map((kind) => {
    const content = kind === 'stdout' ? stdout : kind === 'stderr' ? stderr : `${exit}\n`;
    return { kind, attributes: {}, text: content, line: 1, start: 0, end: 0 };
  });
  return { ...bare, expectations };
}
