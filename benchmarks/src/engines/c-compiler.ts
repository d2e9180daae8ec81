/** The same program written in C, compiled with `-O2`: how fast the machine can do the work. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { command, succeeds } from '../command.ts';
import type { Engine } from '../engine.ts';

/** The C compiler: CC, else cc. */
export function cCompiler(): string {
  return process.env.CC || 'cc';
}

/** `cc -O2` over the C twin of a program. Contraction is off, so that floats are rounded as in Python. */
export const c: Engine = {
  name: 'c',
  title: 'C',
  missing: async () => ((await succeeds([cCompiler(), '--version'])) ? undefined : 'there is no C compiler'),
  async prepare(program, folder) {
    if (program.c === undefined) throw new Error('it has no C twin');
    const output = join(folder, program.name);
    await command([cCompiler(), '-O2', '-std=gnu11', '-ffp-contract=off', '-o', output, program.c, '-lm']);
    return { argv: [output], clock: 'process', artifactBytes: statSync(output).size };
  },
};
