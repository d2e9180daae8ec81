/**
 * CPython as an engine: the first oracle of every program.
 *
 * Runs the case's files in a folder of their own without user site and environment, so that results do not depend on the machine beyond the
 * version of Python.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Case } from './case.ts';
import type { Engine, Outcome } from './engine.ts';

/** The interpreter: MOLT_PYTHON, else python3 of the PATH; undefined when there is none. */
export function findPython(): string | undefined {
  for (const command of [process.env.MOLT_PYTHON, 'python3', 'python']) {
    if (command === undefined || command === '') continue;
    try {
      execFileSync(command, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'], { stdio: 'ignore' });
      return command;
    } catch {
      // Not there or too old: try the next.
    }
  }
  return undefined;
}

/** No variable of the machine changes what a program prints; the hash seed is fixed. */
const ENVIRONMENT = { PATH: process.env.PATH, PYTHONHASHSEED: '0' };

/** CPython as an engine named `cpython`. */
export function cpythonEngine(python: string, timeoutMs = 30_000): Engine {
  return { name: 'cpython', run: (testCase) => runPython(python, testCase, timeoutMs) };
}

/** Writes the files of a case below a folder and gives the path of the main file. */
export function writeCaseFiles(testCase: Case, folder: string): string {
  for (const { path, text } of testCase.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return join(folder, testCase.files[0].path);
}

async function runPython(python: string, testCase: Case, timeout: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'molt-case-'));
  try {
    // Tracebacks name files by their whole path; cases see them as they were started.
    const real = realpathSync(folder);
    writeCaseFiles(testCase, folder);
    const args = ['-X', 'utf8', '-B', '-s', testCase.files[0].path, ...testCase.args];
    return await new Promise<Outcome>((resolve, reject) => {
      const child = execFile(python, args, { cwd: real, env: ENVIRONMENT, timeout, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number')
          reject(new Error(`python: ${error.killed ? `no end after ${timeout} ms` : error.message}`));
        else
          resolve({ stdout, stderr: stderr.replaceAll(join(real, '/'), ''), exit: error === null ? 0 : (error.code as unknown as number) });
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(testCase.stdin);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
