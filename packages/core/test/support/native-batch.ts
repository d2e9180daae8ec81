/**
 * Many programs as one native executable: `batch INDEX main.py ARGS...` runs the program of that index.
 *
 * Each program is one C file with everything static but its descriptor, so objects are cached program by program, many compile at once
 * without optimisation, and there is one link instead of hundreds.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CFile, NativeOutput } from '@molt/codegen-native';
import { compileNative } from '@molt/codegen-native/driver';
import { invariant } from '@molt/diagnostics';
import type { Case, Outcome } from '@molt/testkit';
import { plainError } from './plain-error.ts';

/** Builds a batch and gives the path of its program. Objects are kept in the system's folder for temporary files. */
export async function buildBatch(name: string, outputs: readonly NativeOutput[]): Promise<string> {
  const base = join(tmpdir(), `molt-batch-${process.getuid?.() ?? 0}`);
  const folders = { outDir: join(base, name), cacheDir: join(base, 'objects') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return (await compileNative(batchOf(outputs), { ...folders, opt: 0, name: 'batch' })).path;
}

/** Runs one program of a batch as a case. */
export function runInBatch(program: string, index: number, testCase: Case, gcFlags: number, timeoutMs: number): Promise<Outcome> {
  const args = [String(index), testCase.files[0].path, ...testCase.args];
  const env = { PATH: process.env.PATH, MOLT_GC_FLAGS: String(gcFlags) };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { env, timeout: timeoutMs, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr, exit: 0 });
      else if (typeof error.code === 'number') resolve({ stdout, stderr, exit: error.code });
      else
        reject(plainError(error.killed ? `no end after ${timeoutMs} ms` : `the program died: ${error.signal ?? error.message}\n${stderr}`));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(testCase.stdin);
  });
}

/** The files of the batch: one per program, and a main that chooses. */
function batchOf(outputs: readonly NativeOutput[]): NativeOutput {
  const texts = outputs.map(oneFile);
  const ids = texts.map((text) => createHash('sha256').update(text).digest('hex').slice(0, 24));
  // Symbols named by content, not by place: an object stays in the cache when other programs come or go.
  const units = new Map(
    ids.map((id, i): [string, CFile] => [
      id,
      { name: `program-${id}.c`, text: `#define molt_module molt_module_${id}\n#define molt_table molt_table_${id}\n${texts[i]}` },
    ]),
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

/** The header and the functions of a program in one text, so that no other program's header is part of its object's key. */
function oneFile(output: NativeOutput): string {
  const header = output.units.find(({ name }) => name.endsWith('.h'));
  const sources = output.units.filter(({ name }) => name.endsWith('.c'));
  invariant(header !== undefined && sources.length === 1, 'a program of the batch must be one C file');
  return (sources[0] as CFile).text.replace('#include "module.h"', () => header.text);
}
