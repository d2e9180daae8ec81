/**
 * All cases as one native program: `batch INDEX main.py ARGS...` runs the case of that index.
 *
 * Each case is one C file with everything static but its descriptor, so objects are cached case by case, many compile at once without
 * optimisation, and there is one link instead of hundreds.
 */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileNative } from '@molt/codegen-native/driver';
import type { CFile, NativeOutput } from '@molt/codegen-native';
import { invariant } from '@molt/diagnostics';
import type { Case, Engine, Outcome } from '@molt/testkit';
import type { CaseThreads } from './case-threads.ts';
import { plainError, requestOf } from './engines.ts';
import type { RunConfig } from './run-request.ts';

/** What the batch could make of a case. */
type Entry = { readonly index: number } | { readonly refusal: string } | { readonly failure: string };

/** Where the batch is built and its objects are kept between runs. */
export interface BatchFolders {
  readonly outDir: string;
  readonly cacheDir: string;
}

/** Folders of a checkout's tests, outside of it. */
export function batchFolders(name: string): BatchFolders {
  const base = join(tmpdir(), `molt-batch-${process.getuid?.() ?? 0}`);
  const folders = { outDir: join(base, name), cacheDir: join(base, 'objects') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

/** An engine that compiles all its cases at once; `config.engine` must be `c`. */
export function nativeEngine(name: string, config: RunConfig, threads: CaseThreads, timeoutMs: number): Engine & { readonly prepare: NonNullable<Engine['prepare']> } {
  const entries = new Map<string, Entry>();
  let program = '';
  return {
    name,
    prepare: async (cases) => {
      const outputs: NativeOutput[] = [];
      await Promise.all(
        cases.map(async (testCase) => {
          const answer = await threads.run(requestOf(testCase, config));
          if (answer.kind === 'c') entries.set(testCase.path, { index: outputs.push(answer.output) - 1 });
          else entries.set(testCase.path, answer.kind === 'outcome' ? { refusal: answer.stderr } : { failure: answer.message });
        }),
      );
      program = (await compileNative(batchOf(outputs), { ...batchFolders(name), opt: 0, name: 'batch' })).path;
    },
    run: async (testCase): Promise<Outcome> => {
      const entry = entries.get(testCase.path);
      if (entry === undefined) throw plainError('the case was not prepared');
      if ('refusal' in entry) return { stdout: '', stderr: entry.refusal, exit: 1 };
      if ('failure' in entry) throw plainError(entry.failure);
      return runProgram(program, [String(entry.index), testCase.files[0].path, ...testCase.args], testCase, config, timeoutMs);
    },
  };
}

/** The files of the batch: one per case, and a main that chooses. */
function batchOf(outputs: readonly NativeOutput[]): NativeOutput {
  const texts = outputs.map(oneFile);
  const ids = texts.map(idOf);
  // Symbols named by content, not by place: an object stays in the cache when other cases come or go.
  const units = new Map(
    ids.map((id, i): [string, CFile] => [id, { name: `case-${id}.c`, text: `#define molt_module molt_module_${id}\n#define molt_table molt_table_${id}\n${texts[i]}` }]),
  );
  const shared = outputs[0]?.support ?? [];
  const main = shared.find(({ name }) => name === 'main.c');
  invariant(main !== undefined, 'the support files of a program have a main');
  const choose = [
    '#define molt_module (*molt_selected)',
    '#define main molt_script',
    main.text,
    '#undef main',
    '#undef molt_module',
    'const MoltModule *molt_selected;',
    ...[...units.keys()].map((id) => `extern const MoltModule molt_module_${id};`),
    `static const MoltModule *const modules[] = {${ids.map((id) => `&molt_module_${id}`).join(', ')}};`,
    'int main(int argc, char **argv) {',
    '  molt_selected = modules[atoi(argv[1])];',
    '  return molt_script(argc - 2, argv + 2);',
    '}',
    '',
  ].join('\n');
  return { units: [...units.values()], support: [...shared.filter((file) => file !== main), { name: 'batch-main.c', text: choose }] };
}

/** The header and the functions of a case in one text, so that no other case's header is part of its object's key. */
function oneFile(output: NativeOutput): string {
  const header = output.units.find(({ name }) => name.endsWith('.h'));
  const sources = output.units.filter(({ name }) => name.endsWith('.c'));
  invariant(header !== undefined && sources.length === 1, 'a case of the batch must be one C file');
  return (sources[0] as CFile).text.replace('#include "module.h"', () => header.text);
}

/** A short name of a text; a clash would be a link error, not a wrong answer. */
function idOf(text: string): string {
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b + code, 0x85ebca6b) ^ (b >>> 13);
  }
  return `${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`;
}

function runProgram(program: string, args: readonly string[], testCase: Case, config: RunConfig, timeout: number): Promise<Outcome> {
  const env = { PATH: process.env.PATH, MOLT_GC_FLAGS: String(config.gcFlags) };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { env, timeout, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr, exit: 0 });
      else if (typeof error.code === 'number') resolve({ stdout, stderr, exit: error.code });
      else reject(plainError(error.killed ? `no end after ${timeout} ms` : `the program died: ${error.signal ?? error.message}\n${stderr}`));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(testCase.stdin);
  });
}
